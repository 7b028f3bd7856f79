/** What a text rests on, as annotations of the answer. Source of the shape: contract §2.7. */

import { asList, asObject, asText, type JsonObject } from "../json.ts";

/** One for each source that has an address, and one for all the others: documents of the caller's, results of tools. */
export function annotationsOf(value: unknown): readonly object[] {
  const citation = asObject(value);
  if (citation === undefined) return [];
  const { start, end, sources, ...about } = citation;
  const place = { start_index: start ?? 0, end_index: end ?? 0 };
  const given = asList(sources).map((source) => asObject(source) ?? {});
  const others = given.filter((source) => urlOf(source) === undefined);
  const linked = given.flatMap((source) => {
    const url = urlOf(source);
    if (url === undefined) return [];
    const title = asText(contentOf(source)["title"]);
    return [{ type: "url_citation", url_citation: { url, ...(title === undefined ? {} : { title }), ...place } }];
  });
  if (others.length === 0 && linked.length > 0) return linked;
  return [...linked, { type: "file_citation", file_citation: { ...about, sources: others, ...place } }];
}

function contentOf(source: JsonObject): JsonObject {
  return asObject(source["document"]) ?? asObject(source["tool_output"]) ?? {};
}

function urlOf(source: JsonObject): string | undefined {
  const url = asText(contentOf(source)["url"]);
  return url !== undefined && /^https?:/i.test(url) ? url : undefined;
}

/** Where a text comes from, as an annotation of the answer. Source of the shape: contract §2.7. */

import { asText, type JsonObject } from "../json.ts";

/** `span` is the place of the text that the citation stands behind, in UTF-16 code units of the whole content. */
export function annotationOf(citation: JsonObject, span: { readonly start: number; readonly end: number }): object {
  const place = { start_index: span.start, end_index: span.end };
  const { url, source } = citation;
  const address = asText(url) ?? (citation["type"] === "search_result_location" ? asText(source) : undefined);
  // Of a document that the caller sent: which, and which part of it.
  if (address === undefined) return { type: "file_citation", file_citation: { ...citation, ...place } };
  const [title, content, index] = [asText(citation["title"]), asText(citation["cited_text"]), asText(citation["encrypted_index"])];
  return {
    type: "url_citation",
    url_citation: {
      url: address,
      ...(title === undefined ? {} : { title }),
      ...(content === undefined ? {} : { content }),
      ...(index === undefined ? {} : { encrypted_index: index }),
      ...place,
    },
  };
}

/** Where a text comes from: annotations (contract §2.7) as this dialect's citations. */

import { isRecord, type Fields } from "../check.ts";

export function citationOf(annotation: unknown): Fields | undefined {
  if (!isRecord(annotation)) return undefined;
  const { url_citation: web, file_citation: document } = annotation;
  if (isRecord(web)) {
    return {
      type: "web_search_result_location",
      url: web["url"] ?? "",
      title: web["title"] ?? null,
      cited_text: web["content"] ?? "",
      encrypted_index: web["encrypted_index"] ?? "",
    };
  }
  if (!isRecord(document) || typeof document["type"] !== "string") return undefined;
  // A citation as a provider of this dialect gave it, and its place in the text of the whole answer.
  const { start_index: _start, end_index: _end, ...citation } = document;
  return citation;
}

import type { RerankDocument, RerankRequest } from "../../wire/rerank.ts";
import { isAbsent } from "../body.ts";
import { integer, invalid, list, record, text } from "../check.ts";
import { readHead, readTaskJson } from "../task-fields.ts";

const own = ["query", "documents", "top_n"];
const documentsMax = 10_000;

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array, contentType: string): RerankRequest {
  const fields = readTaskJson(body, contentType);
  const query = text()(fields["query"], "query");
  if (query === "") throw invalid("query", "must not be empty");
  const documents = list(fields["documents"], "documents");
  if (documents.length === 0) throw invalid("documents", "must hold at least one document");
  if (documents.length > documentsMax) throw invalid("documents", `takes at most ${documentsMax.toLocaleString("en")} documents; this has ${documents.length.toLocaleString("en")}`);
  return {
    ...readHead(fields, own),
    task: "rerank",
    query,
    documents: documents.map((document, index) => readDocument(document, `documents[${index}]`)),
    top: isAbsent(fields["top_n"]) ? undefined : integer(1)(fields["top_n"], "top_n"),
  };
}

function readDocument(value: unknown, path: string): RerankDocument {
  if (typeof value === "string") return { text: text()(value, path) };
  const { text: words, image } = record(value, path);
  if (isAbsent(words) && isAbsent(image)) throw invalid(path, "must be a text, or an object with text or image");
  return {
    ...(isAbsent(words) ? {} : { text: text()(words, `${path}.text`) }),
    ...(isAbsent(image) ? {} : { image: text(Number.MAX_SAFE_INTEGER)(image, `${path}.image`) }),
  };
}

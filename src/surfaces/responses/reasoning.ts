/**
 * Reasoning details to and from reasoning items (contract §2.3): text in `content` with its `signature`, summaries in
 * `summary`, what is encrypted in `encrypted_content`. A detail of another kind has no place in an item of this dialect; it is
 * sealed into `encrypted_content`, which clients give back as it is.
 */

import { isAbsent } from "../body.ts";
import { isRecord, list, record, text, type Fields } from "../check.ts";
import { isOwnId } from "./ids.ts";

const anyText = text();
const anyLength = text(Number.MAX_SAFE_INTEGER);

const seal = "windrose.";
/** Of the provider whose ids have this form: clients that know no other leave the format out when they give items back. */
const openaiFormat = "openai-responses-v1";

/** A detail as the `encrypted_content` of an item. */
export function sealed(detail: Fields): string {
  return seal + Buffer.from(JSON.stringify(detail)).toString("base64url");
}

/** How much stands before an item in its turn. */
export interface Place {
  readonly details: number;
  /** Words, calls and images counted in. */
  readonly blocks: number;
}

/** The details that an item stands for, numbered as its provider numbers them. */
export function readReasoningItem(item: Fields, path: string, before: Place): readonly Fields[] {
  const { id, encrypted_content: encrypted, signature, format } = item;
  if (typeof encrypted === "string") {
    const opened = unsealed(encrypted);
    if (opened !== undefined) return [opened];
  }
  const isTheirs = typeof id === "string" && id !== "" && !isOwnId(id);
  const common = {
    ...(isTheirs ? { id: anyText(id, `${path}.id`) } : undefined),
    ...(isAbsent(format) ? (isTheirs && !isAbsent(encrypted) && id.startsWith("rs_") ? { format: openaiFormat } : undefined) : { format: anyText(format, `${path}.format`) }),
  };
  const texts = readTexts(item["content"], `${path}.content`);
  const isSigned = !isAbsent(signature);
  const details: Fields[] = readTexts(item["summary"], `${path}.summary`).map((summary) => ({ type: "reasoning.summary", summary, ...common }));
  if (texts.length > 0 || isSigned) {
    details.push({ type: "reasoning.text", text: texts.join(""), ...(isSigned ? { signature: anyLength(signature, `${path}.signature`) } : undefined), ...common });
  }
  if (!isAbsent(encrypted)) details.push({ type: "reasoning.encrypted", data: anyLength(encrypted, `${path}.encrypted_content`), ...common });
  // Providers of this dialect number reasoning together with all else, so as to tell from the numbers what stood where.
  const first = details[0]?.["format"]?.toString().endsWith("-responses-v1") === true ? before.blocks : before.details;
  return details.map((detail, index) => ({ ...detail, index: first + index }));
}

/** What the details say in words, for upstreams that take nothing else. */
export function wordsOf(details: readonly Fields[]): string {
  const texts = details.flatMap(({ text: said }) => (typeof said === "string" ? [said] : []));
  const summaries = details.flatMap(({ summary }) => (typeof summary === "string" ? [summary] : []));
  return texts.length > 0 ? texts.join("") : summaries.join("\n\n");
}

function readTexts(value: unknown, path: string): readonly string[] {
  if (isAbsent(value)) return [];
  return list(value, path).map((item, index) => anyText(record(item, `${path}[${index}]`)["text"], `${path}[${index}].text`));
}

/** Undefined for what a provider encrypted. */
function unsealed(encrypted: string): Fields | undefined {
  if (!encrypted.startsWith(seal)) return undefined;
  try {
    const detail: unknown = JSON.parse(Buffer.from(encrypted.slice(seal.length), "base64url").toString("utf8"));
    return isRecord(detail) ? record(detail, "") : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads what an upstream says of an error, in whatever shape it says it: the shapes are those of test/fixtures/faults.
 */

import { asList, asObject, asText, type JsonObject } from "./json.ts";

/** An error as its sender wrote it; nothing is judged yet, and nothing cleaned. */
export interface UpstreamError {
  readonly message: string;
  /** Every word that stands for a class: code, type, reason, status. Lowercase. */
  readonly words: readonly string[];
  /** The upstream's own code, as it wrote it. */
  readonly code: string | undefined;
  readonly parameter: string | undefined;
  /** A status inside the body. */
  readonly status: number | undefined;
  /** A wait inside the body. */
  readonly retryAfterMs: number | undefined;
  /** What the sender was told by a server behind it, when it hands that on. */
  readonly relayed: UpstreamError | undefined;
}

/** The JSON of an error's body, or the text that stands in its place; undefined for markup, which says nothing to a caller. */
export function parseErrorBody(body: string): unknown {
  const text = body.trim();
  // Some servers answer a request for a stream with an event, whatever the status.
  const event = /^data:[ ]?(\{.*)$/m.exec(text)?.[1];
  for (const candidate of [text, event]) {
    const parsed = parseJson(candidate);
    if (parsed !== undefined) return parsed;
  }
  return text.startsWith("<") ? undefined : text;
}

/** The status that one dialect puts beside every answer, when it is not the one of success. */
export function failedStatus(body: JsonObject): JsonObject | undefined {
  const status = asObject(body["base_resp"]);
  return status === undefined || status["status_code"] === 0 || status["status_code"] === undefined ? undefined : status;
}

/** Reads a parsed body of any shape. */
export function readError(body: unknown): UpstreamError {
  return read(body, 2);
}

/** `depth` bounds how far errors within errors are followed: a body may be made to nest without end. */
function read(body: unknown, depth: number): UpstreamError {
  const said = Array.isArray(body) ? body[0] : body;
  const outer: JsonObject = asObject(said) ?? { message: said };
  const details = outer["detail"] ?? asObject(outer["message"])?.["detail"];
  const detail = asList(details)[0] ?? details;
  const first = asList(outer["errors"])[0];
  const gateway = asObject(outer["fault"]);
  const inner =
    asObject(outer["error"]) ?? asObject(first) ?? asObject(asObject(detail)?.["error"]) ?? asObject(detail) ?? asObject(gateway?.["detail"]) ??
    asObject(outer["message"]) ?? failedStatus(outer) ?? outer;
  const message = firstText(
    inner["message"], inner["msg"], inner["status_msg"], inner["error"], inner["detail"], outer["error"], outer["message"], detail,
    asObject(detail)?.["error"], gateway?.["faultstring"], outer["reason"], first, outer["title"],
  );
  const codes = [
    inner["code"], inner["errorcode"], inner["error_code"], inner["type"], inner["reason"], inner["status"], inner["status_code"], inner["http_code"],
    outer["code"], outer["type"], asObject(inner["innererror"])?.["code"], asObject(inner["inner_error"])?.["code"], asObject(inner["details"])?.["error_code"],
    // A message of one word is a code: "NOT_ENOUGH_BALANCE".
    ...(/^\w+(?:[._]\w+)+$/.test(message) ? [message] : []),
  ]
    .filter((code) => typeof code === "string" || typeof code === "number")
    .map(String)
    .filter((code) => code !== "");
  const location = asList(inner["loc"]).filter((part) => part !== "body").join(".");
  return {
    message,
    words: codes.map((code) => code.toLowerCase()),
    code: codes[0],
    parameter: asText(inner["param"]) ?? asText(location),
    status: codes.map(Number).find((code) => Number.isInteger(code) && code >= 400 && code < 600),
    retryAfterMs: retryAfter(inner) ?? retryAfter(outer),
    relayed: depth === 0 ? undefined : relayedBy(inner, message, depth),
  };
}

/** What is handed on stands as JSON text in `metadata.raw` or `cause`, or is the whole message. */
function relayedBy(error: JsonObject, message: string, depth: number): UpstreamError | undefined {
  for (const text of [asObject(error["metadata"])?.["raw"], error["cause"], message]) {
    const body = typeof text === "string" && /^\s*[{[]/.test(text) ? parseJson(text) : undefined;
    if (typeof body === "object" && body !== null) return read(body, depth - 1);
  }
  return undefined;
}

/** A number of seconds, or a duration among the details ("34.4s"). */
function retryAfter(error: JsonObject): number | undefined {
  const seconds = error["retry_after"];
  if (typeof seconds === "number" && seconds >= 0) return Math.ceil(seconds * 1000);
  for (const detail of asList(error["details"])) {
    const delay = /^(\d{1,6}(?:\.\d{1,9})?)s$/.exec(asText(asObject(detail)?.["retryDelay"]) ?? "")?.[1];
    if (delay !== undefined) return Math.ceil(Number(delay) * 1000);
  }
  return undefined;
}

function firstText(...values: readonly unknown[]): string {
  for (const value of values) {
    const text = asText(value);
    if (text !== undefined) return text;
  }
  return "";
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

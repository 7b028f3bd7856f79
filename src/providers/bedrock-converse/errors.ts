/** Failures: of an answer, where the class stands in a header, and of a stream, where it stands beside the message. */

import type { Fault } from "../../base/fault.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import { parseErrorBody } from "../upstream-error.ts";
import { bodyFault, upstreamFault } from "../upstream-fault.ts";

export function decodeError(status: number, headers: Readonly<Record<string, string>>, body: string): Fault {
  const parsed = parseErrorBody(body);
  // A page is no word of the service's, but of something in front of it.
  if (parsed === undefined) return upstreamFault(status, headers, body);
  const said = asObject(parsed) ?? { message: parsed };
  const type = classOf(headers["x-amzn-errortype"] ?? asText(said["__type"]));
  return upstreamFault(status, headers, JSON.stringify({ ...(type === undefined ? {} : { type }), ...plain(said) }));
}

/** `body` holds the exception's name as `type`. */
export function streamFault(body: JsonObject): Fault {
  return bodyFault(plain({ ...body, message: asText(body["originalMessage"]) ?? body["message"] }));
}

/** "ValidationException:http://internal.amazon.com/…" and "com.amazon.coral.service#AccessDeniedException" are names with places around them. */
function classOf(type: string | undefined): string | undefined {
  return type?.replace(/:.*$/, "").replace(/^.*#/, "");
}

const relay = /^The model returned the following errors: /;

/** The message as the model's own server wrote it, which may be an error in JSON again. */
function plain({ message, Message: capital, __type: _type, ...body }: JsonObject): JsonObject {
  const text = asText(message) ?? asText(capital);
  return { ...body, ...(text === undefined ? {} : { message: text.replace(relay, "") }) };
}

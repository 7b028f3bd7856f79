/**
 * From bytes to the canonical request. The prompt becomes one message of the user; an endpoint that continues plain text is
 * given the text itself, and takes the words of this dialect in `extra` with it.
 */

import { completionsDialect, type ChatParameters, type ChatRequest } from "../../wire/chat.ts";
import { isAbsent, readJson, readModels } from "../body.ts";
import { bool, integer, invalid, text, type Fields } from "../check.ts";
import { anything, housekeeping, readReasoning, sampling, sortFields, type Reader } from "../fields.ts";
import { defaultPreferences, readPreferences } from "../preferences.ts";

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...sampling,
  ...housekeeping,
  ["max_tokens", { into: "parameters", read: integer(1) }],
  ["reasoning", { into: "parameters", read: readReasoning }],
  // Usage is always sent, and there is always one choice: many to choose from would be paid for and not heard.
  ["stream_options", { into: "ignored", read: anything }],
  ["usage", { into: "ignored", read: anything }],
  ["n", { into: "ignored", read: anything }],
  ["best_of", { into: "ignored", read: anything }],
  // An endpoint that knows them would answer with a call, which this dialect has nowhere to put: it would be paid for and not heard.
  ["tools", { into: "ignored", read: noTools }],
  ["tool_choice", { into: "ignored", read: noTools }],
  ["functions", { into: "ignored", read: noTools }],
  ["function_call", { into: "ignored", read: noTools }],
]);

const ownRule: ReadonlySet<string> = new Set(["model", "models", "prompt", "stream", "provider", "route", "logprobs", "suffix"]);

const logprobsMax = 20;

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array): ChatRequest {
  const fields = readJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  const { parameters, gateway, extra } = sortFields(fields, readers, ownRule);
  const suffix = isAbsent(fields["suffix"]) ? undefined : text()(fields["suffix"], "suffix");
  return {
    models: readModels(fields),
    messages: [{ role: "user", content: readPrompt(fields["prompt"]) }],
    stream: isAbsent(fields["stream"]) ? false : bool(fields["stream"], "stream"),
    parameters: { ...parameters, ...readLogprobs(fields) },
    provider: isAbsent(fields["provider"]) && isAbsent(fields["route"]) ? defaultPreferences : readPreferences(fields),
    gateway,
    extra: suffix === undefined ? extra : { ...extra, suffix },
    protocol: completionsDialect,
  };
}

/** A list with nothing in it, and the choice of none, ask for nothing. */
function noTools(value: unknown, path: string): undefined {
  if (value === "none" || (Array.isArray(value) && value.length === 0)) return;
  throw invalid(path, "is not taken by /completions, which has nowhere to put a call: send the request to /chat/completions");
}

/** Several prompts would be several answers, and a list of tokens is of one model's own vocabulary. */
function readPrompt(value: unknown): string {
  const prompt = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (Array.isArray(prompt)) throw invalid("prompt", "must be one text: send several prompts as several requests, and tokens as text");
  if (typeof prompt !== "string" || prompt === "") throw invalid("prompt", "is required: a text to be continued");
  return text()(prompt, "prompt");
}

/** Here a number says how many alternatives are wanted; the newer flag is taken as well. */
function readLogprobs(fields: Fields): ChatParameters {
  const wanted = fields["logprobs"];
  if (isAbsent(wanted) || wanted === false) return {};
  return wanted === true ? { logprobs: true } : { logprobs: true, top_logprobs: integer(0, logprobsMax)(wanted, "logprobs") };
}

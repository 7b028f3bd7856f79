/** From bytes to the canonical request (contract §2.1-§2.6). */

import type { ChatRequest, Reasoning } from "../../wire/chat.ts";
import { isAbsent, readJson, readModels } from "../body.ts";
import { bool, integer, invalid, oneOf, record, type Fields } from "../check.ts";
import { anything, efforts, housekeeping, readReasoning, readVerbosity, sampling, sortFields, type Reader } from "../fields.ts";
import { defaultPreferences, readPreferences } from "../preferences.ts";
import { messagesJson } from "./messages-json.ts";
import { readMessages } from "./messages.ts";
import { readResponseFormat, readToolChoice, readTools } from "./tools.ts";

/** Fields with a rule of their own (`model`, `messages`, `provider`, reasoning, …) are read in `parse`. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...sampling,
  ...housekeeping,
  ["max_tokens", { into: "parameters", read: integer(1) }],
  // The newer name of the same limit; each adapter knows what its upstream calls it.
  ["max_completion_tokens", { into: "parameters", as: "max_tokens", read: integer(1) }],
  ["logprobs", { into: "parameters", read: bool }],
  ["tools", { into: "parameters", read: readTools }],
  ["tool_choice", { into: "parameters", read: readToolChoice }],
  ["response_format", { into: "parameters", read: readResponseFormat }],
  ["verbosity", { into: "parameters", read: readVerbosity }],
  ["audio", { into: "parameters", read: record }],
  ["web_search_options", { into: "parameters", read: record }],
  // Documented as without effect: usage is always sent, there is always one choice, middle-out is gone.
  ["stream_options", { into: "ignored", read: anything }],
  ["usage", { into: "ignored", read: anything }],
  ["n", { into: "ignored", read: anything }],
  ["transforms", { into: "ignored", read: anything }],
  ["structured_outputs", { into: "ignored", read: anything }],
]);

const ownRule: ReadonlySet<string> = new Set([
  "model", "models", "messages", "prompt", "stream", "provider", "route", "reasoning", "reasoning_effort", "include_reasoning",
]);

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array): ChatRequest {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const fields = readJson(bytes);
  const { parameters, gateway, extra } = sortFields(fields, readers, ownRule);
  if (parameters.top_logprobs !== undefined && parameters.logprobs !== true) {
    throw invalid("top_logprobs", "needs logprobs: true");
  }
  const reasoning = foldReasoning(fields);
  const messages = readMessages(fields);
  return {
    models: readModels(fields),
    messages,
    messagesJson: messagesJson(bytes, messages),
    stream: isAbsent(fields["stream"]) ? false : bool(fields["stream"], "stream"),
    parameters: reasoning === undefined ? parameters : { ...parameters, reasoning },
    provider: isAbsent(fields["provider"]) && isAbsent(fields["route"]) ? defaultPreferences : readPreferences(fields),
    gateway,
    extra,
  };
}

/** Folds `reasoning_effort` and `include_reasoning` into `reasoning` (contract §2.1, §2.3). */
function foldReasoning(fields: Fields): Reasoning | undefined {
  const whole = readReasoning(fields["reasoning"], "reasoning");
  const effort = isAbsent(fields["reasoning_effort"]) ? undefined : oneOf(efforts)(fields["reasoning_effort"], "reasoning_effort");
  const include = isAbsent(fields["include_reasoning"]) ? undefined : bool(fields["include_reasoning"], "include_reasoning");
  if (whole === undefined && effort === undefined && include === undefined) return undefined;
  if (effort !== undefined && whole?.effort !== undefined && whole.effort !== effort) {
    throw invalid("reasoning_effort", "differs from reasoning.effort; send one of them");
  }
  return { ...whole, ...(effort === undefined ? undefined : { effort }), ...(include === false ? { exclude: true } : undefined) };
}

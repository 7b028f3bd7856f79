/** From bytes to the canonical request (contract §1.11). Nothing is stored here, so what refers to stored things is refused. */

import type { ChatParameters, ChatRequest } from "../../wire/chat.ts";
import { isAbsent, readJson, readModels } from "../body.ts";
import { bool, integer, invalid, record, text, textList, oneOf, type Fields } from "../check.ts";
import { anything, housekeeping, readReasoning, readVerbosity, sampling, sortFields, type Reader } from "../fields.ts";
import { defaultPreferences, readPreferences } from "../preferences.ts";
import { readInput } from "./input.ts";
import { readFormat, readToolChoice, readTools, withAllowedTools } from "./tools.ts";

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...sampling,
  ...housekeeping,
  ["max_output_tokens", { into: "parameters", as: "max_tokens", read: integer(1) }],
  ["tools", { into: "parameters", read: readTools }],
  ["tool_choice", { into: "parameters", read: readToolChoice }],
  ["instructions", { into: "dialect", read: text() }],
  // Tools that the gateway would run: there are none, so their budget is only repeated.
  ["max_tool_calls", { into: "dialect", read: integer(1, 30) }],
  ["truncation", { into: "dialect", read: oneOf(["auto", "disabled"]) }],
  ["safety_identifier", { into: "dialect", read: text(512) }],
  ["include", { into: "dialect", read: textList }],
  ["stop_server_tools_when", { into: "dialect", read: anything }],
  ["prompt_cache_retention", { into: "dialect", read: anything }],
  ["context_management", { into: "dialect", read: anything }],
  ["client_metadata", { into: "dialect", read: anything }],
  ["stream_options", { into: "ignored", read: anything }],
]);

const ownRule: ReadonlySet<string> = new Set([
  "model", "models", "input", "stream", "provider", "route", "reasoning", "text", "store", "previous_response_id", "background", "prompt", "conversation",
]);

/** Source of the name: OpenAI's `include`; it asks for what `top_logprobs` alone does not. */
const logprobsInclude = "message.output_text.logprobs";

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array): ChatRequest {
  const fields = readJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  refuseStored(fields);
  const { parameters, gateway, dialect, extra } = sortFields(fields, readers, ownRule);
  const messages = readInput(fields["input"]);
  const instructions = dialect["instructions"] as string | undefined;
  return {
    models: readModels(fields),
    messages: instructions === undefined ? messages : [{ role: "system", content: instructions }, ...messages],
    stream: isAbsent(fields["stream"]) ? false : bool(fields["stream"], "stream"),
    parameters: readParameters(parameters, fields, dialect),
    provider: isAbsent(fields["provider"]) && isAbsent(fields["route"]) ? defaultPreferences : readPreferences(fields),
    gateway,
    extra,
    dialect,
    protocol: "openai-responses",
  };
}

function refuseStored({ store, previous_response_id: previous, background, prompt, conversation }: Fields): void {
  if (!isAbsent(store) && bool(store, "store")) throw invalid("store", "must be false or absent: responses are not stored here");
  if (!isAbsent(previous)) throw invalid("previous_response_id", "must be null or absent: responses are not stored here; send the earlier items in input");
  if (!isAbsent(conversation)) throw invalid("conversation", "must be null or absent: conversations are not stored here; send the earlier items in input");
  if (!isAbsent(background) && bool(background, "background")) throw invalid("background", "must be false or absent: a response is given while the connection is open, and not kept");
  if (!isAbsent(prompt)) throw invalid("prompt", "must be null or absent: no prompt templates are stored here; use a preset");
}

function readParameters(given: ChatParameters, fields: Fields, dialect: Fields): ChatParameters {
  const { service_tier: tier, top_logprobs: top, ...parameters } = withAllowedTools(given, "tool_choice");
  const reasoning = readReasoning(fields["reasoning"], "reasoning");
  const wording = isAbsent(fields["text"]) ? {} : record(fields["text"], "text");
  const format = readFormat(wording["format"], "text.format");
  const wantsLogprobs = (top !== undefined && top > 0) || (dialect["include"] as readonly string[] | undefined)?.includes(logprobsInclude) === true;
  return {
    ...parameters,
    // The default; sent by clients that were asked for nothing.
    ...(tier === undefined || tier === "auto" ? undefined : { service_tier: tier }),
    ...(reasoning === undefined ? undefined : { reasoning }),
    ...(format === undefined ? undefined : { response_format: format }),
    ...(isAbsent(wording["verbosity"]) ? undefined : { verbosity: readVerbosity(wording["verbosity"], "text.verbosity") }),
    ...(wantsLogprobs ? { logprobs: true, ...(top === undefined ? undefined : { top_logprobs: top }) } : undefined),
  };
}

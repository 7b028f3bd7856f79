/** Decodes a whole answer of the protocols that answer in `choices`. */

import { Fault } from "../../base/fault.ts";
import type { AnswerChoice, AssistantMessage, ChatAnswer, Usage } from "../../wire/chat.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { finishReason } from "./finish.ts";
import { normalizeSpeech, type Speech } from "./speech.ts";
import { readToolCalls } from "./tool-calls.ts";

/** Top-level fields that we read, or that mean nothing to anybody but the upstream and us (`obfuscation` is padding). */
const knownFields: ReadonlySet<string> = new Set([
  "id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier", "obfuscation", "error", "__proto__",
  // What we say of the answer ourselves: an upstream that says it too must not be believed in our name.
  "provider", "openrouter_metadata", "debug",
]);

/** What an answer needs to be read by, beside its own bytes. */
export interface ChoiceDialect {
  readonly usageOf: (raw: unknown) => Usage | undefined;
  /** See `Quirks.envelope`. */
  readonly envelope: string | undefined;
  /** Makes a choice as we know it of one that is written otherwise. */
  readonly readChoice?: ((choice: JsonObject) => JsonObject) | undefined;
}

/** Does a top-level field belong into `extra`? */
export function isExtra(name: string, value: unknown, envelope: string | undefined): boolean {
  return value !== null && value !== undefined && !knownFields.has(name) && name !== envelope;
}

/**
 * @throws Fault when the body is an error in disguise (as its true class), is not an answer (upstream_garbled), or says
 * itself that it was not finished.
 */
export function decodeAnswer(body: unknown, dialect: ChoiceDialect): ChatAnswer {
  const answer = asObject(Array.isArray(body) ? body[0] : body);
  if (answer === undefined) throw new Fault("upstream_garbled", "The provider's answer is not a JSON object.");
  const choices = answer["choices"];
  const envelope = dialect.envelope === undefined ? undefined : asObject(answer[dialect.envelope]);
  if (isError(answer)) throw bodyFault(answer);
  if (!Array.isArray(choices) || choices.length === 0) throw new Fault("upstream_garbled", "The provider's answer has no choices.");
  const upstreamId = asText(answer["id"]);
  const readChoice = dialect.readChoice ?? ((choice) => choice);
  return {
    upstreamId,
    choices: choices.map((choice, position) => decodeChoice(readChoice(asObject(choice) ?? {}), position, upstreamId ?? "")),
    usage: dialect.usageOf(answer["usage"] ?? envelope?.["usage"]),
    systemFingerprint: asText(answer["system_fingerprint"]),
    serviceTier: asText(answer["service_tier"]),
    extra: Object.fromEntries(Object.entries(answer).filter(([name, value]) => isExtra(name, value, dialect.envelope))),
  };
}

function decodeChoice(choice: JsonObject, position: number, answerId: string): AnswerChoice {
  const native = asText(choice["finish_reason"]) ?? null;
  const logprobs = choice["logprobs"];
  return {
    index: Number.isInteger(choice["index"]) ? (choice["index"] as number) : position,
    message: decodeMessage(asObject(choice["message"]) ?? {}, answerId),
    finish_reason: native === null ? null : finishReason(native),
    native_finish_reason: native,
    ...(logprobs === undefined || logprobs === null ? {} : { logprobs }),
  };
}

function decodeMessage(given: JsonObject, answerId: string): AssistantMessage {
  const speech: Speech = { ...given };
  normalizeSpeech(speech);
  const { role: _role, content, refusal, reasoning, tool_calls: calls, ...others } = speech;
  const toolCalls = readToolCalls(calls, answerId);
  return {
    role: "assistant",
    content: typeof content === "string" ? content : null,
    refusal: asText(refusal) ?? null,
    reasoning: asText(reasoning) ?? null,
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null && value !== undefined && !isEmptyList(value))),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

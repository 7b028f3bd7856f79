/** Decodes the events of one answer. The hot path: an ordinary event costs its JSON.parse, a chunk and a choice. */

import { Fault } from "../../base/fault.ts";
import type { ChatChunk } from "../../wire/chat.ts";
import type { SseEvent } from "../../wire/sse.ts";
import type { StreamDecoder } from "../adapter.ts";
import { isExtra } from "../choices/answer.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { errorOf, failureOf } from "./failure.ts";
import { finishOf } from "./finish.ts";
import { createItemReader, type Piece, type TextKind } from "./items.ts";
import { addLogprobs, choiceOf, type Said } from "./said.ts";
import { readUsage } from "./usage.ts";

/** A decoder that can also be fed with parsed events. */
export interface ResponseDecoder extends StreamDecoder {
  take(event: JsonObject): readonly ChatChunk[];
}

/** What a response repeats of its request, or says of its account and of its own making. */
const known: ReadonlySet<string> = new Set([
  "created_at", "completed_at", "status", "background", "billing", "incomplete_details", "instructions", "max_output_tokens", "max_tool_calls", "output", "output_text",
  "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning", "safety_identifier", "store",
  "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user", "metadata", "frequency_penalty", "presence_penalty", "conversation", "input",
  "context_management",
]);

/** Events that extend a text, and those that hold the whole of it. */
const deltas: ReadonlyMap<unknown, TextKind> = new Map([
  ["response.output_text.delta", "text"],
  ["response.refusal.delta", "refusal"],
  ["response.reasoning_summary_text.delta", "summary"],
  ["response.reasoning_text.delta", "thought"],
  ["response.function_call_arguments.delta", "arguments"],
]);
const wholes: ReadonlyMap<unknown, readonly [kind: TextKind, field: string]> = new Map([
  ["response.output_text.done", ["text", "text"]],
  ["response.refusal.done", ["refusal", "refusal"]],
  ["response.reasoning_summary_text.done", ["summary", "text"]],
  ["response.reasoning_text.done", ["thought", "text"]],
  ["response.function_call_arguments.done", ["arguments", "arguments"]],
]);
const nothing: readonly ChatChunk[] = [];

/** `format` marks reasoning that only its maker understands. */
export function openResponseStream(format: string): ResponseDecoder {
  const items = createItemReader(format);
  let id: string | undefined;
  let isComplete = false;
  let isDone = false;
  let rawUsage: unknown;
  let extra: Record<string, unknown> | undefined;

  function begin(response: JsonObject): { readonly upstreamId?: string } {
    const given = asText(response["id"]);
    if (id !== undefined || given === undefined) return {};
    id = given;
    return { upstreamId: given };
  }

  function finish(response: JsonObject): readonly ChatChunk[] {
    rawUsage = response["usage"] ?? rawUsage;
    const head = begin(response);
    const why = finishOf(response);
    if (isComplete) return nothing;
    isComplete = isDone = true;
    const said: Said = {};
    // A server may give items here alone, or nowhere but before.
    items.end(asList(response["output"]), said);
    for (const name in response) if (!known.has(name) && isExtra(name, response[name], undefined)) (extra ??= {})[name] = response[name];
    const tier = asText(response["service_tier"]);
    const choice = choiceOf(said, why.reason === "stop" && items.hasCalls() ? { ...why, reason: "tool_calls" } : why);
    return [{ ...head, ...(tier === undefined ? {} : { serviceTier: tier }), choices: [choice] }];
  }

  function take(event: JsonObject): readonly ChatChunk[] {
    const type = event["type"];
    const kind = deltas.get(type);
    if (kind !== undefined) return takeDelta(kind, event);
    if (typeof type !== "string") {
      throw isError(event) ? bodyFault(event) : new Fault("upstream_garbled", "The provider sent an event that is not of the protocol.");
    }
    switch (type) {
      case "error":
        throw failureOf(errorOf(event));
      case "response.created":
      case "response.queued":
      case "response.in_progress": {
        const head = begin(asObject(event["response"]) ?? {});
        return head.upstreamId === undefined || isComplete ? nothing : [{ ...head, choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null, native_finish_reason: null }] }];
      }
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
      case "response.cancelled":
        return finish({ status: type.slice("response.".length), ...asObject(event["response"]) });
      default:
        return takeItem(type, event);
    }
  }

  function takeDelta(kind: TextKind, event: JsonObject): readonly ChatChunk[] {
    const { delta } = event;
    if (typeof delta !== "string") throw new Fault("upstream_garbled", "The provider sent content that is not text.");
    const said: Said = {};
    items.extend(pieceOf(kind, event), delta, said);
    addLogprobs(said, event["logprobs"]);
    return chunks(said);
  }

  /** Kinds of events are added to the protocol as time goes by: the unknown ones say nothing that the items do not. */
  function takeItem(type: string, event: JsonObject): readonly ChatChunk[] {
    const said: Said = {};
    const whole = wholes.get(type);
    if (whole !== undefined) items.complete(pieceOf(whole[0], event), asText(event[whole[1]]) ?? "", said);
    else if (type === "response.output_item.added") items.added(position(event["output_index"]), asObject(event["item"]) ?? {}, said);
    else if (type === "response.output_item.done") items.done(position(event["output_index"]), asObject(event["item"]) ?? {}, said);
    else if (type === "response.output_text.annotation.added") items.annotate(pieceOf("text", event), event["annotation"], said);
    return chunks(said);
  }

  return {
    take,
    push(event) {
      const body = parseEvent(event);
      if (body === undefined) return nothing;
      if (body === "done") {
        isDone = true;
        return nothing;
      }
      return take(event.event === "error" && body["type"] === undefined ? { ...body, type: "error" } : body);
    },
    isComplete: () => isComplete,
    isEnded: () => isDone,
    usage: () => readUsage(rawUsage, items.webSearches()),
    end() {
      if (!isComplete) throw new Fault("stream_truncated", "The provider's stream ended before the answer was finished.");
      const usage = readUsage(rawUsage, items.webSearches());
      if (usage === undefined && extra === undefined) return nothing;
      return [{ choices: [], ...(usage === undefined ? {} : { usage }), ...(extra === undefined ? {} : { extra }) }];
    },
  };
}

function pieceOf(kind: TextKind, event: JsonObject): Piece {
  return { kind, item: position(event["output_index"]), part: position(event[kind === "summary" ? "summary_index" : "content_index"]) };
}

function position(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function chunks(said: Said): readonly ChatChunk[] {
  for (const _field in said) return [{ choices: [choiceOf(said)] }];
  return nothing;
}

function parseEvent({ event, data }: SseEvent): JsonObject | "done" | undefined {
  const text = data.trim();
  if (text === "") return undefined;
  // No word of this protocol's first servers, but one of others'.
  if (text === "[DONE]") return "done";
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch (error) {
    if (event === "error") return { type: "error", message: text };
    throw new Fault("upstream_garbled", "The provider sent an event that is not JSON.", { cause: error });
  }
  const body = asObject(parsed);
  if (body === undefined) throw new Fault("upstream_garbled", "The provider sent an event that is not a JSON object.");
  return body;
}

/** Decodes the events of one answer. The hot path: an ordinary event costs its JSON.parse, a chunk and a choice. */

import { Fault } from "../../base/fault.ts";
import type { ChatChunk, Delta } from "../../wire/chat.ts";
import type { SseEvent } from "../../wire/sse.ts";
import type { StreamDecoder } from "../adapter.ts";
import { createToolCallReader } from "../choices/tool-calls.ts";
import { asObject, asText, spokenText, type JsonObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { annotationsOf } from "./citations.ts";
import { finishReason } from "./finish.ts";
import { readLogprobs } from "./logprobs.ts";
import { billedUnits, readUsage } from "./usage.ts";

const nothing: readonly ChatChunk[] = [];

export function openChatStream(): StreamDecoder {
  const tools = createToolCallReader();
  let upstreamId: string | undefined;
  let isComplete = false;
  let isDone = false;
  let rawUsage: unknown;

  function start(id: string | undefined): readonly ChatChunk[] {
    if (upstreamId !== undefined && id !== upstreamId) throw new Fault("upstream_garbled", "The provider began a second message in one answer.");
    if (isComplete) return nothing;
    upstreamId = id;
    return [{ ...(id === undefined ? {} : { upstreamId: id }), choices: choicesOf({ role: "assistant", content: "" }) }];
  }

  function finish(delta: JsonObject): readonly ChatChunk[] {
    rawUsage = delta["usage"] ?? rawUsage;
    const native = asText(delta["finish_reason"]);
    const error = asText(delta["error"]);
    if (error !== undefined && (native === undefined || native === "ERROR")) throw bodyFault({ error: { message: error, code: native } });
    if (native === undefined) throw new Fault("upstream_garbled", "The provider's answer ends without a reason.");
    const reason = finishReason(native);
    if (isComplete) return nothing;
    isComplete = true;
    const calls = tools.finish();
    return [{ choices: [{ index: 0, delta: calls.length === 0 ? {} : { tool_calls: calls }, finish_reason: reason, native_finish_reason: native }] }];
  }

  function take(event: JsonObject): readonly ChatChunk[] {
    const delta = asObject(event["delta"]) ?? {};
    const message = asObject(delta["message"]) ?? {};
    switch (event["type"]) {
      case "content-start":
      case "content-delta":
        return spoken(asObject(message["content"]) ?? {}, event["logprobs"] ?? delta["logprobs"]);
      case "tool-call-start":
      case "tool-call-delta": {
        const piece = asObject(message["tool_calls"]);
        if (piece === undefined) throw new Fault("upstream_garbled", "The provider sent a call that is none.");
        const calls = tools.read([{ ...piece, index: event["index"] }], upstreamId ?? "");
        return calls.length === 0 ? nothing : said({ tool_calls: calls });
      }
      case "tool-plan-delta": {
        const plan = spokenText(message["tool_plan"]);
        return plan === undefined ? nothing : said({ content: plan });
      }
      case "citation-start": {
        const annotations = [message["citations"]].flat().flatMap(annotationsOf);
        return annotations.length === 0 ? nothing : said({ annotations });
      }
      case "message-start":
        return start(asText(event["id"]));
      case "message-end":
        return finish(delta);
      default:
        if (isError(event)) throw bodyFault(event);
        if (typeof event["type"] !== "string") throw new Fault("upstream_garbled", "The provider sent an event that is not of the protocol.");
        // The ends of parts say nothing, and kinds of events are added to the protocol as time goes by.
        return nothing;
    }
  }

  return {
    push(event) {
      const body = parseEvent(event);
      if (body === undefined) return nothing;
      if (body === "done") {
        isDone = true;
        return nothing;
      }
      if (event.event === "error") throw bodyFault(body);
      return take(body);
    },
    isComplete: () => isComplete,
    isEnded: () => isDone || isComplete,
    usage: () => readUsage(rawUsage),
    end() {
      if (!isComplete) throw new Fault("stream_truncated", "The provider's stream ended before the answer was finished.");
      const usage = readUsage(rawUsage);
      const extra = billedUnits(rawUsage);
      if (usage === undefined) return nothing;
      return [{ choices: [], usage, ...(extra.billed_units === undefined ? {} : { extra }) }];
    },
  };
}

function spoken(content: JsonObject, logprobs: unknown): readonly ChatChunk[] {
  const text = spokenText(content["text"]);
  const thought = spokenText(content["thinking"]);
  if (thought !== undefined) return said({ reasoning: thought, reasoning_details: [thoughtDetail(thought)] });
  if (text === undefined) return nothing;
  const read = logprobs === undefined || logprobs === null ? undefined : readLogprobs(logprobs);
  if (read === undefined) return said({ content: text });
  return [{ choices: [{ index: 0, delta: { content: text }, finish_reason: null, native_finish_reason: null, logprobs: read }] }];
}

/** Thoughts are plain text here, signed by nobody. */
export function thoughtDetail(text: string): object {
  return { type: "reasoning.text", text, format: "unknown", index: 0 };
}

function said(delta: Delta): readonly ChatChunk[] {
  return [{ choices: choicesOf(delta) }];
}

function choicesOf(delta: Delta): ChatChunk["choices"] {
  return [{ index: 0, delta, finish_reason: null, native_finish_reason: null }];
}

function parseEvent({ event, data }: SseEvent): JsonObject | "done" | undefined {
  const word = data.trim();
  if (word === "") return undefined;
  // No word of this protocol's, but one that gateways say out of habit.
  if (word === "[DONE]") return "done";
  let parsed: unknown;
  try {
    parsed = JSON.parse(word);
  } catch (error) {
    if (event === "error") return { error: word };
    throw new Fault("upstream_garbled", "The provider sent an event that is not JSON.", { cause: error });
  }
  const body = asObject(parsed);
  if (body === undefined) throw new Fault("upstream_garbled", "The provider sent an event that is not a JSON object.");
  return body;
}

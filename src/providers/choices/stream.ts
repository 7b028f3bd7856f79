/**
 * Decodes a stream of the protocols that stream `choices`. The hot path: an ordinary event costs its JSON.parse, the
 * chunk and one choice; its delta is handed on as it was parsed.
 */

import { Fault } from "../../base/fault.ts";
import { hasContent, type ChatChunk, type ChunkChoice, type Delta } from "../../wire/chat.ts";
import type { SseEvent } from "../../wire/sse.ts";
import type { StreamDecoder } from "../adapter.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { isExtra, type ChoiceDialect } from "./answer.ts";
import { finishReason } from "./finish.ts";
import { normalizeSpeech, type Speech } from "./speech.ts";
import { createToolCallReader, type ToolCallReader } from "./tool-calls.ts";

interface OpenChoice {
  /** It was told something in deltas. */
  hasDeltas: boolean;
  isFinished: boolean;
  tools: ToolCallReader | undefined;
}

// More than anybody asks for; a hostile index must not make us keep state without end.
const choicesMax = 128;

const nothing: readonly ChatChunk[] = [];

export function openChoiceStream({ usageOf, envelope, readChoice }: ChoiceDialect): StreamDecoder {
  const open = new Map<number, OpenChoice>();
  let isDone = false;
  let upstreamId: string | undefined;
  let fingerprint: string | undefined;
  let tier: string | undefined;
  // Held to the end: some upstreams repeat both in every event, with running figures.
  let rawUsage: unknown;
  let extra: Record<string, unknown> | undefined;

  function decodeChoice(choice: JsonObject): ChunkChoice | undefined {
    const index = typeof choice["index"] === "number" ? choice["index"] : 0;
    let state = open.get(index);
    if (state === undefined) {
      if (open.size === choicesMax || !Number.isInteger(index)) throw new Fault("upstream_garbled", "The provider's stream has an impossible choice.");
      state = { hasDeltas: false, isFinished: false, tools: undefined };
      open.set(index, state);
    }
    // Some servers stream messages instead of deltas, and some tell the whole message once more at the end of their deltas.
    const piece = choice["delta"] ?? (state.hasDeltas ? undefined : choice["message"]);
    let delta = decodeDelta(piece as Speech | null | undefined, state);
    state.hasDeltas ||= piece === choice["delta"] && hasContent(delta);
    let native = asText(choice["finish_reason"]) ?? null;
    // Before the choice counts as finished: a finish that says that the upstream gave up is none.
    let finish = native === null ? null : finishReason(native);
    if (state.isFinished) {
      if (!hasContent(delta) && asList(delta.annotations).length === 0) return undefined;
      finish = native = null;
    } else if (native !== null) {
      state.isFinished = true;
      delta = completed(delta, state);
    }
    const decoded = { index, delta, finish_reason: finish, native_finish_reason: native };
    const logprobs = choice["logprobs"];
    return logprobs === undefined || logprobs === null ? decoded : { ...decoded, logprobs };
  }

  function decodeDelta(delta: Speech | null | undefined, state: OpenChoice): Delta {
    if (delta === undefined || delta === null) return {};
    if (typeof delta !== "object") throw new Fault("upstream_garbled", "The provider sent a delta that is none.");
    if (typeof delta.content === "object" || delta.reasoning_content !== undefined || delta.reasoning !== undefined) normalizeSpeech(delta);
    if (!isText(delta.content) || !isText(delta["refusal"])) throw new Fault("upstream_garbled", "The provider sent content that is not text.");
    const calls = delta["tool_calls"];
    if (calls !== undefined) {
      state.tools ??= createToolCallReader();
      const pieces = calls === null ? [] : state.tools.read(calls, upstreamId ?? "");
      delta["tool_calls"] = pieces.length === 0 ? undefined : pieces;
    }
    return delta as Delta;
  }

  function completed(delta: Delta, state: OpenChoice): Delta {
    const rest = state.tools?.finish() ?? [];
    return rest.length === 0 ? delta : { ...delta, tool_calls: [...(delta.tool_calls ?? []), ...rest] };
  }

  /** What is said about the whole answer; gives what is new of it, to go with the next chunk. */
  function takeHead(body: JsonObject): Partial<ChatChunk> | undefined {
    let head: Partial<ChatChunk> | undefined;
    if (upstreamId === undefined && asText(body["id"]) !== undefined) head = { upstreamId: (upstreamId = body["id"] as string) };
    const newFingerprint = body["system_fingerprint"];
    if (newFingerprint !== fingerprint && asText(newFingerprint) !== undefined) {
      head = { ...head, systemFingerprint: (fingerprint = newFingerprint as string) };
    }
    const newTier = body["service_tier"];
    if (newTier !== tier && asText(newTier) !== undefined) head = { ...head, serviceTier: (tier = newTier as string) };
    return head;
  }

  function takeTail(body: JsonObject): void {
    let usage = body["usage"];
    if (envelope !== undefined) {
      const wrapped = asObject(body[envelope]);
      if (wrapped !== undefined && isError(wrapped)) throw bodyFault(wrapped);
      usage ??= wrapped?.["usage"];
    }
    if (usage !== undefined && usage !== null) rawUsage = usage;
    for (const name in body) {
      if (isExtra(name, body[name], envelope)) (extra ??= {})[name] = body[name];
    }
  }

  function isComplete(): boolean {
    for (const choice of open.values()) if (!choice.isFinished) return false;
    return open.size > 0;
  }

  return {
    push(event) {
      const body = parseEvent(event);
      if (body === undefined) return nothing;
      if (body === "done") {
        isDone = true;
        return nothing;
      }
      if (event.event === "error" || isError(body)) throw bodyFault(body);
      takeTail(body);
      const head = takeHead(body);
      const given = body["choices"];
      if (!Array.isArray(given)) {
        // What is said of the answer may come without them, and after its end anything may that is no part of it.
        const isBeside = body["usage"] !== undefined || body["object"] !== undefined || isComplete();
        if (!isBeside || (given !== undefined && given !== null)) throw new Fault("upstream_garbled", "The provider sent an event without choices.");
        return nothing;
      }
      const choices: ChunkChoice[] = [];
      for (const item of given) {
        const choice = asObject(item);
        if (choice === undefined) throw new Fault("upstream_garbled", "The provider sent a choice that is none.");
        const decoded = decodeChoice(readChoice === undefined ? choice : readChoice(choice));
        if (decoded !== undefined) choices.push(decoded);
      }
      if (choices.length === 0 && head === undefined) return nothing;
      return [head === undefined ? { choices } : { ...head, choices }];
    },
    isComplete,
    isEnded: () => isDone,
    usage: () => usageOf(rawUsage),
    end() {
      if (!isComplete()) throw new Fault("stream_truncated", "The provider's stream ended before the answer was finished.");
      const usage = usageOf(rawUsage);
      if (usage === undefined && extra === undefined) return nothing;
      return [{ choices: [], ...(usage === undefined ? {} : { usage }), ...(extra === undefined ? {} : { extra }) }];
    },
  };
}

function isText(value: unknown): boolean {
  return typeof value === "string" || value === undefined || value === null;
}

function parseEvent(event: SseEvent): JsonObject | "done" | undefined {
  const { data } = event;
  // Before JSON.parse, whose exception would cost as much as several events.
  if (data === "[DONE]") return "done";
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch (error) {
    const word = data.trim();
    if (word === "") return undefined;
    if (word === "[DONE]") return "done";
    if (event.event === "error") return { error: word };
    throw new Fault("upstream_garbled", "The provider sent an event that is not JSON.", { cause: error });
  }
  const body = asObject(Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed);
  if (body !== undefined) return body;
  if (event.event === "error") return { error: String(parsed) };
  throw new Fault("upstream_garbled", "The provider sent an event that is not a JSON object.");
}

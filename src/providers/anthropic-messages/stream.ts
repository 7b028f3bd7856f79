/** Decodes the events of one answer. The hot path: an ordinary event costs its JSON.parse, a chunk and a choice. */

import { Fault } from "../../base/fault.ts";
import { original, type ChatChunk, type Delta, type Original } from "../../wire/chat.ts";
import type { SseEvent } from "../../wire/sse.ts";
import type { StreamDecoder } from "../adapter.ts";
import { isExtra } from "../choices/answer.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { createBlockReader, type Said } from "./blocks.ts";
import { finishReason } from "./finish.ts";
import { laterUsage, readUsage } from "./usage.ts";

/** A decoder that can also be fed with parsed events. */
export interface MessageDecoder extends StreamDecoder {
  take(event: JsonObject): readonly ChatChunk[];
}

/** What a message says of itself and of its author, beside what we read. */
const known: ReadonlySet<string> = new Set(["type", "role", "content", "stop_reason"]);
const nothing: readonly ChatChunk[] = [];

/** `keepsOriginals`: the caller speaks this dialect, and is given every event as it came beside what it says in ours. */
export function openMessageStream(keepsOriginals = false): MessageDecoder {
  const blocks = createBlockReader({ isSerial: keepsOriginals });
  let id: string | undefined;
  let isStarted = false;
  let isComplete = false;
  let isDone = false;
  let rawUsage: JsonObject | undefined;
  // The first event counts the prompt, but not yet what will be said.
  let isCounted = false;
  let extra: Record<string, unknown> | undefined;

  function takeExtra(fields: JsonObject): void {
    for (const name in fields) if (!known.has(name) && isExtra(name, fields[name], undefined)) (extra ??= {})[name] = fields[name];
  }

  function start(message: JsonObject): readonly ChatChunk[] {
    const given = asText(message["id"]);
    if (isStarted) {
      // Some servers say the same twice.
      if (given === id && !isComplete) return nothing;
      throw new Fault("upstream_garbled", "The provider began a second message in one answer.");
    }
    isStarted = true;
    id = given;
    rawUsage = asObject(message["usage"]);
    const said: Said = {};
    for (const [index, block] of asList(message["content"]).entries()) {
      blocks.open(index, asObject(block) ?? {}, true, said);
      blocks.close(index, said);
    }
    takeExtra(message);
    const tier = asText(rawUsage?.["service_tier"]);
    const head = { ...(id === undefined ? {} : { upstreamId: id }), ...(tier === undefined ? {} : { serviceTier: tier === "standard" ? "default" : tier }) };
    return [{ ...head, ...chunkOf({ role: "assistant", content: "", ...end(message, said) }) }];
  }

  /** Ends the answer when `message` says why it ended. */
  function end(message: JsonObject, said: Said): Spoken {
    const native = asText(message["stop_reason"]);
    if (native === undefined || isComplete) return said;
    isComplete = true;
    isCounted = true;
    blocks.finish(said);
    const why = asText(asObject(message["stop_details"])?.["explanation"]);
    if (native === "refusal" && why !== undefined) said.refusal = why;
    return { ...said, finish: native };
  }

  function take(event: JsonObject): readonly ChatChunk[] {
    if (!keepsOriginals) return read(event);
    const isOver = isComplete;
    const said = read(event);
    const { type } = event;
    // What is not part of the answer, comes after its end, or was said before.
    if (type === "ping" || type === "message_stop" || (isOver && type !== "message_delta") || (type === "message_start" && said === nothing)) return said;
    const [chunk] = said as readonly Marked[];
    if (chunk === undefined) return [marked(chunkOf({}), event)];
    marked(chunk, event);
    return said;
  }

  function read(event: JsonObject): readonly ChatChunk[] {
    const type = event["type"];
    if (type === "content_block_delta") return takeDelta(event);
    if (type === "error" || (typeof type !== "string" && isError(event))) throw bodyFault(event);
    if (typeof type !== "string") throw new Fault("upstream_garbled", "The provider sent an event that is not of the protocol.");
    if (type === "message_start") return start(asObject(event["message"]) ?? {});
    if (type === "message_stop") {
      isDone = true;
      return nothing;
    }
    if (type === "message_delta") {
      requireStart();
      rawUsage = laterUsage(rawUsage, event["usage"]);
      isCounted ||= asObject(event["usage"]) !== undefined;
      const { type: _type, usage: _usage, delta, ...beside } = event;
      const message = asObject(delta) ?? {};
      takeExtra(beside);
      takeExtra(message);
      return chunks(end(message, {}));
    }
    // The end of the answer has ended its blocks.
    if (type !== "content_block_start" && (type !== "content_block_stop" || isComplete)) return nothing;
    requireStart();
    const now: Said = {};
    if (type === "content_block_start") blocks.open(indexOf(event), asObject(event["content_block"]) ?? {}, false, now);
    else blocks.close(indexOf(event), now);
    return chunks(now);
  }

  function takeDelta(event: JsonObject): readonly ChatChunk[] {
    const delta = asObject(event["delta"]) ?? {};
    const words = blocks.words(indexOf(event), delta);
    if (words !== undefined) return words === "" ? nothing : [chunkOf({ content: words })];
    const now: Said = {};
    blocks.extend(indexOf(event), delta, now);
    return chunks(now);
  }

  function requireStart(): void {
    if (!isStarted) throw new Fault("upstream_garbled", "The provider's answer has no beginning.");
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
      return take(event.event === "error" && body["type"] === undefined ? { type: "error", ...body } : body);
    },
    isComplete: () => isComplete,
    isEnded: () => isDone,
    usage: () => (isCounted ? readUsage(rawUsage) : undefined),
    end() {
      if (!isComplete) throw new Fault("stream_truncated", "The provider's stream ended before the answer was finished.");
      const usage = readUsage(rawUsage);
      if (usage === undefined && extra === undefined) return nothing;
      return [{ choices: [], ...(usage === undefined ? {} : { usage }), ...(extra === undefined ? {} : { extra }) }];
    },
  };
}

/** A chunk that we have just made, and nobody has seen yet. */
type Marked = { readonly choices: ChatChunk["choices"]; [original]?: Original<JsonObject> };

function marked(chunk: Marked, event: JsonObject): ChatChunk {
  chunk[original] = { of: chunk.choices, source: event };
  return chunk;
}

/** A delta, and with the last one the upstream's word for why it is the last. */
type Spoken = Delta & { readonly finish?: string };

function chunks(spoken: Spoken): readonly ChatChunk[] {
  for (const _field in spoken) return [chunkOf(spoken)];
  return nothing;
}

function chunkOf(spoken: Spoken): { choices: ChatChunk["choices"] } {
  if (spoken.finish === undefined) return { choices: [{ index: 0, delta: spoken, finish_reason: null, native_finish_reason: null }] };
  const { finish, ...delta } = spoken;
  return { choices: [{ index: 0, delta, finish_reason: finishReason(finish), native_finish_reason: finish }] };
}

function indexOf(event: JsonObject): number {
  const index = event["index"];
  return typeof index === "number" ? index : 0;
}

function parseEvent({ event, data }: SseEvent): JsonObject | "done" | undefined {
  if (data.trim() === "") return undefined;
  // No word of this protocol's, but one that servers of several say out of habit.
  if (data.trim() === "[DONE]") return "done";
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch (error) {
    if (event === "error") return { type: "error", error: data.trim() };
    throw new Fault("upstream_garbled", "The provider sent an event that is not JSON.", { cause: error });
  }
  const body = asObject(parsed);
  if (body === undefined) throw new Fault("upstream_garbled", "The provider sent an event that is not a JSON object.");
  return body;
}

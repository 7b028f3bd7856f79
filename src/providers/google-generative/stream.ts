/** Decodes a stream: events that are each a piece of a GenerateContentResponse, without an end of their own. */

import { Fault } from "../../base/fault.ts";
import type { ChatChunk } from "../../wire/chat.ts";
import type { SseEvent } from "../../wire/sse.ts";
import type { StreamDecoder } from "../adapter.ts";
import { asObject, type JsonObject } from "../json.ts";
import { bodyFault } from "../upstream-fault.ts";
import { createResponseReader } from "./candidates.ts";

const nothing: readonly ChatChunk[] = [];

export function openCandidateStream({ keepsText }: { readonly keepsText: boolean }): StreamDecoder {
  const reader = createResponseReader({ keepsText });
  let isDone = false;
  let upstreamId: string | undefined;
  let tier: string | undefined;

  /** What is new about the whole answer, to go with the next chunk. */
  function takeHead(): Partial<ChatChunk> | undefined {
    let head: Partial<ChatChunk> | undefined;
    const newId = reader.upstreamId();
    if (newId !== undefined && newId !== upstreamId) head = { upstreamId: (upstreamId = newId) };
    const newTier = reader.serviceTier();
    if (newTier !== undefined && newTier !== tier) head = { ...head, serviceTier: (tier = newTier) };
    return head;
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
      if (body["candidates"] === undefined && !reader.isComplete() && !ours.some((field) => body[field] !== undefined)) {
        throw new Fault("upstream_garbled", "The provider sent an event without candidates.");
      }
      const choices = reader.read(body);
      const head = takeHead();
      if (choices.length === 0 && head === undefined) return nothing;
      return [head === undefined ? { choices } : { ...head, choices }];
    },
    isComplete: reader.isComplete,
    // The figures of the whole come with the last finish. What Google may add after it is taken, but not waited for.
    isEnded: () => isDone || (reader.isComplete() && reader.usage() !== undefined),
    usage: reader.usage,
    end() {
      if (!reader.isComplete()) throw new Fault("stream_truncated", "The provider's stream ended before the answer was finished.");
      const usage = reader.usage();
      const extra = reader.extra();
      const hasExtra = Object.keys(extra).length > 0;
      if (usage === undefined && !hasExtra) return nothing;
      return [{ choices: [], ...(usage === undefined ? {} : { usage }), ...(hasExtra ? { extra } : {}) }];
    },
  };
}

/** What an event without candidates may speak of. */
const ours = ["usageMetadata", "promptFeedback", "responseId", "modelVersion", "error"];

/** A gateway in front of Google may add the end that other protocols have. */
function parseEvent({ event, data }: SseEvent): JsonObject | "done" | undefined {
  const word = data.trim();
  if (word === "") return undefined;
  if (word === "[DONE]") return "done";
  let parsed: unknown;
  try {
    parsed = JSON.parse(word);
  } catch (error) {
    if (event === "error") return { error: word };
    throw new Fault("upstream_garbled", "The provider sent an event that is not JSON.", { cause: error });
  }
  const body = asObject(Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed);
  if (body === undefined) throw new Fault("upstream_garbled", "The provider sent an event that is not a JSON object.");
  return body;
}

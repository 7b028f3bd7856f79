/** Decodes the events of one answer. The hot path: an ordinary event costs its JSON.parse, a chunk and a choice. */

import { Fault } from "../../base/fault.ts";
import type { ChatChunk, Delta } from "../../wire/chat.ts";
import type { StreamDecoder, Target } from "../adapter.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import { createBlockReader, type Said } from "./blocks.ts";
import { streamFault } from "./errors.ts";
import { finishReason } from "./finish.ts";
import { traitsOf } from "./models.ts";
import { readUsage } from "./usage.ts";

const nothing: readonly ChatChunk[] = [];

export function openConverseStream({ upstreamModel }: Pick<Target, "upstreamModel">): StreamDecoder {
  const blocks = createBlockReader(traitsOf(upstreamModel).reasoningFormat);
  let hasBlocks = false;
  let isComplete = false;
  let rawUsage: unknown;
  let tier: string | undefined;
  let extra: Readonly<Record<string, unknown>> = {};

  function finish(event: JsonObject): readonly ChatChunk[] {
    const native = asText(event["stopReason"]);
    if (native === undefined) throw new Fault("upstream_garbled", "The provider's answer ends without a reason.");
    const reason = finishReason(native);
    if (isComplete) return nothing;
    isComplete = true;
    extra = { ...extra, ...extraOf(event) };
    const said: Said = {};
    blocks.finish(said);
    return [{ choices: [{ index: 0, delta: said, finish_reason: reason, native_finish_reason: native }] }];
  }

  /** Told twice it is one message; after something was said it is another. */
  function start(): readonly ChatChunk[] {
    if (hasBlocks) throw new Fault("upstream_garbled", "The provider began a second message in one answer.");
    return [chunkOf({ role: "assistant", content: "" })];
  }

  function takeDelta(event: JsonObject): readonly ChatChunk[] {
    hasBlocks = true;
    const delta = asObject(event["delta"]) ?? {};
    const index = indexOf(event);
    const words = blocks.words(index, delta);
    if (words !== undefined) return words === "" ? nothing : [chunkOf({ content: words })];
    return spoken((said) => blocks.extend(index, delta, said));
  }

  return {
    push({ event, data }) {
      if (event === "error") throw streamFault(parse(data));
      switch (event) {
        case "contentBlockDelta":
          return takeDelta(parse(data));
        case "contentBlockStart": {
          const block = parse(data);
          hasBlocks = true;
          return spoken((said) => blocks.start(indexOf(block), asObject(block["start"]) ?? {}, said));
        }
        case "contentBlockStop": {
          const index = indexOf(parse(data));
          return spoken((said) => blocks.stop(index, said));
        }
        case "messageStart":
          return isComplete ? nothing : start();
        case "messageStop":
          return finish(parse(data));
        case "metadata": {
          const metadata = parse(data);
          rawUsage = metadata["usage"];
          tier = tierOf(metadata);
          extra = { ...extra, ...extraOf(metadata) };
          return nothing;
        }
        default:
          // Kinds of events are added to the protocol as time goes by.
          return nothing;
      }
    },
    isComplete: () => isComplete,
    isEnded: () => isComplete && rawUsage !== undefined,
    usage: () => readUsage(rawUsage),
    end() {
      if (!isComplete) throw new Fault("stream_truncated", "The provider's stream ended before the answer was finished.");
      const usage = readUsage(rawUsage);
      const hasExtra = Object.keys(extra).length > 0;
      if (usage === undefined && tier === undefined && !hasExtra) return nothing;
      return [{ choices: [], ...(usage === undefined ? {} : { usage }), ...(tier === undefined ? {} : { serviceTier: tier }), ...(hasExtra ? { extra } : {}) }];
    },
  };
}

/** What is said about an answer that we do not read: of guardrails, of routers, and the model's own fields that were asked for. */
export function extraOf(body: JsonObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(["additionalModelResponseFields", "trace", "performanceConfig"].filter((name) => (body[name] ?? null) !== null).map((name) => [name, body[name]]));
}

export function tierOf(body: JsonObject): string | undefined {
  return asText(asObject(body["serviceTier"])?.["type"]);
}

function spoken(speak: (said: Said) => void): readonly ChatChunk[] {
  const said: Said = {};
  speak(said);
  for (const _field in said) return [chunkOf(said)];
  return nothing;
}

function chunkOf(delta: Delta): ChatChunk {
  return { choices: [{ index: 0, delta, finish_reason: null, native_finish_reason: null }] };
}

function indexOf(event: JsonObject): number {
  const index = event["contentBlockIndex"];
  return typeof index === "number" ? index : 0;
}

function parse(data: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch (error) {
    throw new Fault("upstream_garbled", "The provider sent an event that is not JSON.", { cause: error });
  }
  const body = asObject(parsed);
  if (body === undefined) throw new Fault("upstream_garbled", "The provider sent an event that is not a JSON object.");
  return body;
}

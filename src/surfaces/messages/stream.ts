/**
 * A stream of events. What a provider of this dialect says is passed on event by event, with our own head and bill; what any
 * other says is written as blocks. Source: contract §3.7.
 */

import { original, originalOf, type ChatChunk, type FinishReason } from "../../wire/chat.ts";
import { isRecord, type Fields } from "../check.ts";
import type { AnswerHead, StreamEncoder } from "../surface.ts";
import { ownFields } from "./answer.ts";
import { faultEnvelope } from "./fault.ts";
import { stopFields } from "./stop.ts";
import { emptyUsage, usageView } from "./usage.ts";
import { createBlockWriter } from "./writer.ts";

export function openEncoder(head: AnswerHead): StreamEncoder {
  let text = "";
  let isStarted = false;
  /** As long as everything came in this dialect: its own word is passed on. */
  let isOwn = true;
  let finish: FinishReason | null = null;
  let native: string | null = null;
  let serviceTier: string | undefined;
  let extra: Fields = {};
  /** What a provider of this dialect said of its usage, and beside its end. */
  let usage: Fields | undefined;
  let ending: Fields | undefined;

  const emit = (type: string, fields: Fields): void => void (text += `event: ${type}\ndata: ${JSON.stringify(fields)}\n\n`);
  const writer = createBlockWriter({
    start: (index, block) => emit("content_block_start", { type: "content_block_start", index, content_block: block }),
    extend: (index, delta) => emit("content_block_delta", { type: "content_block_delta", index, delta }),
    stop: (index) => emit("content_block_stop", { type: "content_block_stop", index }),
  });

  function start(message: Fields): void {
    isStarted = true;
    emit("message_start", {
      type: "message_start",
      message: {
        ...ownFields(head),
        content: [], stop_reason: null, stop_sequence: null, stop_details: null, container: null,
        ...message,
        ...ownFields(head),
        usage: { ...emptyUsage, ...usage },
      },
    });
  }

  function relay(event: Fields): void {
    const { type, index } = event;
    const { message, content_block: block } = event;
    switch (type) {
      case "message_start":
        usage = isRecord(message) && isRecord(message["usage"]) ? message["usage"] : undefined;
        start(isRecord(message) ? message : {});
        return;
      case "content_block_start":
        if (typeof index === "number" && isRecord(block)) writer.started(index, block);
        emit("content_block_start", event);
        return;
      case "content_block_delta":
        emit("content_block_delta", event);
        return;
      case "content_block_stop":
        writer.stopped();
        emit("content_block_stop", event);
        return;
      case "message_delta":
        // Told at the end, with what it costs.
        usage = { ...usage, ...withoutNothing(event["usage"]) };
        ending = event;
        return;
      default:
        // Kinds of events are added to the protocol as time goes by; each names itself.
        if (typeof type === "string" && /^\w{1,64}$/.test(type)) emit(type, event);
    }
  }

  function say(chunk: ChatChunk): void {
    const [choice] = chunk.choices;
    if (chunk.serviceTier !== undefined) serviceTier = chunk.serviceTier;
    if (chunk.extra !== undefined) extra = { ...extra, ...chunk.extra };
    if (choice === undefined || choice.index !== 0) return;
    if (choice.finish_reason !== null) {
      finish = choice.finish_reason;
      native = choice.native_finish_reason;
    }
    const event = originalOf(chunk[original], chunk.choices);
    // A second beginning is another provider's, who goes on where the first one broke off.
    isOwn &&= event !== undefined && (event["type"] === "message_start") !== isStarted;
    if (isOwn && event !== undefined) {
      relay(event);
      return;
    }
    if (!isStarted) start({});
    writer.say(choice.delta);
  }

  function taken(): string {
    const written = text;
    text = "";
    return written;
  }

  return {
    keepAlive: 'event: ping\ndata: {"type":"ping"}\n\n',
    chunk(chunk) {
      say(chunk);
      return taken();
    },
    finish({ bill, routing }) {
      if (!isStarted) start({});
      writer.finish();
      const said = isOwn ? ending : undefined;
      const { delta, ...beside } = said ?? {};
      const stop = stopFields({ finish, native, hasCalls: writer.hasCalls(), refusal: writer.refusal() }, extra);
      const { stop_sequence: _sequence, stop_details: _details, container: _container, ...more } = extra;
      emit("message_delta", {
        ...(said === undefined ? more : beside),
        type: "message_delta", delta: { ...stop, ...(isRecord(delta) ? delta : undefined) }, usage: usageView(bill, serviceTier, usage),
      });
      emit("message_stop", { type: "message_stop", openrouter_metadata: routing });
      return taken();
    },
    fail(fault, requestId, routing) {
      emit("error", { ...faultEnvelope(fault, requestId, routing) });
      return taken();
    },
  };
}

/** A null says nothing of what was said before. */
function withoutNothing(usage: unknown): Fields {
  return isRecord(usage) ? Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null)) : {};
}

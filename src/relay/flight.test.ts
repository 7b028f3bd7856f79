/** Flights and those who follow them, with callers and leaders that are slow, gone or cut off. */

import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { createLog } from "../base/log.ts";
import type { Key } from "../keys/key.ts";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import type { AnswerHead } from "../surfaces/surface.ts";
import type { Generation } from "../usage/generation.ts";
import type { ChatAnswer, ChatChunk } from "../wire/chat.ts";
import type { AnswerEnding } from "./answer-listener.ts";
import type { Reply } from "./delivery.ts";
import { createFlight, type Flight, type Room } from "./flight.ts";
import type { Call, UnderWay } from "./generate.ts";
import type { Recording } from "./response-cache.ts";
import { retell, type RetellDeps } from "./retell.ts";

const head: AnswerHead = { generationId: "gen-leader", created: 1, model: "a/b", providerName: "A" };
const complete: AnswerEnding = { fault: undefined, finishReason: "stop", isSandbox: false };
const broken: AnswerEnding = { fault: new Fault("stream_truncated", "The stream was cut."), finishReason: null, isSandbox: false };
const said = (content: string): ChatChunk[] => [{ choices: [{ index: 0, delta: { content }, finish_reason: null, native_finish_reason: null }] }];
const answer: ChatAnswer = {
  upstreamId: "u", usage: { promptTokens: 5, completionTokens: 5 }, systemFingerprint: undefined, serviceTier: undefined, extra: {},
  choices: [{ index: 0, message: { role: "assistant", content: "Hi", refusal: null, reasoning: null }, finish_reason: "stop", native_finish_reason: "stop" }],
};
const key: Key = {
  hash: "key", name: "k", label: "k", kind: "inference", isSandbox: false, workspaceId: "w", disabled: false, limit: null, limitReset: null,
  includeByokInLimit: false, hedge: false, publicApp: false, expiresAt: null, createdAt: 0, updatedAt: null, creatorUserId: null,
};

interface TestReply extends Reply {
  text: string;
  isEnded: boolean;
  isDropped: boolean;
  /** The caller reads nothing until it drains. */
  isSlow: boolean;
  drain(): void;
  hangUp(): void;
}

function testReply(): TestReply {
  const drains: (() => void)[] = [];
  const hangUps: (() => void)[] = [];
  const reply: TestReply = {
    text: "", isEnded: false, isDropped: false, isSlow: false,
    start: () => undefined,
    whole: (_id, text) => reply.end(text),
    write: (text) => {
      reply.text += text;
      return !reply.isSlow;
    },
    end: (text) => {
      reply.text += text;
      reply.isEnded = true;
    },
    onDrain: (listener) => void drains.push(listener),
    drop: () => {
      reply.isDropped = true;
      reply.hangUp();
    },
    onHangUp: (listener) => void hangUps.push(listener),
    drain: () => {
      reply.isSlow = false;
      for (const listener of drains) listener();
    },
    hangUp: () => {
      for (const listener of hangUps) listener();
    },
  };
  return reply;
}

interface Stage {
  readonly flight: Flight;
  readonly leader: TestReply;
  readonly room: Room;
  readonly stored: Recording[];
  readonly records: Generation[];
  readonly underWay: Set<UnderWay>;
  /** Whether the leader's call was told to end. */
  isAbandoned: boolean;
  follow(options?: { readonly stream?: boolean }): { readonly reply: TestReply; readonly over: Promise<Fault | undefined> };
}

function stageOf({ bytesMax = 100_000, roomBytes = 1_000_000, append }: { bytesMax?: number; roomBytes?: number; append?: () => Promise<void> } = {}): Stage {
  const leader = testReply();
  const room = { left: roomBytes };
  const stored: Recording[] = [];
  const records: Generation[] = [];
  const deps: RetellDeps = {
    clock: () => 1_700_000_000_000, keepAliveMs: 60_000, readerMs: 60_000, underWay: new Set(), log: createLog("silent", () => undefined),
    recorder: { ready: () => undefined, append: append ?? (async (record) => void records.push(record)) },
  };
  const flight = createFlight({ reply: leader, bytesMax, room, ttl: 0, onComplete: (recording) => stored.push(recording) });
  const stage: Stage = {
    flight, leader, room, stored, records, underWay: deps.underWay, isAbandoned: false,
    follow({ stream = true } = {}) {
      const reply = testReply();
      const request = chatCompletions.parse(Buffer.from(JSON.stringify({ model: "a/b", messages: [{ role: "user", content: "Hi" }], stream })));
      const call: Call = { requestId: "req-1", surface: chatCompletions, request, key, app: { referer: null, title: null, categories: [], userAgent: null }, sandboxDirectives: undefined, reply, wantsMetadata: false };
      return { reply, over: retell(deps, call, { join: flight.join, onFirst: () => undefined, backlogBytesMax: bytesMax }) };
    },
  };
  flight.reply.onHangUp(() => (stage.isAbandoned = true));
  return stage;
}

/** Until nothing more happens by itself. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

describe("a follower", () => {
  test("hears what was said before it came, then the rest as it comes, and the end", async () => {
    const { flight, follow, records } = stageOf();
    flight.listener.chunks(head, said("one "));
    const { reply, over } = follow();
    await settled();
    expect(reply.text).toContain("one ");
    flight.listener.chunks(head, said("two"));
    flight.listener.ended(complete);
    expect(await over).toBeUndefined();
    expect(reply.text.indexOf("two")).toBeGreaterThan(reply.text.indexOf("one "));
    expect(reply.text).toMatch(/\[DONE\]\n\n$/);
    expect(reply.text).not.toContain("gen-leader");
    expect(records).toMatchObject([{ cacheSourceId: "gen-leader", model: "a/b", providerName: "A", cost: 0n, promptTokens: 0, attempts: [], finishReason: "stop", streamed: true }]);
  });

  test("of a whole answer waits for the end of it", async () => {
    const { flight, follow } = stageOf();
    const { reply, over } = follow({ stream: false });
    flight.listener.whole(head, answer);
    await settled();
    expect(reply.isEnded).toBe(false);
    flight.listener.ended(complete);
    await over;
    expect(JSON.parse(reply.text)).toMatchObject({ choices: [{ message: { content: "Hi" } }], usage: { total_tokens: 0, cost: 0 } });
  });

  test("who is slow waits for no more than it reads, and slows nobody", async () => {
    const { flight, leader, follow } = stageOf();
    const slow = follow();
    const quick = follow();
    slow.reply.isSlow = true;
    flight.listener.chunks(head, said("one"));
    await settled();
    flight.listener.chunks(head, said("two"));
    flight.listener.ended(complete);
    await quick.over;
    expect([quick.reply.isEnded, slow.reply.text.includes("one"), slow.reply.text.includes("two"), leader.isDropped]).toEqual([true, true, false, false]);
    slow.reply.drain();
    await slow.over;
    expect(slow.reply.text).toMatch(/two[^]*\[DONE\]/);
  });

  test("who falls too far behind is given up, and the answer goes on", async () => {
    const { flight, follow, records } = stageOf({ bytesMax: 5_000 });
    const slow = follow();
    const quick = follow();
    slow.reply.isSlow = true;
    for (let count = 0; count < 20; count++) {
      flight.listener.chunks(head, said("x".repeat(500)));
      await settled();
    }
    flight.listener.ended(complete);
    await Promise.all([slow.over, quick.over]);
    expect([slow.reply.isDropped, quick.reply.isDropped, quick.reply.isEnded]).toEqual([true, false, true]);
    expect(quick.reply.text.match(/x{500}/g)).toHaveLength(20);
    expect(records.map((record) => record.cancelled).toSorted()).toEqual([false, true]);
  });

  test.each([true, false])("hears an answer that comes at once and is more than is kept of one (streamed: %s)", async (stream) => {
    const { flight, follow } = stageOf({ bytesMax: 1_000 });
    const { reply, over } = follow({ stream });
    const long = "x".repeat(5_000);
    if (stream) flight.listener.chunks(head, said(long));
    else flight.listener.whole(head, { ...answer, choices: [{ index: 0, message: { role: "assistant", content: long, refusal: null, reasoning: null }, finish_reason: "stop", native_finish_reason: "stop" }] });
    flight.listener.ended(complete);
    await over;
    expect([reply.isDropped, reply.text.includes(long)]).toEqual([false, true]);
  });

  test("is told the same break as the leader, once it has heard something", async () => {
    const { flight, follow, records } = stageOf();
    const { reply, over } = follow();
    flight.listener.chunks(head, said("one"));
    flight.listener.ended(broken);
    expect(await over).toBeUndefined();
    expect(reply.text).toMatch(/one[^]*The stream was cut\.[^]*\[DONE\]/);
    expect(records).toMatchObject([{ finishReason: "error", faultCode: "stream_truncated", cost: 0n }]);
  });

  test.each([true, false])("who has heard nothing of a failed answer is free to ask for it anew (streamed: %s)", async (stream) => {
    const { flight, follow, records } = stageOf();
    const { reply, over } = follow({ stream });
    flight.listener.ended(broken);
    expect(await over).toBe(broken.fault);
    expect([reply.text, reply.isEnded, records]).toEqual(["", false, []]);
  });

  test("is told in-band when the node stops", async () => {
    const { flight, follow, underWay } = stageOf();
    const { reply, over } = follow();
    flight.listener.chunks(head, said("one"));
    await settled();
    for (const request of underWay) request.waitsFor?.abort(new Fault("shutting_down", "This node is shutting down."));
    await over;
    expect(reply.text).toContain("shutting down");
    expect(underWay.size).toBe(0);
  });

  test("of a whole answer gets none that could not be put on record", async () => {
    const { flight, follow } = stageOf({ append: () => Promise.reject(new Fault("storage_unavailable", "The disk is full.")) });
    const { reply, over } = follow({ stream: false });
    flight.listener.whole(head, answer);
    flight.listener.ended(complete);
    await expect(over).rejects.toMatchObject({ code: "storage_unavailable" });
    expect(reply.text).toBe("");
  });
});

describe("a leader who hangs up", () => {
  test("alone ends the call, and nobody joins it any more", () => {
    const stage = stageOf();
    stage.leader.hangUp();
    expect([stage.isAbandoned, stage.flight.isOpen()]).toEqual([true, false]);
  });

  test("leaves it to the followers, is written to no more, and the last of them ends it", async () => {
    const stage = stageOf();
    const followers = [stage.follow(), stage.follow()];
    stage.flight.listener.chunks(head, said("one"));
    stage.leader.hangUp();
    stage.flight.reply.write("two");
    expect([stage.isAbandoned, stage.leader.text]).toEqual([false, ""]);
    followers[0]?.reply.hangUp();
    expect(stage.isAbandoned).toBe(false);
    followers[1]?.reply.hangUp();
    expect(stage.isAbandoned).toBe(true);
    await Promise.all(followers.map(({ over }) => over));
  });

  test("lets a provider go on that was slowed down for it", () => {
    const { flight, leader, follow } = stageOf();
    let isSlowed = true;
    flight.reply.onDrain(() => (isSlowed = false));
    void follow();
    leader.hangUp();
    expect(isSlowed).toBe(false);
  });
});

describe("what is kept of an answer", () => {
  test("is the whole of it when it is complete", () => {
    const { flight, stored } = stageOf();
    flight.listener.chunks(head, said("one"));
    flight.listener.chunks(head, said("two"));
    flight.listener.ended(complete);
    expect(stored).toEqual([{ head, pieces: [JSON.stringify(said("one")), JSON.stringify(said("two"))], finishReason: "stop", isSandbox: false }]);
  });

  test.each([broken, { ...complete, finishReason: "error" } as const])("is nothing of one that failed: $finishReason", (ending) => {
    const { flight, stored } = stageOf();
    flight.listener.chunks(head, said("one"));
    flight.listener.ended(ending);
    expect(stored).toEqual([]);
  });

  const limits = [{ name: "one answer may take", limit: { bytesMax: 2_000 } }, { name: "all answers may take", limit: { roomBytes: 2_000 } }];
  test.each(limits)("is nothing of one that is more than $name; nobody joins it, and its memory is given back", ({ limit }) => {
    const { flight, stored, room } = stageOf(limit);
    const before = room.left;
    flight.listener.chunks(head, said("x".repeat(300)));
    expect([flight.isOpen(), room.left < before]).toEqual([true, true]);
    flight.listener.chunks(head, said("x".repeat(900)));
    expect([flight.isOpen(), room.left]).toEqual([false, before]);
    flight.listener.ended(complete);
    expect(stored).toEqual([]);
  });

  test("is given back when the call is over", () => {
    const { flight, room } = stageOf();
    const before = room.left;
    flight.listener.chunks(head, said("one"));
    flight.listener.ended(complete);
    flight.close(new Fault("client_closed", "The caller hung up."));
    expect(room.left).toBe(before);
  });
});

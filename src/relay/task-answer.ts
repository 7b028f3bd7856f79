/**
 * Where the answer to a task comes from: the cache of answers, or a call of its own. The contract caches vectors alone (§8.2): they
 * are the same for the same text, and most of them are asked for again.
 */

import { monotonic } from "../base/clock.ts";
import { generationId } from "../base/ids.ts";
import type { TaskAnswer, TaskName } from "../wire/task.ts";
import { originOfStored, type AnswerDeps, type Origin } from "./answer.ts";
import { freeBill } from "./conclusion.ts";
import { perform, type TaskCall } from "./perform.ts";
import { cacheKey, cacheTtl, type CacheWishes, type StoredAnswer } from "./response-cache.ts";
import { recordOfRetold } from "./settle.ts";

export interface AskedTask<Name extends TaskName> {
  readonly call: TaskCall<Name>;
  /** What the request was parsed from. */
  readonly body: Uint8Array;
  readonly wishes: CacheWishes;
  /** Told before anything is sent to the caller. */
  readonly onOrigin: (origin: Origin) => void;
}

const cached: ReadonlySet<TaskName> = new Set(["embeddings"]);

/** @throws Fault when nothing has been sent to the caller yet. */
export function performOrRecall<Name extends TaskName>(deps: AnswerDeps, asked: AskedTask<Name>): Promise<void> {
  const { call, wishes } = asked;
  const ttl = cached.has(call.surface.task) && deps.replays.answerBytesMax > 0 ? cacheTtl(wishes, call.request.gateway) : undefined;
  return ttl === undefined ? perform(deps.relay, call) : recall(deps, asked, ttl);
}

async function recall<Name extends TaskName>({ relay, replays: { cache } }: AnswerDeps, asked: AskedTask<Name>, ttl: number): Promise<void> {
  const { call, body, wishes, onOrigin } = asked;
  const isWaiting = relay.recorder.ready();
  if (isWaiting !== undefined) await isWaiting;
  const key = cacheKey({ keyHash: call.key.hash, surface: call.surface.name, request: call.request, sandboxDirectives: undefined, body });
  if (wishes.isRefresh) cache.remove(key);
  const stored = cache.find(key, relay.clock());
  if (stored !== undefined) return tellAgain(relay, asked, stored);
  onOrigin({ kind: "made", ttl });
  await perform(relay, {
    ...call,
    onAnswer: (head, answer) => {
      const storedAt = relay.clock();
      // Made by a provider: the sandbox holds conversations alone.
      cache.store(key, { recording: { head, pieces: [JSON.stringify(answer)], finishReason: null, isSandbox: false }, storedAt, expiresAt: storedAt + ttl * 1000 });
    },
  });
}

/** Under an id of its own, at no cost. */
async function tellAgain<Name extends TaskName>(relay: AnswerDeps["relay"], { call, onOrigin }: AskedTask<Name>, stored: StoredAnswer): Promise<void> {
  const { requestId, surface, request, reply, key, app } = call;
  const { head: source, pieces, finishReason, isSandbox } = stored.recording;
  const createdAt = relay.clock();
  const now = monotonic();
  const id = generationId(createdAt);
  let isHungUp = false;
  reply.onHangUp(() => {
    isHungUp = true;
  });
  await relay.recorder.append(recordOfRetold({
    id, requestId, createdAt, acceptedAt: now, key, surface: surface.name, request, app, isSandbox, isHungUp, fault: undefined, source, finishReason, firstContentAt: now, endedAt: now,
  }));
  if (isHungUp) return;
  onOrigin(originOfStored(stored, createdAt));
  const answer = JSON.parse(pieces[0] as string) as TaskAnswer<Name>;
  reply.whole(id, surface.encodeAnswer({ head: { ...source, generationId: id, created: Math.floor(createdAt / 1000) }, answer, bill: freeBill }, request));
}

/**
 * Where an answer comes from: the cache, the flight of an identical call, or a call of its own. A request that asks for
 * neither goes straight on to {@link generate}.
 */

import { asFault, Fault } from "../base/fault.ts";
import { createFlight, type Flight, type Room } from "./flight.ts";
import { generate, type Call, type RelayDeps } from "./generate.ts";
import { answerBytesMax, cacheKey, cacheTtl, createResponseCache, type CacheWishes, type ResponseCache, type StoredAnswer } from "./response-cache.ts";
import { retell } from "./retell.ts";

/** What this node remembers of answers. */
export interface Replays {
  readonly cache: ResponseCache;
  /** Those that may be joined, by cache key. */
  readonly flights: Map<string, Flight>;
  readonly room: Room;
  /** How much of one answer is kept, in bytes; 0 when nothing is. */
  readonly answerBytesMax: number;
}

/** At most `bytesMax` bytes of stored answers, and as much again of answers on their way. 0 turns both off. */
export function createReplays(bytesMax: number): Replays {
  return { cache: createResponseCache(bytesMax), flights: new Map(), room: { left: bytesMax }, answerBytesMax: answerBytesMax(bytesMax) };
}

export interface AnswerDeps {
  readonly relay: RelayDeps;
  readonly replays: Replays;
}

export interface Asked {
  readonly call: Call;
  /** What the request was parsed from. */
  readonly body: Uint8Array;
  readonly wishes: CacheWishes & { readonly isSingleFlight: boolean };
  /** Told before anything is sent to the caller. */
  readonly onOrigin: (origin: Origin) => void;
}

/** Times in seconds; `ttl` is undefined where the caller does not use the cache. */
export type Origin =
  | { readonly kind: "made" | "joined"; readonly ttl: number | undefined }
  | { readonly kind: "stored"; readonly ttl: number; readonly age: number; readonly sourceId: string };

/** @throws Fault when nothing has been sent to the caller yet; afterwards failures are told in-band and this resolves. */
export function answer(deps: AnswerDeps, asked: Asked): Promise<void> {
  const { call, wishes } = asked;
  const ttl = cacheTtl(wishes, call.request.gateway);
  const isAsked = ttl !== undefined || wishes.isSingleFlight;
  return isAsked && deps.replays.answerBytesMax > 0 ? answerOnce(deps, asked, ttl) : generate(deps.relay, call);
}

async function answerOnce(deps: AnswerDeps, asked: Asked, ttl: number | undefined): Promise<void> {
  const { relay, replays: { cache, flights } } = deps;
  const { call, wishes } = asked;
  const isWaiting = relay.recorder.ready();
  if (isWaiting !== undefined) await isWaiting;
  const key = cacheKey({ keyHash: call.key.hash, surface: call.surface.name, request: call.request, sandboxDirectives: call.sandboxDirectives, body: asked.body });
  const isRefresh = ttl !== undefined && wishes.isRefresh;
  if (isRefresh) cache.remove(key);
  const stored = ttl === undefined ? undefined : cache.find(key, relay.clock());
  if (stored !== undefined) return tellStored(deps, asked, stored);
  const isJoining = wishes.isSingleFlight && !isRefresh;
  for (let letDown = 0; ; letDown++) {
    const flight = isJoining ? flights.get(key) : undefined;
    if (flight?.isOpen() !== true) return lead(deps, asked, { key, ttl });
    const failure = await follow(deps, asked, { flight, ttl });
    if (failure === undefined) return;
    // One of the followers makes the call again for all of them. When that fails as well, so would the next.
    if (letDown > 0 || failure.code === "shutting_down") throw withoutRouting(failure);
  }
}

async function lead({ relay, replays }: AnswerDeps, { call, wishes, onOrigin }: Asked, { key, ttl }: { readonly key: string; readonly ttl: number | undefined }): Promise<void> {
  const { cache, flights, room } = replays;
  const flight = createFlight({
    reply: call.reply, bytesMax: replays.answerBytesMax, room, ttl: ttl ?? 0,
    onComplete: (recording) => {
      const storedAt = relay.clock();
      if (flight.ttl > 0) cache.store(key, { recording, storedAt, expiresAt: storedAt + flight.ttl * 1000 });
    },
  });
  if (wishes.isSingleFlight) flights.set(key, flight);
  onOrigin({ kind: "made", ttl });
  let fault = new Fault("client_closed", "The caller hung up.");
  try {
    await generate(relay, { ...call, reply: flight.reply, listener: flight.listener });
  } catch (error) {
    fault = asFault(error);
    throw error;
  } finally {
    if (flights.get(key) === flight) flights.delete(key);
    flight.close(fault);
  }
}

function follow({ relay, replays }: AnswerDeps, { call, onOrigin }: Asked, { flight, ttl }: { readonly flight: Flight; readonly ttl: number | undefined }): Promise<Fault | undefined> {
  flight.ttl = Math.max(flight.ttl, ttl ?? 0);
  return retell(relay, call, { join: flight.join, onFirst: () => onOrigin({ kind: "joined", ttl }), backlogBytesMax: replays.answerBytesMax });
}

/** `now` in milliseconds. */
export function originOfStored({ recording, storedAt, expiresAt }: StoredAnswer, now: number): Origin {
  const age = Math.floor((now - storedAt) / 1000);
  return { kind: "stored", age, ttl: Math.round((expiresAt - storedAt) / 1000) - age, sourceId: recording.head.generationId };
}

async function tellStored({ relay, replays }: AnswerDeps, { call, onOrigin }: Asked, stored: StoredAnswer): Promise<void> {
  const { head, pieces, finishReason, isSandbox } = stored.recording;
  const now = relay.clock();
  const failure = await retell(relay, call, {
    join: (follower) => {
      for (const piece of pieces) follower.said(head, piece);
      follower.over({ fault: undefined, finishReason, isSandbox });
      return () => undefined;
    },
    onFirst: () => onOrigin(originOfStored(stored, now)),
    backlogBytesMax: replays.answerBytesMax,
  });
  if (failure !== undefined) throw failure;
}

/** How the leader's request was routed is told to the leader alone. */
function withoutRouting({ code, message, metadata, availability, retryAfterMs, cause }: Fault): Fault {
  return new Fault(code, message, { metadata, cause, ...(availability === undefined ? {} : { availability }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

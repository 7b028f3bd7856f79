/**
 * Answers that are given again to the key they were made for: who wants that, under which key an answer is found, and the
 * store. Pure: time is an argument. Source: contract §8.2; docs/response-cache.md.
 */

import { createHash } from "node:crypto";
import type { AnswerHead } from "../surfaces/surface.ts";
import type { ChatRequest, FinishReason, GatewayOptions } from "../wire/chat.ts";

/** What the headers of a request say. */
export interface CacheWishes {
  /** Undefined where they say nothing. */
  readonly isWanted: boolean | undefined;
  /** In seconds, not yet clamped. */
  readonly ttl: number | undefined;
  readonly isRefresh: boolean;
}

/** An answer as its caller heard it. */
export interface Recording {
  readonly head: AnswerHead;
  /** JSON: of the chunks that were told together, or of the whole answer. */
  readonly pieces: readonly string[];
  readonly finishReason: FinishReason | null;
  readonly isSandbox: boolean;
}

export interface StoredAnswer {
  readonly recording: Recording;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  readonly expiresAt: number;
}

export interface ResponseCache {
  /** `now` in milliseconds. What is asked for is kept longest. */
  readonly find: (key: string, now: number) => StoredAnswer | undefined;
  /** Takes the place of an older answer. One larger than `answerBytesMax` is not stored. */
  readonly store: (key: string, answer: StoredAnswer) => void;
  readonly remove: (key: string) => void;
  readonly bytes: () => number;
}

const ttlUsual = 300;
const ttlMax = 86_400;

/** How many seconds the answer may be given again; undefined when it may not. A preset's refusal is the last word. */
export function cacheTtl(wishes: CacheWishes, { cacheEnabled, cacheTtlSeconds }: GatewayOptions): number | undefined {
  const isWanted = cacheEnabled === false ? false : (wishes.isWanted ?? cacheEnabled);
  if (isWanted !== true) return undefined;
  return Math.min(ttlMax, Math.max(1, wishes.ttl ?? cacheTtlSeconds ?? ttlUsual));
}

export interface KeyInput {
  readonly keyHash: string;
  readonly surface: string;
  readonly request: Pick<ChatRequest, "stream" | "models" | "gateway" | "extra"> & { readonly messagesJson?: Uint8Array | undefined };
  readonly sandboxDirectives: string | undefined;
  /** What `request` was parsed from: valid JSON. */
  readonly body: Uint8Array;
}

/** Two requests have the same key when one API key asks twice for the same, whitespace aside, in the same order. */
export function cacheKey({ keyHash, surface, request, sandboxDirectives, body }: KeyInput): string {
  const { stream, models, gateway, extra } = request;
  // A new version of a preset changes what is asked and leaves the body as it was. The session may be a header's, and so may features be.
  const merged = gateway.presetId === undefined ? null : { ...request, messagesJson: undefined, gateway: { ...gateway, sessionId: undefined } };
  return createHash("sha256")
    .update(JSON.stringify([keyHash, surface, stream, models, merged, sandboxDirectives ?? null, extra["anthropic_beta"] ?? null]))
    .update(compacted(body))
    .digest("base64");
}

/** The share of the cache that one answer may take. */
const answerShare = 1 / 16;

export function answerBytesMax(bytesMax: number): number {
  return bytesMax * answerShare;
}

/** What a piece takes in memory: at most two bytes a character, and the engine's own about each string. */
export function pieceBytes(piece: string): number {
  return piece.length * 2 + 64;
}

/** Head, key, times and the objects around them. */
const entryBytes = 1024;

/** Holds at most `bytesMax` bytes; what was not asked for longest goes first. */
export function createResponseCache(bytesMax: number): ResponseCache {
  // In the order of use, the oldest first.
  const entries = new Map<string, { readonly answer: StoredAnswer; readonly bytes: number }>();
  let bytes = 0;
  const remove = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    find(key, now) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (now < entry.answer.expiresAt) {
        entries.set(key, entry);
        return entry.answer;
      }
      bytes -= entry.bytes;
      return undefined;
    },
    store(key, answer) {
      remove(key);
      const size = answer.recording.pieces.reduce((sum, piece) => sum + pieceBytes(piece), entryBytes);
      if (size > answerBytesMax(bytesMax)) return;
      entries.set(key, { answer, bytes: size });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= bytesMax) return;
        remove(oldest);
      }
    },
    remove,
    bytes: () => bytes,
  };
}

const quote = 0x22;
const backslash = 0x5c;
const whitespace: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * The same JSON without the whitespace between its tokens. Not written anew by JSON.stringify, which moves properties
 * whose names are numbers (the tokens of a `logit_bias`) to the front.
 */
function compacted(json: Uint8Array): Uint8Array {
  const from = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  const compact = Buffer.allocUnsafe(from.length);
  let length = 0;
  for (let at = 0; at < from.length; ) {
    const byte = from[at] as number;
    const end = byte === quote ? endOfText(from, at) : at + 1;
    if (byte === quote) length += from.copy(compact, length, at, end);
    else if (!whitespace.has(byte)) compact[length++] = byte;
    at = end;
  }
  return compact.subarray(0, length);
}

/** Behind the quote that closes the text which opens at `start`: the first with an even number of backslashes before it. */
function endOfText(json: Buffer, start: number): number {
  for (let end = json.indexOf(quote, start + 1); end !== -1; end = json.indexOf(quote, end + 1)) {
    let before = end - 1;
    while (json[before] === backslash) before--;
    if ((end - before) % 2 === 1) return end + 1;
  }
  return json.length;
}

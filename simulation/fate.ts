/** What an endpoint does with a request: decided when it is called, by the key of the two and by the endpoint's condition. */

import type { FaultCode } from "../src/base/fault.ts";
import type { Arrival } from "./traffic.ts";
import { draw, exponential, lognormal } from "./random.ts";
import { second, type Condition, type EndpointTraits, type World } from "./world.ts";

export interface Fate {
  /** Undefined when the whole answer arrives. */
  readonly faultCode: FaultCode | undefined;
  /** Milliseconds to the first content; Infinity when none ever comes. */
  readonly contentMs: number;
  /** Milliseconds to the end, good or bad; Infinity for silence. */
  readonly endMs: number;
  /** What part of the output is delivered. */
  readonly delivered: number;
  readonly retryAfterMs: number | undefined;
  /** Is the prompt billed although nothing came of it? An error or a refusal is free, a spoilt answer is not. */
  readonly isBilled: boolean;
}

const purposes = { error: 31, hang: 32, quick: 33, latency: 34, tail: 36, tailLength: 37, oddity: 38, cut: 39, cutPlace: 40 } as const;

/** Empty answers, errors behind a 200, and cuts in the middle, at the best of times; and cuts for each error besides. */
const share = { empty: 0.002, errorBehind200: 0.001, cut: 0.002, cutPerError: 0.02, tail: 0.01 } as const;
const tailMeanMs = 4 * second;
const refusalMs = 60;

export interface Called {
  readonly world: World;
  readonly arrival: Arrival;
  readonly endpoint: number;
  readonly condition: Condition;
}

export function fateOf({ world, arrival, endpoint, condition }: Called): Fate {
  const traits = world.endpoints[endpoint] as EndpointTraits;
  const luck = (purpose: number) => draw(world.seed, arrival.id, endpoint, purpose);
  if (luck(purposes.error) < condition.errorShare) {
    if (luck(purposes.hang) < condition.hangShare) return { ...nothing, faultCode: "upstream_timeout", isBilled: true };
    return { ...nothing, faultCode: "upstream_failed", endMs: 100 + exponential(luck(purposes.quick), 400) };
  }
  let contentMs = lognormal(luck(purposes.latency), luck(purposes.latency + 1), traits.latencyMs, traits.sigma) * condition.slowness;
  if (luck(purposes.tail) < share.tail) contentMs += exponential(luck(purposes.tailLength), tailMeanMs);
  const oddity = luck(purposes.oddity);
  if (oddity < share.empty) return { ...nothing, faultCode: "empty_completion", endMs: contentMs, isBilled: true };
  if (oddity < share.empty + share.errorBehind200) return { ...nothing, faultCode: "upstream_failed", endMs: contentMs, isBilled: true };
  const isCut = luck(purposes.cut) < share.cut + share.cutPerError * condition.errorShare;
  const delivered = isCut ? luck(purposes.cutPlace) : 1;
  const endMs = contentMs + (delivered * arrival.outputTokens * second) / traits.tokensPerSecond;
  return { ...nothing, faultCode: isCut ? "provider_disconnected" : undefined, contentMs, endMs, delivered, isBilled: true };
}

export function refusal(retryAfterMs: number): Fate {
  return { ...nothing, faultCode: "upstream_rate_limited", endMs: refusalMs, retryAfterMs };
}

const nothing: Fate = { faultCode: undefined, contentMs: Infinity, endMs: Infinity, delivered: 0, retryAfterMs: undefined, isBilled: false };

export interface RateLimit {
  /** Undefined when the request is accepted; else how long until the next would be. */
  readonly take: (now: number) => number | undefined;
}

/** A bucket of a minute's requests, as limits are usually stated, and ten at least. */
export function createRateLimit(perSecond: number): RateLimit {
  const room = Math.max(10, 60 * perSecond);
  let tokens = room;
  let filledAt = -Infinity;
  return {
    take: (now) => {
      tokens = Math.min(room, tokens + (Math.max(0, now - filledAt) * perSecond) / 1000);
      filledAt = now;
      if (tokens < 1) return ((1 - tokens) * 1000) / perSecond;
      tokens -= 1;
      return undefined;
    },
  };
}

/**
 * Other ways to route, as we read their public documentation. They are readings, not those products' code: see
 * docs/simulation.md for the sources and for what each reading leaves out.
 */

import { plainRouter, type Ending, type Policy } from "./policy.ts";
import { draw } from "./random.ts";
import { minute, second, type World } from "./world.ts";

/** The cheapest first, always, whatever happened. */
export const priceOrder: Policy = {
  name: "price order",
  start: ({ endpoints }) => {
    const plan = endpoints.map((_, place) => place);
    return { ...plainRouter, plan: () => plan };
  },
};

export const roundRobin: Policy = {
  name: "round robin",
  start: ({ endpoints }) => {
    let turn = 0;
    return { ...plainRouter, plan: () => { turn += 1; return endpoints.map((_, place) => (place + turn) % endpoints.length); } };
  },
};

/**
 * LiteLLM's default: a uniform draw among deployments that are not cooling down. A deployment cools down for 5 s after a
 * 429, or when over half of at least 5 requests of the current minute failed.
 */
export const shuffle: Policy = {
  name: "LiteLLM shuffle",
  start: (world) => {
    const state = world.endpoints.map(() => ({ coolUntil: 0, minute: 0, requests: 0, failures: 0 }));
    return {
      ...plainRouter,
      plan: ({ id }, now) => byDraw(world, id, (place) => ((state[place]?.coolUntil ?? 0) > now ? Infinity : 1)),
      ended: ({ endpoint, faultCode }, _arrival, now) => {
        const own = state[endpoint];
        if (own === undefined) return;
        const current = Math.floor(now / minute);
        if (own.minute !== current) Object.assign(own, { minute: current, requests: 0, failures: 0 });
        own.requests += 1;
        if (faultCode !== undefined) own.failures += 1;
        if (faultCode === "upstream_rate_limited" || (own.requests >= 5 && own.failures > own.requests / 2)) own.coolUntil = now + 5 * second;
      },
    };
  },
};

/**
 * Envoy's least-request load balancer (the less busy of two at random) with outlier detection at its defaults: five 5xx in
 * a row eject a host for 30 s times the ejections so far, at most 5 minutes, and at most one host of five at a time.
 */
export const envoy: Policy = {
  name: "Envoy-like",
  start: (world) => {
    const hosts = world.endpoints.map(() => ({ running: 0, inRow: 0, ejections: 0, outUntil: 0, calmSince: 0 }));
    const isOut = (place: number, now: number) => (hosts[place]?.outUntil ?? 0) > now;
    return {
      ...plainRouter,
      plan: ({ id }, now) => {
        const order = byDraw(world, id, (place) => (isOut(place, now) ? Infinity : 1));
        const [first = 0, second = 0, ...rest] = order;
        const swaps = !isOut(second, now) && (hosts[second]?.running ?? 0) < (hosts[first]?.running ?? 0);
        return swaps ? [second, first, ...rest] : order;
      },
      started: (endpoint) => { if (hosts[endpoint] !== undefined) hosts[endpoint].running += 1; },
      overtaken: (endpoint) => { if (hosts[endpoint] !== undefined) hosts[endpoint].running -= 1; },
      ended: ({ endpoint, faultCode }, _arrival, now) => {
        const host = hosts[endpoint];
        if (host === undefined) return;
        host.running -= 1;
        const is5xx = faultCode === "upstream_failed" || faultCode === "upstream_timeout";
        host.inRow = is5xx ? host.inRow + 1 : 0;
        if (host.inRow < 5 || hosts.some((_, place) => isOut(place, now))) return;
        // The multiplier falls by one with every interval (10 s) without an ejection.
        host.ejections = Math.max(0, host.ejections - Math.floor((now - host.calmSince) / (10 * second))) + 1;
        host.outUntil = now + Math.min(5 * minute, 30 * second * host.ejections);
        host.calmSince = host.outUntil;
        host.inRow = 0;
      },
    };
  },
};

/**
 * OpenRouter as published: stable endpoints first, drawn by the inverse square of the price; those with an outage in the
 * last 30 s last. An outage is read as more than 20 per cent errors of at least three requests. Uptime under 95 and 80 per
 * cent is later and last; which window it is of is not published, and five minutes, with 100 requests, serve it best. Rate
 * limits count apart.
 */
export const published: Policy = {
  name: "OpenRouter as published",
  start: (world) => {
    const outage = world.endpoints.map(() => createSpan(30 * second, 30));
    const minutes = world.endpoints.map(() => createSpan(5 * minute, 30));
    const tierOf = (place: number, now: number) => {
      const seconds = outage[place]?.read(now) ?? none;
      if (seconds.requests >= 3 && seconds.failures > 0.2 * seconds.requests) return 3;
      const uptimeSpan = minutes[place]?.read(now) ?? none;
      if (uptimeSpan.requests < 100) return 0;
      const uptime = 1 - uptimeSpan.failures / uptimeSpan.requests;
      return uptime < 0.8 ? 2 : uptime < 0.95 ? 1 : 0;
    };
    return {
      ...plainRouter,
      plan: ({ id }, now) => {
        const order = byDraw(world, id, (place) => (world.endpoints[place]?.price ?? 1) ** 2);
        const tiers = world.endpoints.map((_, place) => tierOf(place, now));
        return order.sort((left, right) => (tiers[left] ?? 0) - (tiers[right] ?? 0));
      },
      ended: (ending, _arrival, now) => {
        if (ending.faultCode === "upstream_rate_limited") return;
        outage[ending.endpoint]?.add(ending, now);
        minutes[ending.endpoint]?.add(ending, now);
      },
    };
  },
};

export const rivals: readonly Policy[] = [priceOrder, roundRobin, shuffle, envoy, published];

/** A weighted shuffle: the chance to be first is the inverse of the dearness, and so on among the rest. Infinite ones last. */
function byDraw(world: World, id: number, dearnessOf: (place: number) => number): number[] {
  const keys = world.endpoints.map((_, place) => -Math.log(draw(world.seed, id, place, 61)) * dearnessOf(place));
  return world.endpoints.map((_, place) => place).sort((left, right) => ((keys[left] ?? 0) < (keys[right] ?? 0) ? -1 : (keys[left] ?? 0) > (keys[right] ?? 0) ? 1 : left - right));
}

const none = { requests: 0, failures: 0 };

interface Span {
  readonly add: (ending: Ending, now: number) => void;
  readonly read: (now: number) => { readonly requests: number; readonly failures: number };
}

/** Requests and failures of the last `spanMs`, in a ring of buckets with running sums. */
function createSpan(spanMs: number, buckets: number): Span {
  const bucketMs = spanMs / buckets;
  const ring = Array.from({ length: buckets }, () => ({ requests: 0, failures: 0 }));
  const sum = { requests: 0, failures: 0 };
  let last = 0;
  const advance = (now: number) => {
    const current = Math.floor(now / bucketMs);
    for (let bucket = Math.max(last + 1, current - buckets + 1); bucket <= current; bucket++) {
      const old = ring[bucket % buckets] ?? none;
      sum.requests -= old.requests;
      sum.failures -= old.failures;
      ring[bucket % buckets] = { requests: 0, failures: 0 };
    }
    last = Math.max(last, current);
  };
  return {
    add: ({ faultCode }, now) => {
      advance(now);
      const bucket = ring[last % buckets] ?? { requests: 0, failures: 0 };
      bucket.requests += 1;
      sum.requests += 1;
      if (faultCode === undefined) return;
      bucket.failures += 1;
      sum.failures += 1;
    },
    read: (now) => {
      advance(now);
      return sum;
    },
  };
}

/** How often a read that costs the database much may be asked: by key in a minute, by workspace in a day. In memory of this node. */

import { Fault } from "../../base/fault.ts";
import type { Key } from "../../keys/key.ts";

export interface AllowanceTerms {
  readonly perMinute: number;
  readonly perDay: number;
}

/** Counts one request, or says which limit it is over; then it is not counted. Minutes and days are those of the clock, in UTC. */
export type Allowance = (key: Key, now: number) => void;

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** @throws Fault rate_limit_exceeded (from the allowance), with when to come again. */
export function createAllowance({ perMinute, perDay }: AllowanceTerms): Allowance {
  const ofKeys = createCounts(minuteMs);
  const ofWorkspaces = createCounts(dayMs);
  return ({ hash, workspaceId }, now) => {
    if (ofKeys.of(hash, now) >= perMinute) throw over(`${perMinute} requests a minute`, { now, spanMs: minuteMs });
    if (ofWorkspaces.of(workspaceId, now) >= perDay) throw over(`${perDay} requests a day`, { now, spanMs: dayMs });
    ofKeys.add(hash);
    ofWorkspaces.add(workspaceId);
  };
}

interface Counts {
  readonly of: (name: string, now: number) => number;
  readonly add: (name: string) => void;
}

/** Of the current span alone: who came in the last one is forgotten. */
function createCounts(spanMs: number): Counts {
  const counts = new Map<string, number>();
  let current = 0;
  return {
    of(name, now) {
      const span = Math.floor(now / spanMs);
      if (span !== current) counts.clear();
      current = span;
      return counts.get(name) ?? 0;
    },
    add: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
  };
}

function over(limit: string, { now, spanMs }: { readonly now: number; readonly spanMs: number }): Fault {
  return new Fault("rate_limit_exceeded", `Rate limit exceeded: datasets take ${limit}.`, { retryAfterMs: (Math.floor(now / spanMs) + 1) * spanMs - now });
}

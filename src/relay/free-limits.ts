/**
 * How often a workspace may use what providers give away, counted on this node (contract §7.5). Providers limit their free
 * endpoints per account: one workspace must not use up what all share.
 */

import { Fault } from "../base/fault.ts";
import { fromDollars, type Nanodollars } from "../base/money.ts";

export interface FreeLimitTerms {
  readonly perMinute: number;
  readonly perDay: number;
  /** The same for a workspace that has bought credits. */
  readonly perDayWithCredits: number;
}

export interface FreeLimits {
  /**
   * Counts one request of the workspace, or says which limit it is over; then it is not counted. Minutes and days are those of
   * the clock, in UTC. `bought` is asked when the smaller daily limit is reached, and not before.
   */
  take(workspaceId: string, now: number, bought: Bought): undefined | Promise<void>;
}

/** What the workspace was ever credited; null when its purse has no bottom. */
export type Bought = () => Promise<Nanodollars | null>;

interface Count {
  minute: number;
  inMinute: number;
  day: number;
  inDay: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const creditsForMore = fromDollars(10);

export function createFreeLimits(terms: FreeLimitTerms): FreeLimits {
  const counts = new Map<string, Count>();
  let today = 0;

  const countOf = (workspaceId: string, now: number): Count => {
    const day = Math.floor(now / dayMs);
    const minute = Math.floor(now / minuteMs);
    // Yesterday's counts are of no use to anybody.
    if (day !== today) counts.clear();
    today = day;
    let count = counts.get(workspaceId);
    if (count === undefined) {
      count = { minute, inMinute: 0, day, inDay: 0 };
      counts.set(workspaceId, count);
    }
    if (count.minute !== minute) {
      count.minute = minute;
      count.inMinute = 0;
    }
    return count;
  };

  const add = (count: Count): void => {
    count.inMinute += 1;
    count.inDay += 1;
  };
  const takeBack = (count: Count, minute: number): void => {
    if (count.minute === minute) count.inMinute -= 1;
    count.inDay -= 1;
  };

  return {
    take(workspaceId, now, bought) {
      const count = countOf(workspaceId, now);
      if (count.inMinute >= terms.perMinute) throw over("free-models-per-min.", terms.perMinute, { now, spanMs: minuteMs });
      const isWithin = count.inDay < terms.perDay;
      // Before credits are asked for: whoever comes meanwhile is to find this one counted.
      add(count);
      if (isWithin) return undefined;
      const { inDay: place, minute } = count;
      return bought().then((credits) => {
        const hasCredits = credits === null || credits >= creditsForMore;
        const most = hasCredits ? terms.perDayWithCredits : terms.perDay;
        if (place > most) throw over(hasCredits ? "free-models-per-day-high-balance." : notYet(terms), most, { now, spanMs: dayMs });
      }).catch((error: unknown) => {
        takeBack(count, minute);
        throw error;
      });
    },
  };
}

function notYet({ perDayWithCredits }: FreeLimitTerms): string {
  return `free-models-per-day. Add 10 credits to unlock ${perDayWithCredits} free model requests per day`;
}

/** In the words and with the fields that clients of the contract look for. */
function over(which: string, limit: number, { now, spanMs }: { readonly now: number; readonly spanMs: number }): Fault {
  const resetAt = (Math.floor(now / spanMs) + 1) * spanMs;
  return new Fault("rate_limit_exceeded", `Rate limit exceeded: ${which}`, {
    retryAfterMs: resetAt - now,
    metadata: { headers: { "X-RateLimit-Limit": String(limit), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(resetAt) } },
  });
}

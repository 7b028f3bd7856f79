/** What every figure on a page says of itself: from when to when, of how many, as of when. */

import type { Clock } from "../base/clock.ts";
import type { Row } from "../db/port.ts";
import type { Reader, Span, Unit } from "./activity.store.ts";
import { dayMs, dayOf, hourMs, hourOf } from "./spans.ts";

/** Milliseconds since the epoch. The end is the moment of the reading where the last hour or day is not over. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Measured {
  readonly window: Window;
  /** Samples: requests, or for uptime the counted attempts. */
  readonly n: number;
  /** Fewer than {@link samplesMin}: to be told as "not enough data", never as a percentile or a percentage. */
  readonly isThin: boolean;
  readonly asOf: number;
}

export const samplesMin = 30;

export interface Length {
  readonly unit: Unit;
  readonly count: number;
}

/** The last hours or days, the current one included. */
export function lastSpan({ unit, count }: Length, now: number): Span {
  const to = unit === "hour" ? hourOf(now) : dayOf(now);
  return { unit, from: to - count + 1, to };
}

/** The equally long span before. */
export function spanBefore({ unit, from, to }: Span): Span {
  return { unit, from: from - (to - from + 1), to: from - 1 };
}

export function windowOf({ unit, from, to }: Span, now: number): Window {
  const unitMs = unit === "hour" ? hourMs : dayMs;
  return { from: from * unitMs, to: Math.min((to + 1) * unitMs, now) };
}

export function measured(span: Span, n: number, now: number): Measured {
  return { window: windowOf(span, now), n, isThin: n < samplesMin, asOf: now };
}

/**
 * Keeps an answer for a while, because many ask for the same sums over all models. Who comes while it is being read waits for
 * that reading; a failed one is kept for nobody. What is too old goes with the next reading, so that names may be many.
 */
export function keeping<Answer>(clock: Clock, keptMs: number): (name: string, read: () => Promise<Answer>) => Promise<Answer> {
  const kept = new Map<string, { readonly at: number; readonly answer: Promise<Answer> }>();
  return (name, read) => {
    const known = kept.get(name);
    const now = clock();
    if (known !== undefined && now - known.at < keptMs && now >= known.at) return known.answer;
    for (const [old, { at }] of kept) if (now - at >= keptMs) kept.delete(old);
    const answer = read();
    kept.set(name, { at: now, answer });
    answer.catch(() => kept.delete(name));
    return answer;
  };
}

/** Reads once what several ask for at the same time: the figures of a page are often sums of the same rows. */
export function sharing(db: Reader): Reader {
  const underWay = new Map<string, Promise<readonly Row[]>>();
  return {
    read: (sql, values = []) => {
      const name = [sql, ...values].join("\0");
      const known = underWay.get(name);
      if (known !== undefined) return known;
      const reading = db.read(sql, values).finally(() => underWay.delete(name));
      underWay.set(name, reading);
      return reading;
    },
  };
}

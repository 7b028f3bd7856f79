import type { Chance } from "../base/clock.ts";
import type { Profile, Range } from "./profiles.ts";

export interface Pace {
  /** No delays at all, apart from those asked for by `extraMs`. */
  readonly fast: boolean;
  /** Added before the first token. */
  readonly extraMs: number;
  /** Whether a long answer speeds up so as not to keep anyone waiting. */
  readonly hurried: boolean;
}

/** After its first token, a hurried answer takes no longer than this. */
const hurriedMs = 800;

/**
 * When each of `count` pieces is due, in milliseconds after the request was accepted: never decreasing. The speed is
 * drawn once for the whole answer, and each gap varies around it, as in real streams.
 */
export function dueTimes(count: number, profile: Profile, pace: Pace, chance: Chance): Float64Array {
  const due = new Float64Array(count);
  if (pace.fast) return due.fill(pace.extraMs);
  let at = pace.extraMs + skewed(profile.firstTokenMs, chance);
  const drawnMs = 1000 / uniform(profile.tokensPerSecond, chance);
  const gapMs = pace.hurried ? Math.min(drawnMs, hurriedMs / count) : drawnMs;
  for (let index = 0; index < count; index++) {
    due[index] = at;
    at += gapMs * (0.5 + chance());
  }
  return due;
}

function uniform(range: Range, chance: Chance): number {
  return range.low + (range.high - range.low) * chance();
}

// Waiting times have a long tail: most are near the low end.
function skewed(range: Range, chance: Chance): number {
  return range.low + (range.high - range.low) * chance() ** 2;
}

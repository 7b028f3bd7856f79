/**
 * A new key's secret on its way from the form that made it to the page that shows it: for one session, once, for two minutes at the
 * most. It is kept in this node's memory alone.
 */

import type { Clock } from "../../base/clock.ts";
import { secret as secretOf, type Secret } from "../../base/secret.ts";

export interface Reveal {
  readonly name: string;
  readonly isSandbox: boolean;
  readonly secret: Secret;
}

export interface Reveals {
  put(sessionHash: string, made: { readonly name: string; readonly isSandbox: boolean; readonly secret: string }): void;
  /** Undefined when there is none, it is too old, or it was taken. */
  take(sessionHash: string): Reveal | undefined;
}

const keptMs = 2 * 60_000;

export function createReveals(clock: Clock): Reveals {
  const waiting = new Map<string, { readonly reveal: Reveal; readonly until: number }>();
  return {
    put(sessionHash, { name, isSandbox, secret }) {
      for (const [hash, { until }] of waiting) if (until <= clock()) waiting.delete(hash);
      waiting.set(sessionHash, { reveal: { name, isSandbox, secret: secretOf(secret) }, until: clock() + keptMs });
    },
    take(sessionHash) {
      const found = waiting.get(sessionHash);
      waiting.delete(sessionHash);
      return found !== undefined && found.until > clock() ? found.reveal : undefined;
    },
  };
}

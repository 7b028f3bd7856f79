/**
 * Where a provider's name leads. While its name server fails or is silent, the last good answer stands for five minutes: names
 * fail more often than machines move (fault matrix, row 7).
 */

import dns from "node:dns";
import type { LookupFunction } from "node:net";
import type { Clock } from "../base/clock.ts";

const goodForMs = 5 * 60_000;
/** A name server that is well answers in a tenth of this; one that is not may take longer than connecting may. */
const silenceMs = 300;
/** An installation calls a few hundred hosts at most. */
const hostsMax = 1_000;

interface Found {
  readonly address: Parameters<Parameters<LookupFunction>[2]>[1];
  readonly family: number | undefined;
  readonly at: number;
}

/** A lookup for `net.connect` that remembers. `clock` in milliseconds. */
export function createLookup(clock: Clock): LookupFunction {
  const good = new Map<string, Found>();
  return (host, options, callback) => {
    // What is asked for (one address or all, of which family) decides the shape of the answer.
    const question = `${host} ${options.all === true} ${options.family ?? 0}`;
    const last = good.get(question);
    const isGood = last !== undefined && clock() - last.at <= goodForMs;
    let isAnswered = false;
    const answer: typeof callback = (...found) => {
      clearTimeout(silence);
      if (!isAnswered) callback(...found);
      isAnswered = true;
    };
    const silence = isGood ? setTimeout(() => answer(null, last.address, last.family), silenceMs) : undefined;
    dns.lookup(host, options, (error, address, family) => {
      if (error !== null) {
        if (isGood) answer(null, last.address, last.family);
        else answer(error, address, family);
        return;
      }
      // Also when it comes too late for this call.
      good.delete(question);
      good.set(question, { address, family, at: clock() });
      if (good.size > hostsMax) good.delete(good.keys().next().value as string);
      answer(null, address, family);
    });
  };
}

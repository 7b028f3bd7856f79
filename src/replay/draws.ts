/** The part of a recorded decision that is chance, made again from its seed. */

import type { Candidate } from "../routing/candidate.ts";
import { drawOf } from "../routing/score.ts";
import { traitsOf } from "../routing/traits.ts";
import type { Recorded } from "./recorded.ts";

/**
 * Do the endpoints that were drawn stand in the order in which the seed draws them, at today's prices? Undefined where nothing
 * was drawn between two endpoints, or the record does not say.
 */
export function isRedrawn({ steps, reasons, seed }: Recorded, endpointOf: (id: string) => Candidate | undefined): boolean | undefined {
  let compared = false;
  for (let place = 1; place < steps.length; place++) {
    // A small "d" follows one of its own kind; behind a probe or a stay begins another draw.
    if (reasons?.[place] !== "d" || !/[dD]/.test(reasons[place - 1] ?? "")) continue;
    const [before, after] = [endpointOf(steps[place - 1] ?? ""), endpointOf(steps[place] ?? "")];
    if (before === undefined || after === undefined) continue;
    compared = true;
    if (drawn(before, seed) > drawn(after, seed)) return false;
  }
  return compared ? true : undefined;
}

/** Is there nothing that a policy decides, because the caller's sort or order did? */
export function isOrderedByCaller({ reasons }: Recorded): boolean {
  return reasons?.startsWith("-") === true;
}

function drawn(candidate: Candidate, seed: number): number {
  const { hash, dearness } = traitsOf(candidate);
  return drawOf(seed, hash, dearness);
}

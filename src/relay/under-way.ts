/** What every request has around it, whatever it asks for: its plan before, and after it nothing that was left open. */

import { asFault, Fault } from "../base/fault.ts";
import type { CallHead, RelayDeps } from "./generate.ts";
import { routingOfRefusal, withRouting } from "./metadata.ts";
import type { Planned } from "./plan.ts";
import { restingFault } from "./resting.ts";
import type { Pursuit } from "./run.ts";

/** @throws Fault where nothing is to be tried, with how that came about for a caller who wants to know. */
export function planned<Plan extends Planned>({ health }: RelayDeps, { request, wantsMetadata }: CallHead, now: number, decide: () => Plan): Plan {
  try {
    const decided = decide();
    const resting = restingFault(health, decided.endpoints, now);
    if (resting !== undefined) throw resting;
    return decided;
  } catch (error) {
    throw wantsMetadata ? withRouting(asFault(error), routingOfRefusal(request.models[0] as string)) : error;
  }
}

export interface Road {
  /** Told when the caller is gone before the end. */
  readonly onHangUp: (listener: () => void) => void;
  readonly walk: () => Promise<void>;
  /** Called once the road is behind, however it ended. */
  readonly leave: () => void;
}

/** Walks the road of a request: a hang-up ends what it waits for, and a hold that is still open at its end is released. */
export async function goUnderWay(run: Pursuit, { onHangUp, walk, leave }: Road): Promise<void> {
  const { deps, hold, underWay } = run;
  onHangUp(() => {
    run.isHungUp = true;
    underWay.waitsFor?.abort(new Fault("client_closed", "The caller hung up."));
  });
  deps.underWay.add(underWay);
  try {
    await walk();
  } finally {
    deps.underWay.delete(underWay);
    underWay.waitsFor = undefined;
    leave();
    if (hold.isOpen) deps.ledger.release(hold);
  }
}

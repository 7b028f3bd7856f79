/** Step 7: money set aside for the worst case of a plan. */

import { Fault } from "../base/fault.ts";
import type { Nanodollars } from "../base/money.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { Key } from "../keys/key.ts";
import type { Hold, Ledger } from "../ledger/ledger.ts";

export interface Held {
  readonly hold: Hold;
  readonly endpoints: readonly Endpoint[];
}

type Payer = { readonly key: Key; readonly isSandbox: boolean };
type WorstCase = (endpoints: readonly Endpoint[]) => Nanodollars;

/**
 * Holds what the dearest endpoint could cost. Who cannot have so much set aside is served by the cheapest ones alone, if that
 * much there is (fault matrix, row 41).
 */
export function holdFor(ledger: Ledger, { key, isSandbox }: Payer, endpoints: readonly Endpoint[], worstCase: WorstCase): Held | Promise<Held> {
  const payer = { workspaceId: key.workspaceId, isSandbox, key };
  const hold = ledger.hold(payer, worstCase(endpoints));
  if (!(hold instanceof Promise)) return { hold, endpoints };
  return hold.then((given) => ({ hold: given, endpoints }), async (error: unknown) => {
    const cheapest = endpoints.map((endpoint) => worstCase([endpoint])).reduce((least, cost) => (cost < least ? cost : least));
    const affordable = endpoints.filter((endpoint) => worstCase([endpoint]) === cheapest);
    const isShort = error instanceof Fault && (error.code === "payment_required" || error.code === "key_limit_exceeded");
    if (!isShort || affordable.length === endpoints.length) throw error;
    return { hold: await ledger.hold(payer, cheapest), endpoints: affordable };
  });
}

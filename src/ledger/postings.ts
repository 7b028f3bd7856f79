/** What a batch of generations does to the books: entries, daily sums and leases, with one statement for each sum. */

import { zeroNanodollars, type Nanodollars } from "../base/money.ts";
import type { Statement } from "../db/port.ts";
import { dayOf, keyBudget, workspaceBudget } from "./budget.ts";
import { addSpend, insertEntry, reduceLease } from "./ledger.store.ts";

/** What the ledger needs to know of a generation. */
export interface Charge {
  readonly id: string;
  readonly createdAt: number;
  readonly workspaceId: string;
  readonly keyHash: string;
  readonly isSandbox: boolean;
  readonly providerName: string | null;
  readonly cost: Nanodollars;
}

export interface Postings {
  readonly statements: readonly Statement[];
  /** What was spent of each budget. */
  readonly spent: ReadonlyMap<string, bigint>;
}

/** A generation counts on the day when it began, so that the books can be checked against the generations. */
export function postingsOf(charges: readonly Charge[], nodeId: string): Postings {
  const statements: Statement[] = [];
  const spent = new Map<string, bigint>();
  const days = new Map<number, Map<string, bigint>>();
  for (const charge of charges) {
    if (charge.cost === zeroNanodollars) continue;
    const workspace = workspaceBudget(charge.workspaceId, charge.isSandbox);
    const key = keyBudget(charge.keyHash, charge.isSandbox);
    const provider = `provider:${charge.providerName ?? "unknown"}`;
    statements.push(insertEntry({
      id: charge.id, debit: workspace, credit: charge.isSandbox ? `sandbox/${provider}` : provider,
      amount: charge.cost, kind: "charge", note: null, createdAt: charge.createdAt,
    }));
    const day = dayOf(charge.createdAt);
    const sums = days.get(day) ?? new Map<string, bigint>();
    days.set(day, sums);
    for (const budgetId of [workspace, key]) {
      add(sums, budgetId, charge.cost);
      add(spent, budgetId, charge.cost);
    }
  }
  for (const [day, sums] of days) for (const [budgetId, amount] of sums) statements.push(addSpend(budgetId, day, amount));
  for (const [budgetId, amount] of spent) statements.push(reduceLease(budgetId, nodeId, amount));
  return { statements, spent };
}

function add(sums: Map<string, bigint>, id: string, amount: bigint): void {
  sums.set(id, (sums.get(id) ?? 0n) + amount);
}

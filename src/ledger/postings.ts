/** What a batch of generations does to the books: daily sums and leases, with one statement for each sum. */

import { zeroNanodollars, type Nanodollars } from "../base/money.ts";
import type { Statement } from "../db/port.ts";
import { dayOf, keyBudget, workspaceBudget } from "./budget.ts";
import { addSpend, reduceLease } from "./ledger.store.ts";

/** What the ledger needs to know of a generation. */
export interface Charge {
  readonly createdAt: number;
  readonly workspaceId: string;
  readonly keyHash: string;
  readonly isSandbox: boolean;
  readonly cost: Nanodollars;
}

export interface Postings {
  readonly statements: readonly Statement[];
  /** What was spent of each budget. */
  readonly spent: ReadonlyMap<string, bigint>;
}

/** A generation counts on the day when it began, so that the books can be checked against the generations. */
export function postingsOf(charges: readonly Charge[], nodeId: string): Postings {
  const spent = new Map<string, bigint>();
  const days = new Map<number, Map<string, bigint>>();
  for (const { workspaceId, keyHash, isSandbox, day, amount } of sumsOf(charges)) {
    const sums = days.get(day) ?? new Map<string, bigint>();
    days.set(day, sums);
    for (const budgetId of [workspaceBudget(workspaceId, isSandbox), keyBudget(keyHash, isSandbox)]) {
      add(sums, budgetId, amount);
      add(spent, budgetId, amount);
    }
  }
  const statements: Statement[] = [];
  for (const [day, sums] of days) for (const [budgetId, amount] of sums) statements.push(addSpend(budgetId, day, amount));
  for (const [budgetId, amount] of spent) statements.push(reduceLease(budgetId, nodeId, amount));
  return { statements, spent };
}

interface Sum {
  readonly workspaceId: string;
  readonly keyHash: string;
  readonly isSandbox: boolean;
  readonly day: number;
  amount: bigint;
}

/** A batch is thousands of charges to a few keys: names of budgets are made for each sum, not for each charge. */
function sumsOf(charges: readonly Charge[]): Sum[] {
  const byKey = new Map<string, Sum[]>();
  for (const { createdAt, workspaceId, keyHash, isSandbox, cost } of charges) {
    if (cost === zeroNanodollars) continue;
    const day = dayOf(createdAt);
    const ofKey = byKey.get(keyHash) ?? [];
    const sum = ofKey.find((each) => each.day === day && each.isSandbox === isSandbox && each.workspaceId === workspaceId);
    if (sum !== undefined) sum.amount += cost;
    else byKey.set(keyHash, [...ofKey, { workspaceId, keyHash, isSandbox, day, amount: cost }]);
  }
  return [...byKey.values()].flat();
}

function add(sums: Map<string, bigint>, id: string, amount: bigint): void {
  sums.set(id, (sums.get(id) ?? 0n) + amount);
}

/**
 * Who may spend how much, decided in memory. A budget with a limit spends from a lease: a slice of the balance that this
 * node has taken from the store, so that holds need no database and no number of nodes can spend a balance twice. See
 * docs/ledger.md for the equations. What memory believes to have leased is never more than what the store says.
 */

import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { rowId } from "../base/ids.ts";
import { dollars, dollarsText, nanodollars, type Nanodollars } from "../base/money.ts";
import type { Db, Statement } from "../db/port.ts";
import { keyBudget, leaseSlice, workspaceBudget, type LimitReset, type Spent } from "./budget.ts";
import * as store from "./ledger.store.ts";
import { postingsOf, type Charge } from "./postings.ts";

/** Whose money, in which book. A key as keys/ gives it fits; the newer of two states of its limit holds. */
export interface HoldRequest {
  readonly workspaceId: string;
  readonly isSandbox: boolean;
  readonly key: {
    readonly hash: string;
    readonly limit: Nanodollars | null;
    readonly limitReset: LimitReset | null;
    readonly createdAt: number;
    readonly updatedAt: number | null;
  };
}

/** An amount set aside; settled or released once, by the ledger that gave it. */
export interface Hold {
  readonly amount: Nanodollars;
  readonly workspace: Budget;
  readonly key: Budget;
  isOpen: boolean;
}

/** A budget as this node sees it. Amounts in nano-dollars. */
export interface Budget {
  readonly id: string;
  readonly kind: "workspace" | "key";
  /** Undefined until the store was asked. */
  terms: store.Terms | undefined;
  /** More was spent than the limit: nothing goes, not even what is free. */
  isOverdrawn: boolean;
  hasLease: boolean;
  /** What the store has set aside for this node and does not yet know to be spent. */
  leased: bigint;
  held: bigint;
  /** Settled here, not yet in the store. */
  unsettled: bigint;
  usedAt: number;
  /** The one conversation with the store; gives what could be held in all when it ended. Null: no limit. */
  asking: Promise<bigint | null> | undefined;
}

export interface Posting {
  readonly statements: readonly Statement[];
  /** To be called once, when the statements are known to be in the store. */
  applied(): void;
}

export interface Ledger {
  /**
   * Sets an amount aside in the workspace's and the key's budget: at once when the leases have it, else after asking
   * the store. Of two callers that race for the last of a budget, the second gets the fault.
   * @throws Fault payment_required (workspace), key_limit_exceeded (key): nothing is held. storage_unavailable when the
   *   store must be asked and cannot.
   */
  hold(request: HoldRequest, amount: Nanodollars): Hold | Promise<Hold>;

  /** Resolves a hold at the true cost, which may be more. The generation with this cost must be in the journal. */
  settle(hold: Hold, cost: Nanodollars): void;

  /** Resolves a hold at no cost. */
  release(hold: Hold): void;

  /** What a batch of generations does to the books. */
  post(charges: readonly Charge[]): Posting;

  /**
   * Credits a workspace, which is prepaid from then on: what it spent before, while it had no limit, is not counted
   * against its credits. Two racing callers' credits add up.
   */
  grant(workspaceId: string, amount: Nanodollars, note: string): Promise<void>;

  /** By the id of {@link workspaceBudget} or {@link keyBudget}; lags 0.1 to 1 s behind the answers. */
  usageOf(budgetId: string): Promise<Spent>;

  /** `totalCredits` is null for a workspace that was never credited: it has no limit. */
  credits(workspaceId: string): Promise<{ readonly totalCredits: Nanodollars | null; readonly totalUsage: Nanodollars }>;

  /** Closes what an earlier run of this node left leased. After the journal was replayed, before the first hold. */
  recover(): Promise<void>;

  /** Gives back what has not been used for ten minutes. */
  returnIdle(): Promise<void>;

  /** For metrics and tests; undefined for a budget that is not in use. */
  stateOf(budgetId: string): Readonly<Budget> | undefined;

  openHolds(): number;

  /** Gives all leases back. After the last settle. */
  close(): Promise<void>;
}

const idleMs = 600_000;

export function openLedger({ db, clock, nodeId }: { readonly db: Db; readonly clock: Clock; readonly nodeId: string }): Ledger {
  const budgets = new Map<string, Budget>();
  let openHolds = 0;

  const budgetOf = (id: string, kind: Budget["kind"]): Budget => {
    let budget = budgets.get(id);
    if (budget === undefined) {
      budget = { id, kind, terms: undefined, isOverdrawn: false, hasLease: false, leased: 0n, held: 0n, unsettled: 0n, usedAt: 0, asking: undefined };
      budgets.set(id, budget);
    }
    return budget;
  };

  const hold = (request: HoldRequest, amount: Nanodollars): Hold | Promise<Hold> => {
    const workspace = budgetOf(workspaceBudget(request.workspaceId, request.isSandbox), "workspace");
    const key = budgetOf(keyBudget(request.key.hash, request.isSandbox), "key");
    if (!fits(workspace, amount)) return holdAfterAsking(workspace, request, amount);
    if (!knows(key, request) || !fits(key, amount)) return holdAfterAsking(key, request, amount);
    workspace.held += amount;
    key.held += amount;
    workspace.usedAt = key.usedAt = clock();
    openHolds += 1;
    return { amount, workspace, key, isOpen: true };
  };

  const holdAfterAsking = async (budget: Budget, request: HoldRequest, amount: Nanodollars): Promise<Hold> => {
    const terms = budget.kind === "key" ? termsOf(request) : undefined;
    budget.asking ??= ask(budget, terms, amount).finally(() => (budget.asking = undefined));
    const room = await budget.asking;
    const isRefused = room !== null && (budget.isOverdrawn || amount > room);
    if (isRefused && (terms === undefined || knows(budget, request))) throw refusal(budget, amount, room);
    return hold(request, amount);
  };

  /** Tells the store the terms, takes a lease or extends it when `amount` does not fit. */
  const ask = async (budget: Budget, terms: store.Terms | undefined, amount: bigint): Promise<bigint | null> => {
    const now = clock();
    const isChange = terms !== undefined && budget.terms !== undefined && terms.at > budget.terms.at;
    // New terms begin with an empty lease: what is free of the old one goes back first.
    const surplus = isChange && availableOf(budget) > 0n ? availableOf(budget) : 0n;
    budget.leased -= surplus;
    budget.hasLease = true;
    const statements = [
      terms === undefined ? store.putTerms(budget.id, { limit: null, reset: null, at: 0 }) : store.putTerms(budget.id, terms),
      store.openLease(budget.id, nodeId, now),
      store.reduceLease(budget.id, nodeId, surplus),
      store.closeNeedlessLease(budget.id, nodeId),
      store.selectStatus(budget.id, nodeId, now),
    ];
    const row = (await db.write(statements)).at(-1)?.rows[0];
    assert(row !== undefined, "the budget was put in the same transaction");
    const { remaining, ...found } = store.decodeStatus(row);
    budget.terms = found;
    budget.isOverdrawn = remaining !== null && remaining < 0n;
    if (remaining === null) {
      budget.hasLease = false;
      budget.leased = 0n;
      return null;
    }
    const room = availableOf(budget) + remaining;
    const slice = leaseSlice(amount - availableOf(budget), remaining);
    if (amount <= availableOf(budget) || slice === undefined) return room;
    const [extended] = await db.write([store.extendLease(budget.id, nodeId, slice, now)]);
    if (extended?.changes === 1) budget.leased += slice;
    return room;
  };

  const forget = async (budget: Budget): Promise<null> => {
    budget.terms = undefined;
    budget.leased = 0n;
    try {
      if (budget.hasLease) await db.write([store.closeLease(budget.id, nodeId)]);
      budgets.delete(budget.id);
      return null;
    } finally {
      budget.asking = undefined;
    }
  };

  const resolve = (held: Hold, cost: bigint): void => {
    assert(held.isOpen, "a hold resolves once");
    assert(cost >= 0n, "nobody is paid for asking");
    held.isOpen = false;
    openHolds -= 1;
    for (const budget of [held.workspace, held.key]) {
      budget.held -= held.amount;
      budget.unsettled += cost;
    }
  };

  return {
    hold,
    settle: resolve,
    release: (held) => resolve(held, 0n),

    post(charges) {
      const { statements, spent } = postingsOf(charges, nodeId);
      return {
        statements,
        applied() {
          for (const [id, amount] of spent) {
            const budget = budgets.get(id);
            if (budget === undefined) continue;
            budget.unsettled -= amount;
            if (budget.hasLease) budget.leased -= amount;
          }
        },
      };
    },

    async grant(workspaceId, amount, note) {
      assert(amount > 0n, "a grant gives something");
      const id = workspaceBudget(workspaceId, false);
      const now = clock();
      await db.write([
        store.addToLimit(id, amount, now),
        store.insertGrant(workspaceId, { id: rowId(), amount, note, createdAt: now }),
      ]);
      const budget = budgets.get(id);
      if (budget === undefined) return;
      await Promise.allSettled([budget.asking]); // it may have read the limit of before
      budget.terms = undefined;
    },

    usageOf: (budgetId) => store.readSpent(db, budgetId, clock()),

    async credits(workspaceId) {
      const id = workspaceBudget(workspaceId, false);
      const [totalCredits, { total }] = await Promise.all([store.readLimit(db, id), store.readSpent(db, id, clock())]);
      return { totalCredits, totalUsage: total };
    },

    async recover() {
      assert([...budgets.values()].every((budget) => !budget.hasLease), "recovery comes before the first hold");
      await db.write([store.closeLeases(nodeId)]);
    },

    async returnIdle() {
      const idle = [...budgets.values()].filter((budget) => isQuiet(budget) && budget.usedAt < clock() - idleMs);
      await Promise.all(idle.map((budget) => (budget.asking = forget(budget))));
    },

    stateOf: (budgetId) => budgets.get(budgetId),
    openHolds: () => openHolds,

    async close() {
      await Promise.allSettled([...budgets.values()].map((budget) => budget.asking));
      await db.write([store.closeLeases(nodeId)]);
      budgets.clear();
    },
  };
}

function availableOf(budget: Budget): bigint {
  return budget.leased - budget.held - budget.unsettled;
}

function fits(budget: Budget, amount: bigint): boolean {
  if (budget.terms === undefined) return false;
  return budget.terms.limit === null || (!budget.isOverdrawn && amount <= availableOf(budget));
}

function knows(budget: Budget, request: HoldRequest): boolean {
  return budget.terms !== undefined && termsAtOf(request) <= budget.terms.at;
}

function isQuiet(budget: Budget): boolean {
  return budget.held === 0n && budget.unsettled === 0n && budget.asking === undefined;
}

function termsAtOf({ key }: HoldRequest): number {
  return key.updatedAt ?? key.createdAt;
}

function termsOf(request: HoldRequest): store.Terms {
  return { limit: request.key.limit, reset: request.key.limitReset, at: termsAtOf(request) };
}

function refusal(budget: Budget, needed: Nanodollars, room: bigint): Fault {
  const available = nanodollars(room > 0n && !budget.isOverdrawn ? room : 0n);
  const metadata = { needed: dollars(needed), available: dollars(available), provider_name: null };
  const amounts = `This request may cost up to $${dollarsText(needed)} and $${dollarsText(available)} is left.`;
  if (budget.kind === "workspace") {
    return new Fault("payment_required", `Insufficient credits. ${amounts} Add credits, or ask for fewer max_tokens.`, { metadata });
  }
  const window = budget.terms?.reset ?? "total";
  return new Fault("key_limit_exceeded", `Key limit exceeded (${window} limit). ${amounts} Raise the limit of the key, or ask for fewer max_tokens.`, { metadata });
}

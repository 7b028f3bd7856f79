/** The ledger's SQL. Statements are made here and put together into transactions by ledger.ts. */

import { assert } from "../base/assert.ts";
import { nanodollars, type Nanodollars } from "../base/money.ts";
import type { Db, Row, Statement } from "../db/port.ts";
import { windowStarts, type LimitReset, type Spent } from "./budget.ts";

/** A limit, and since when it is what it is: of two states the later one holds. */
export interface Terms {
  readonly limit: Nanodollars | null;
  readonly reset: LimitReset | null;
  readonly at: number;
}

export interface BudgetStatus extends Terms {
  /** What nobody has spent or leased yet; negative when more was spent than the limit. Null without a limit. */
  readonly remaining: Nanodollars | null;
}

/** The later terms stay, whichever of two racing callers comes second. */
export function putTerms(budgetId: string, { limit, reset, at }: Terms): Statement {
  return {
    sql: `insert into budgets (id, limit_nano, limit_reset, terms_at) values (?, ?, ?, ?)
      on conflict (id) do update set limit_nano = excluded.limit_nano, limit_reset = excluded.limit_reset, terms_at = excluded.terms_at
      where excluded.terms_at > budgets.terms_at`,
    values: [budgetId, limit, reset, at],
  };
}

/**
 * Adds to what the budget may spend; where it had no limit, to what it has spent so far. Two racing callers' amounts add
 * up, and only the first finds no limit.
 */
export function addToLimit(budgetId: string, amount: Nanodollars, now: number): Statement {
  return {
    sql: `insert into budgets (id, limit_nano, limit_reset, terms_at)
      values (?, (select cast(coalesce(sum(spent_nano), 0) as bigint) from spend where budget_id = ?) + cast(? as bigint), null, ?)
      on conflict (id) do update set terms_at = excluded.terms_at,
        limit_nano = case when budgets.limit_nano is null then excluded.limit_nano else budgets.limit_nano + ? end`,
    values: [budgetId, budgetId, amount, now, amount],
  };
}

/** Makes the node's lease, of nothing, where the budget has a limit; the second of two racing callers finds it made. */
export function openLease(budgetId: string, nodeId: string, now: number): Statement {
  return {
    sql: `insert into leases (budget_id, node_id, amount_nano, taken_at)
      select id, cast(? as text), 0, cast(? as bigint) from budgets where id = ? and limit_nano is not null
      on conflict (budget_id, node_id) do nothing`,
    values: [nodeId, now, budgetId],
  };
}

/** Gives an amount of the lease back, or what was spent of it. A difference, so that the order of two callers is all one. */
export function reduceLease(budgetId: string, nodeId: string, amount: bigint): Statement {
  return {
    sql: "update leases set amount_nano = amount_nano - ? where budget_id = ? and node_id = ?",
    values: [amount, budgetId, nodeId],
  };
}

/** Closes the lease of a budget that has no limit any more. */
export function closeNeedlessLease(budgetId: string, nodeId: string): Statement {
  return {
    sql: `delete from leases where budget_id = ? and node_id = ?
      and exists (select 1 from budgets where id = leases.budget_id and limit_nano is null)`,
    values: [budgetId, nodeId],
  };
}

export function closeLease(budgetId: string, nodeId: string): Statement {
  return { sql: "delete from leases where budget_id = ? and node_id = ?", values: [budgetId, nodeId] };
}

export function closeLeases(nodeId: string): Statement {
  return { sql: "delete from leases where node_id = ?", values: [nodeId] };
}

// What is left of the limit in its current window, after all leases. A lease below zero (a node that settled more than
// it held) counts as nothing for the others. Values: daily, weekly and monthly window start, node id.
const remainingSql = `(b.limit_nano
  - (select coalesce(sum(s.spent_nano), 0) from spend s where s.budget_id = b.id
      and s.day >= case b.limit_reset when 'daily' then ? when 'weekly' then ? when 'monthly' then ? else 0 end)
  - (select coalesce(sum(l.amount_nano), 0) from leases l where l.budget_id = b.id and (l.amount_nano > 0 or l.node_id = ?)))`;

/** Reads inside the transaction that {@link decodeStatus} decodes. */
export function selectStatus(budgetId: string, nodeId: string, now: number): Statement {
  return {
    sql: `select cast(b.limit_nano as text) as limit_nano, b.limit_reset, b.terms_at, cast(${remainingSql} as text) as remaining from budgets b where b.id = ?`,
    values: [...remainingValues(nodeId, now), budgetId],
  };
}

export function decodeStatus(row: Row): BudgetStatus {
  return {
    limit: optionalMoneyOf(row.limit_nano),
    reset: row.limit_reset as LimitReset | null,
    at: row.terms_at as number,
    remaining: optionalMoneyOf(row.remaining),
  };
}

/** Of two callers that race for the last of a budget, the second changes no row. */
export function extendLease(budgetId: string, nodeId: string, amount: Nanodollars, now: number): Statement {
  return {
    sql: `update leases set amount_nano = amount_nano + ? where budget_id = ? and node_id = ?
      and cast(? as bigint) <= (select ${remainingSql} from budgets b where b.id = leases.budget_id)`,
    values: [amount, budgetId, nodeId, amount, ...remainingValues(nodeId, now)],
  };
}

/** Adds to what was spent on a day; two racing callers' amounts add up. */
export function addSpend(budgetId: string, day: number, amount: bigint): Statement {
  return {
    sql: `insert into spend (budget_id, day, spent_nano) values (?, ?, ?)
      on conflict (budget_id, day) do update set spent_nano = spend.spent_nano + excluded.spent_nano`,
    values: [budgetId, day, amount],
  };
}

export function insertGrant(workspaceId: string, grant: { readonly id: string; readonly amount: Nanodollars; readonly note: string; readonly createdAt: number }): Statement {
  return {
    sql: "insert into grants (id, workspace_id, amount_nano, note, created_at) values (?, ?, ?, ?, ?)",
    values: [grant.id, workspaceId, grant.amount, grant.note, grant.createdAt],
  };
}

export async function readSpent(db: Db, budgetId: string, now: number): Promise<Spent> {
  const { daily, weekly, monthly } = windowStarts(now);
  const since = "cast(coalesce(sum(case when day >= ? then spent_nano else 0 end), 0) as text)";
  const [row] = await db.read(
    `select cast(coalesce(sum(spent_nano), 0) as text) as total, ${since} as daily, ${since} as weekly, ${since} as monthly from spend where budget_id = ?`,
    [daily, weekly, monthly, budgetId],
  );
  assert(row !== undefined, "a sum has a row");
  return { total: moneyOf(row.total), daily: moneyOf(row.daily), weekly: moneyOf(row.weekly), monthly: moneyOf(row.monthly) };
}

export async function readLimit(db: Db, budgetId: string): Promise<Nanodollars | null> {
  const [row] = await db.read("select cast(limit_nano as text) as limit_nano from budgets where id = ?", [budgetId]);
  return optionalMoneyOf(row?.limit_nano);
}

function remainingValues(nodeId: string, now: number): (string | number)[] {
  const { daily, weekly, monthly } = windowStarts(now);
  return [daily, weekly, monthly, nodeId];
}

function moneyOf(text: Row[string] | undefined): Nanodollars {
  return nanodollars(BigInt(text as string));
}

function optionalMoneyOf(text: Row[string] | undefined): Nanodollars | null {
  return text === null || text === undefined ? null : moneyOf(text);
}

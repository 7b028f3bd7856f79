import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { rowId } from "../base/ids.ts";
import { nanodollars, type Nanodollars } from "../base/money.ts";
import type { Db } from "../db/port.ts";
import { openSqlite } from "../db/sqlite.ts";
import { keyBudget, windowStarts, workspaceBudget, type LimitReset } from "./budget.ts";
import { openLedger, type Hold, type HoldRequest, type Ledger } from "./ledger.ts";

let db: Db;
beforeAll(async () => {
  db = await openSqlite(":memory:");
});
afterAll(() => db.close());

const noon = Date.parse("2026-11-20T12:00:00Z");
const dayMs = 86_400_000;
const nano = (amount: number | bigint) => nanodollars(BigInt(amount));

interface Terms {
  readonly limit: Nanodollars | null;
  readonly limitReset: LimitReset | null;
  readonly updatedAt: number | null;
}

/** A caller with a key of its own in a workspace of its own, on one node or several. */
function setUp(terms: Partial<Terms> = {}) {
  const time = { now: noon };
  const request: HoldRequest = { workspaceId: rowId(), isSandbox: false, key: { hash: rowId(), limit: null, limitReset: null, createdAt: 1, updatedAt: null, ...terms } };
  const node = (nodeId = rowId()) => openLedger({ db, clock: () => time.now, nodeId });
  return { time, request, node, ledger: node(), workspace: workspaceBudget(request.workspaceId, false), key: keyBudget(request.key.hash, false) };
}

/** Books a settled hold as the settler would. */
async function book(ledger: Ledger, request: HoldRequest, cost: Nanodollars, createdAt = noon): Promise<void> {
  const { workspaceId, isSandbox, key } = request;
  const posting = ledger.post([{ createdAt, workspaceId, keyHash: key.hash, isSandbox, cost }]);
  const generation = {
    sql: "insert into generations (id, workspace_id, key_hash, created_at, is_sandbox, provider_name, cost_nano, detail) values (?, ?, ?, ?, ?, 'P', ?, '[]')",
    values: [rowId(), workspaceId, key.hash, createdAt, Number(isSandbox), cost],
  };
  await db.write([...posting.statements, generation]);
  posting.applied();
}

async function leasedBy(budgetId: string): Promise<{ node_id: unknown; amount: bigint }[]> {
  const rows = await db.read("select node_id, cast(amount_nano as text) as amount from leases where budget_id = ?", [budgetId]);
  return rows.map((row) => ({ node_id: row.node_id, amount: BigInt(row.amount as string) }));
}

/** What the store says is spent in the window and leased, against its limit. */
async function storeState(budgetId: string, now: number) {
  const [row] = await db.read(
    `select cast(limit_nano as text) as budget_limit, limit_reset,
      (select cast(coalesce(sum(spent_nano), 0) as text) from spend where budget_id = b.id and day >= case limit_reset when 'daily' then ? when 'weekly' then ? else 0 end) as spent
    from budgets b where id = ?`,
    [windowStarts(now).daily, windowStarts(now).weekly, budgetId],
  );
  const leases = await leasedBy(budgetId);
  const leased = leases.reduce((sum, lease) => sum + lease.amount, 0n);
  const limit = typeof row?.budget_limit === "string" ? BigInt(row.budget_limit) : null;
  return { limit, reset: row?.limit_reset, used: BigInt(row?.spent ?? 0) + leased, leases };
}

describe("holds", () => {
  test("a budget without a limit is held at once, and leases nothing", async () => {
    const { ledger, request, workspace, key } = setUp();
    ledger.release(await ledger.hold(request, nano(5)));
    const hold = ledger.hold(request, nano(10n ** 15n));
    expect(hold).not.toBeInstanceOf(Promise);
    expect([...(await leasedBy(workspace)), ...(await leasedBy(key))]).toEqual([]);
  });

  test("a limited key holds from its lease, without the store", async () => {
    const { ledger, request, key } = setUp({ limit: nano(100) });
    ledger.release(await ledger.hold(request, nano(10)));
    expect((await leasedBy(key)).map((lease) => lease.amount)).toEqual([25n]);
    expect(ledger.hold(request, nano(25))).not.toBeInstanceOf(Promise);
    expect(ledger.hold(request, nano(1))).toBeInstanceOf(Promise);
  });

  test("a hold resolves at most once", async () => {
    const { ledger, request } = setUp();
    const hold = await ledger.hold(request, nano(5));
    ledger.settle(hold, nano(7));
    expect(() => ledger.settle(hold, nano(7))).toThrow("a hold resolves once");
    expect(() => ledger.release(hold)).toThrow("a hold resolves once");
    expect(ledger.openHolds()).toBe(0);
  });

  test("the first request of a prepaid workspace beyond its credits is told the amounts", async () => {
    const { ledger, request } = setUp();
    await ledger.grant(request.workspaceId, nano(2_000_000_000), "a card");
    ledger.settle(await ledger.hold(request, nano(1_500_000_000)), nano(1_500_000_000));
    await expect(ledger.hold(request, nano(500_000_001))).rejects.toMatchObject({
      code: "payment_required",
      message: "Insufficient credits. This request may cost up to $0.500000001 and $0.5 is left. Add credits, or ask for fewer max_tokens.",
      metadata: { needed: 0.500000001, available: 0.5, provider_name: null },
    });
    expect(ledger.openHolds()).toBe(0);
    await ledger.grant(request.workspaceId, nano(1), "another");
    await ledger.hold(request, nano(500_000_001));
  });

  test("the first grant is not eaten by what was spent before it, without a limit", async () => {
    const { ledger, request } = setUp();
    ledger.settle(await ledger.hold(request, nano(50)), nano(50));
    await book(ledger, request, nano(50));
    await Promise.all([ledger.grant(request.workspaceId, nano(10), "first"), ledger.grant(request.workspaceId, nano(7), "second")]);
    expect(await ledger.credits(request.workspaceId)).toEqual({ totalCredits: 67n, totalUsage: 50n });
    await expect(ledger.hold(request, nano(18))).rejects.toMatchObject({ code: "payment_required" });
    await ledger.hold(request, nano(17));
  });

  test.each([[null, "total"], ["daily", "daily"], ["weekly", "weekly"], ["monthly", "monthly"]] as const)("a key with reset %s names its limit", async (limitReset, name) => {
    const { ledger, request } = setUp({ limit: nano(10), limitReset });
    await expect(ledger.hold(request, nano(11))).rejects.toMatchObject({ code: "key_limit_exceeded", message: expect.stringContaining(`Key limit exceeded (${name} limit). `) });
  });

  test("after more was spent than held, not even a free request goes, until the balance is back", async () => {
    const { ledger, request } = setUp();
    await ledger.grant(request.workspaceId, nano(10), "");
    ledger.settle(await ledger.hold(request, nano(10)), nano(12));
    await expect(ledger.hold(request, nano(0))).rejects.toMatchObject({ code: "payment_required" });
    await book(ledger, request, nano(12));
    await expect(ledger.hold(request, nano(0))).rejects.toMatchObject({ code: "payment_required" });
    await ledger.grant(request.workspaceId, nano(2), "");
    await ledger.hold(request, nano(0));
  });

  test("a store that cannot be asked refuses what is unknown and serves what is leased", async () => {
    const { request, time } = setUp({ limit: nano(100) });
    let isDown = false;
    const write: Db["write"] = async (statements) => {
      if (isDown) throw new Fault("storage_unavailable", "down");
      return db.write(statements);
    };
    const ledger = openLedger({ db: { ...db, write }, clock: () => time.now, nodeId: rowId() });
    ledger.release(await ledger.hold(request, nano(10)));
    isDown = true;
    ledger.release(await ledger.hold(request, nano(25)));
    await expect(ledger.hold(request, nano(26))).rejects.toMatchObject({ code: "storage_unavailable" });
    isDown = false;
    await ledger.hold(request, nano(26));
  });
});

test("two nodes that race for the last of a budget: one gets it, the other the fault", async () => {
  const { node, request } = setUp({ limit: nano(100) });
  const racing = await Promise.allSettled([node(), node(), node()].map(async (ledger) => ledger.hold(request, nano(60))));
  expect(racing.map((each) => each.status).toSorted()).toEqual(["fulfilled", "rejected", "rejected"]);
});

describe("limits that change", () => {
  test("a raised limit is there for the next request, a lowered one too", async () => {
    const { ledger, request, key } = setUp({ limit: nano(100) });
    ledger.release(await ledger.hold(request, nano(90)));
    const lowered = { ...request, key: { ...request.key, limit: nano(50), updatedAt: 2 } };
    await expect(ledger.hold(lowered, nano(60))).rejects.toMatchObject({ code: "key_limit_exceeded" });
    expect((await leasedBy(key)).map((lease) => lease.amount)).toEqual([0n]);
    ledger.release(await ledger.hold({ ...request, key: { ...request.key, limit: nano(200), updatedAt: 3 } }, nano(200)));
    const unlimited = { ...request, key: { ...request.key, limit: null, updatedAt: 4 } };
    await ledger.hold(unlimited, nano(1000));
    expect(await leasedBy(key)).toEqual([]);
  });

  test("a request that still carries the older limit does not bring it back", async () => {
    const { ledger, request } = setUp({ limit: nano(100) });
    await ledger.hold({ ...request, key: { ...request.key, limit: nano(10), updatedAt: 2 } }, nano(10));
    await expect(ledger.hold(request, nano(1))).rejects.toMatchObject({ code: "key_limit_exceeded" });
  });

  test("what is on its way when an unlimited key gets a limit counts against it", async () => {
    const { ledger, request } = setUp();
    const before = await ledger.hold(request, nano(80));
    const limited = { ...request, key: { ...request.key, limit: nano(100), updatedAt: 2 } };
    await expect(ledger.hold(limited, nano(21))).rejects.toMatchObject({ metadata: { available: 20e-9 } });
    await ledger.hold(limited, nano(20));
    ledger.settle(before, nano(80));
    await book(ledger, request, nano(80));
    await expect(ledger.hold(limited, nano(1))).rejects.toMatchObject({ code: "key_limit_exceeded" });
  });

  test("at 00:00 UTC a daily limit begins anew", async () => {
    const { ledger, request, time } = setUp({ limit: nano(10), limitReset: "daily" });
    ledger.settle(await ledger.hold(request, nano(10)), nano(10));
    await book(ledger, request, nano(10));
    time.now = Date.parse("2026-11-20T23:59:59.999Z");
    await expect(ledger.hold(request, nano(1))).rejects.toMatchObject({ code: "key_limit_exceeded" });
    time.now += 1;
    await ledger.hold(request, nano(10));
  });
});

describe("the books", () => {
  test("simulated money never touches the real budgets", async () => {
    const { ledger, request } = setUp();
    await ledger.grant(request.workspaceId, nano(10), "");
    const simulated = { ...request, isSandbox: true };
    ledger.settle(await ledger.hold(simulated, nano(1000)), nano(1000));
    await book(ledger, simulated, nano(1000));
    expect(await ledger.credits(request.workspaceId)).toEqual({ totalCredits: 10n, totalUsage: 0n });
    expect((await ledger.usageOf(keyBudget(request.key.hash, true))).total).toBe(1000n);
    expect((await ledger.usageOf(keyBudget(request.key.hash, false))).total).toBe(0n);
  });

  test("usage is summed by day, week and month of the generation", async () => {
    const { ledger, request, key } = setUp();
    for (const [cost, date] of [[1, "2026-11-20"], [10, "2026-11-17"], [100, "2026-11-02"], [1000, "2026-10-31"]] as const) {
      await book(ledger, request, nano(cost), Date.parse(`${date}T23:59:59Z`));
    }
    expect(await ledger.usageOf(key)).toEqual({ total: 1111n, monthly: 111n, weekly: 11n, daily: 1n });
  });

  test("closing gives every lease back; a node that died is closed at its next start", async () => {
    const { node, request, key } = setUp({ limit: nano(100) });
    const [closing, dying] = [node(), node("dying")];
    await closing.hold(request, nano(10));
    await dying.hold(request, nano(10));
    await closing.close();
    expect((await leasedBy(key)).map((lease) => lease.node_id)).toEqual(["dying"]);
    await node("dying").recover();
    expect(await leasedBy(key)).toEqual([]);
  });

  test("a lease that nobody used for ten minutes goes back, one in use does not", async () => {
    const { ledger, request, key, time } = setUp({ limit: nano(100) });
    const hold = await ledger.hold(request, nano(10));
    time.now += 600_001;
    await ledger.returnIdle();
    expect(await leasedBy(key)).toHaveLength(1);
    ledger.release(hold);
    const [, again] = await Promise.all([ledger.returnIdle(), ledger.hold(request, nano(100))]);
    expect(again.amount).toBe(100n);
    ledger.release(again);
    time.now += 600_001;
    await ledger.returnIdle();
    expect(await leasedBy(key)).toEqual([]);
    expect(ledger.stateOf(key)).toBeUndefined();
  });
});

describe("for any interleaving", () => {
  const amount = fc.bigInt({ min: 0n, max: 60n });
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ act: fc.constant("hold" as const), node: fc.nat(1), amount }) },
    { weight: 4, arbitrary: fc.record({ act: fc.constant("settle" as const), node: fc.nat(1), amount }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant("release" as const), node: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant("book" as const), node: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("patch" as const), limit: fc.bigInt({ min: 0n, max: 200n }), reset: fc.constantFrom(null, "daily" as const, "weekly" as const) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("grant" as const), amount: fc.bigInt({ min: 1n, max: 60n }) }) },
    { weight: 1, arbitrary: fc.constant({ act: "tomorrow" as const }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("crash" as const), node: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.constant({ act: "idle" as const }) },
  );

  test("spent + leased never grows past the limit, and no node believes to have more than the store gave it", () =>
    fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 25 }), fc.bigInt({ min: 1n, max: 200n }), async (rounds, limit) => {
      const { time, request, node, workspace, key } = setUp({ limit: nano(limit) });
      const names = [rowId(), rowId()];
      const ledgers = names.map((name) => node(name));
      const holds: Hold[][] = [[], []];
      const unbooked: { cost: Nanodollars; createdAt: number }[][] = [[], []];
      const current = { request };
      const granted = { total: 150n };
      await ledgers[0]?.grant(request.workspaceId, nano(granted.total), "");
      let booked = 0n;

      const run = async (each: (typeof rounds)[number][number]): Promise<void> => {
        switch (each.act) {
          case "hold": {
            const ledger = ledgers[each.node] as Ledger;
            const hold = await Promise.resolve(ledger.hold(current.request, nano(each.amount))).catch((error: unknown) => {
              expect(error).toMatchObject({ code: expect.stringMatching(/^(payment_required|key_limit_exceeded)$/) });
            });
            if (hold === undefined) return;
            if (ledgers[each.node] === ledger) holds[each.node]?.push(hold);
            return;
          }
          case "settle": {
            const hold = holds[each.node]?.shift();
            if (hold === undefined) return;
            const cost = nano(each.amount < hold.amount ? each.amount : hold.amount);
            ledgers[each.node]?.settle(hold, cost);
            unbooked[each.node]?.push({ cost, createdAt: time.now });
            return;
          }
          case "release": {
            const hold = holds[each.node]?.shift();
            if (hold !== undefined) ledgers[each.node]?.release(hold);
            return;
          }
          case "book":
            for (const { cost, createdAt } of unbooked[each.node]?.splice(0) ?? []) {
              booked += cost;
              await book(ledgers[each.node] as Ledger, request, cost, createdAt);
            }
            return;
          case "patch":
            current.request = { ...request, key: { ...request.key, limit: nano(each.limit), limitReset: each.reset, updatedAt: (current.request.key.updatedAt ?? 1) + 1 } };
            return;
          case "grant":
            granted.total += each.amount;
            await ledgers[0]?.grant(request.workspaceId, nano(each.amount), "");
            return;
          case "tomorrow":
            time.now += dayMs;
            return;
          case "crash": {
            const replayed = unbooked[each.node]?.splice(0) ?? [];
            holds[each.node] = [];
            ledgers[each.node] = node(names[each.node]);
            for (const { cost, createdAt } of replayed) {
              booked += cost;
              await book(ledgers[each.node] as Ledger, request, cost, createdAt);
            }
            await ledgers[each.node]?.recover();
            return;
          }
          case "idle":
            await Promise.all(ledgers.map((ledger) => ledger.returnIdle()));
            return;
        }
      };

      const before = new Map<string, { readonly used: bigint; readonly reset: unknown }>();
      for (const round of rounds) {
        // Deaths and new limits come between the rounds: what a round did under the old limit is no fault of it.
        const isApart = (each: (typeof round)[number]) => each.act === "crash" || each.act === "patch";
        await Promise.all(round.filter((each) => !isApart(each)).map(run));
        for (const each of round.filter(isApart)) await run(each);
        for (const budgetId of [workspace, key]) {
          const { limit: inStore, reset, used, leases } = await storeState(budgetId, time.now);
          // A limit may be lowered, or count a longer time, when more is spent already; from then on nothing is added.
          const earlier = before.get(budgetId);
          const most = earlier !== undefined && earlier.reset === reset ? earlier.used : used;
          if (inStore !== null) expect(used <= inStore || used <= most, `${budgetId}: ${used} of ${inStore}`).toBe(true);
          before.set(budgetId, { used, reset });
          for (const [index, ledger] of ledgers.entries()) {
            const state = ledger.stateOf(budgetId);
            if (state?.terms === undefined || state.terms.limit === null) continue;
            expect(state.leased <= (leases.find((lease) => lease.node_id === names[index])?.amount ?? 0n), "memory has no more than the store").toBe(true);
          }
        }
      }

      for (const [index, ledger] of ledgers.entries()) {
        for (const hold of holds[index] ?? []) ledger.release(hold);
        await run({ act: "book", node: index });
        await ledger.close();
        expect(ledger.openHolds()).toBe(0);
      }
      expect(await leasedBy(key)).toEqual([]);
      expect((await ledgers[0]?.usageOf(key))?.total).toBe(booked);
      const [credits] = await db.read("select cast(coalesce(sum(case when credit_account = ? then amount_nano else -amount_nano end), 0) as text) as balance from entries where ? in (debit_account, credit_account)", [workspace, workspace]);
      expect(BigInt(credits?.balance as string)).toBe(granted.total - booked);
    }), { numRuns: 60 }), 60_000);

  test("one node refuses exactly what does not fit: limit - spent - held", () =>
    fc.assert(fc.asyncProperty(fc.array(fc.record({ act: fc.constantFrom("hold", "settle", "release", "book"), amount }), { maxLength: 40 }), async (steps) => {
      const { ledger, request } = setUp({ limit: nano(200) });
      const holds: Hold[] = [];
      const costs: Nanodollars[] = [];
      let room = 200n;
      for (const { act, amount: given } of steps) {
        const hold = act === "settle" || act === "release" ? holds.shift() : undefined;
        if (act === "hold") {
          const held = await Promise.resolve(ledger.hold(request, nano(given))).catch(() => undefined);
          expect(held !== undefined, `${given} of ${room}`).toBe(given <= room);
          if (held !== undefined) {
            holds.push(held);
            room -= given;
          }
        } else if (act === "book") {
          for (const cost of costs.splice(0)) await book(ledger, request, cost);
        } else if (hold !== undefined) {
          const cost = nano(act === "settle" ? given : 0n);
          ledger.settle(hold, cost);
          costs.push(cost);
          room += hold.amount - cost;
        }
      }
      await ledger.close();
    }), { numRuns: 60 }));
});

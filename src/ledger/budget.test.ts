import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nanodollars } from "../base/money.ts";
import { dayOf, keyBudget, leaseSlice, spentAgainst, windowStarts, workspaceBudget } from "./budget.ts";

const windows = [
  { now: "2026-11-21T03:00:00Z", daily: "2026-11-21", weekly: "2026-11-16", monthly: "2026-11-01", why: "a Saturday" },
  { now: "2026-11-23T00:00:00Z", daily: "2026-11-23", weekly: "2026-11-23", monthly: "2026-11-01", why: "the first moment of a Monday" },
  { now: "2026-11-22T23:59:59.999Z", daily: "2026-11-22", weekly: "2026-11-16", monthly: "2026-11-01", why: "the last of a Sunday" },
  { now: "2024-02-29T12:00:00Z", daily: "2024-02-29", weekly: "2024-02-26", monthly: "2024-02-01", why: "a leap day" },
  { now: "2027-01-01T00:00:00Z", daily: "2027-01-01", weekly: "2026-12-28", monthly: "2027-01-01", why: "a week over two years" },
];

const day = (date: string) => dayOf(Date.parse(`${date}T00:00:00Z`));

for (const { now, daily, weekly, monthly, why } of windows) {
  test(`windows of ${why} begin at 00:00 UTC`, () => {
    expect(windowStarts(Date.parse(now))).toEqual({ daily: day(daily), weekly: day(weekly), monthly: day(monthly) });
  });
}

test("a lease takes what is needed, a quarter when that is more, and never more than there is", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), (need, remaining) => {
    const slice = leaseSlice(need, remaining);
    expect(slice === undefined).toBe(need > remaining);
    if (slice === undefined) return;
    expect(slice >= need && slice <= remaining).toBe(true);
    expect(slice === need || slice * 4n <= remaining).toBe(true);
  }));
});

test("the two books never share a budget", () => {
  const names = [workspaceBudget("a", false), workspaceBudget("a", true), keyBudget("a", false), keyBudget("a", true)];
  expect(names).toEqual(["workspace:a", "sandbox/workspace:a", "key:a", "sandbox/key:a"]);
});

test("a limit counts what was spent in its own window", () => {
  const spent = { total: nanodollars(4n), monthly: nanodollars(3n), weekly: nanodollars(2n), daily: nanodollars(1n) };
  expect([null, "monthly", "weekly", "daily"].map((reset) => spentAgainst(spent, reset as "daily" | null))).toEqual([4n, 3n, 2n, 1n]);
});

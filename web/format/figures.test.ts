import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { amountChange, rankChange } from "./change.ts";
import { country } from "./country.ts";
import { csvOf } from "./csv.ts";
import { daysSource, sourceOf } from "./measured.ts";

describe("a change since the window before", () => {
  test.each([
    [1, 4, "up 3 places"], [2, 1, "down 1 place"], [5, 5, "same place"], [3, null, "new"],
  ] as const)("of place %s from %s is told as %s", (rank, previous, text) => expect(rankChange(rank, previous)).toBe(text));

  test.each([
    [112, 100, "12.0% more"], [97, 100, "3.0% less"], [240, 100, "2.4 times as much"], [5_000, 100, "50 times as much"], [5, 0, "none before"], [0, 0, "none, as before"], [10_000, 10_001, "as much as before"], [0, 7, "100.0% less"],
  ])("of an amount of %s from %s is told as %s", (amount, previous, text) => expect(amountChange(amount, previous)).toBe(text));
});

describe("the source of a figure", () => {
  const noon = Date.UTC(2026, 10, 21, 12);
  test("names its days, its count and its time", () => {
    expect(sourceOf({ window: { from: Date.UTC(2026, 10, 15), to: noon }, n: 1204, asOf: noon }, "real")).toBe("Nov 15, 2026 to Nov 21, 2026 · n = 1,204 requests · as of Nov 21, 12:00 UTC · measured here");
  });
  test("names hours where it is short, and what was counted", () => {
    expect(sourceOf({ window: { from: noon - 86_400_000, to: noon }, n: 1, asOf: noon }, "sandbox", "attempt")).toBe("Nov 20, 12:00 UTC to Nov 21, 12:00 UTC · n = 1 attempt · as of Nov 21, 12:00 UTC · sandbox traffic");
  });
  test("a window that ends at midnight ends with the day before", () => {
    expect(sourceOf({ window: { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 8) }, n: 2, asOf: noon }, "demo")).toContain("Nov 1, 2026 to Nov 7, 2026 · n = 2 requests");
  });
  test("of days says that today is not over", () => expect(daysSource(28, noon, "demo")).toBe("28 days by UTC, today so far · as of Nov 21, 12:00 UTC · demo data"));
});

describe("a table as CSV", () => {
  test("quotes what must be, and tells formulas to be text", () => {
    expect(csvOf([["a,b", 'say "x"', "=1+1", "-5", -5, null], ["@x", "+1", "\tz", "two\nlines", 0, ""]])).toBe('"a,b","say ""x""",\'=1+1,-5,-5,\r\n\'@x,\'+1,\'\tz,"two\nlines",0,');
  });
  test.each(["-1+1|cmd", "-2-3", "-1,HYPERLINK(1)", "-", "--1", "-.", "\n=1", "＝1+1"])("takes %j for no number", (text) => {
    expect(csvOf([[text]]).replace(/^"/, "")).toMatch(/^'/);
  });
  test.each(["-5", "-0.25", "-.5"])("leaves the number %s", (text) => expect(csvOf([[text]])).toBe(text));
  test("comes back as it was, whatever is in it", () => {
    const cell = fc.string().filter((text) => !/^[=+@\t\r-]/.test(text));
    fc.assert(fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
      expect(parsed(csvOf(rows))).toEqual(rows);
    }));
  });
});

test("countries are named", () => expect([country("FR"), country("US"), country("eu-west")]).toEqual(["France", "United States", "eu-west"]));

/** RFC 4180, as plainly as it can be. */
function parsed(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows;
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compact, context, counted, exact, percent, rate, sampled, uptime } from "./number.ts";
import { isFree, money, price, pricePerMillion, pricePerUnit, spokenPrice } from "./price.ts";
import { ago, asOf, date, duration, isoDate, isoTime, writtenDate } from "./time.ts";

describe("prices", () => {
  test.each([
    ["0.15", "$0.15"],
    ["0.1", "$0.10"],
    ["0", "$0.00"],
    ["15", "$15.00"],
    ["0.0375", "$0.0375"],
    ["0.00012345", "$0.0001235"],
    ["0.049999999999999996", "$0.05"],
    ["1.23456", "$1.2346"],
    ["0.99999", "$1.00"],
    ["1234567.5", "$1,234,567.50"],
  ])("%s dollars read %s", (dollars, text) => expect(price(dollars)).toBe(text));

  test("have at least two decimals, and are never further off than the fourth significant one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 0, max: 9 }), (digits, shift) => {
        const dollars = (digits / 10 ** shift).toFixed(shift);
        const text = price(dollars);
        expect(text).toMatch(/^\$[\d,]+\.\d{2,}$/);
        const error = Math.abs(Number(text.slice(1).replaceAll(",", "")) - Number(dollars));
        // Half of the fourth place, and what doubles lose on the way.
        expect(error).toBeLessThanOrEqual(0.0000501 * Math.min(1, Number(dollars) * 10) + Number.EPSILON * Number(dollars) * 4);
      }),
    );
  });

  test("say their unit, or that there is none", () => {
    expect(pricePerMillion("0.2")).toBe("$0.20 / 1M");
    expect(pricePerMillion(undefined)).toBe("—");
    expect(pricePerUnit("0.01", "image")).toBe("$0.01 / image");
  });

  test.each([
    ["0.15", "15 cents per million input tokens"],
    ["0.01", "1 cent per million input tokens"],
    ["3", "$3 per million input tokens"],
    ["0", "$0 per million input tokens"],
    [undefined, "price per million input tokens unknown"],
  ])("%s sounds like %s", (dollars, spoken) => expect(spokenPrice(dollars, "input tokens")).toBe(spoken));

  test("are free only when both token prices are zero", () => {
    expect(isFree({ prompt: "0", completion: "0" })).toBe(true);
    expect(isFree({ prompt: "0", completion: "0.1" })).toBe(false);
  });

  test.each([[0, "$0.00"], [1234.5, "$1,234.50"], [0.0123, "$0.0123"], [0.00025, "$0.00025"], [0.0012, "$0.0012"], [0.009999999, "$0.0100"], [0.00001, "<$0.0001"], [-2, "-$2.00"]])("a total of %s reads %s", (dollars, text) => expect(money(dollars)).toBe(text));
});

describe("numbers", () => {
  test.each([[0, "0"], [999, "999"], [1000, "1K"], [1230, "1.23K"], [22_400_000_000, "22.4B"], [999_600, "1M"], [1_500_000_000_000, "1.5T"], [undefined, "—"]])(
    "%s is %s", (count, text) => expect(compact(count)).toBe(text));

  test.each([[262_144, "262K"], [128_000, "128K"], [1_048_576, "1.05M"], [1_000_000, "1M"], [32_768, "33K"], [512, "512"], [undefined, "—"]])(
    "a context of %s is %s", (tokens, text) => expect(context(tokens)).toBe(text));

  test("are exact where that is asked", () => expect(exact(262_144)).toBe("262,144"));
  test("rates", () => expect([rate(26.42), rate(118.4), rate(undefined)]).toEqual(["26.4 tok/s", "118 tok/s", "—"]));
  test("shares", () => expect([percent(0.125), percent(0)]).toEqual(["12.5%", "0.0%"]));
  test.each([[0.99999, "99.99%"], [1, "100.00%"], [0.9997, "99.97%"], [0, "0.00%"]])("an uptime of %s is %s, rounded down", (share, text) => expect(uptime(share)).toBe(text));
  test("counts agree with their noun", () => expect([counted(1, "model"), counted(1200, "model")]).toEqual(["1 model", "1,200 models"]));
  test("too few samples say so", () => expect([sampled(7, () => "99%"), sampled(30, () => "99%")]).toEqual(["not enough data (n = 7)", "99%"]));
});

describe("times", () => {
  test.each([[268, "268 ms"], [1_300, "1.3 s"], [130_000, "2 m 10 s"], [59_960, "1 m"], [11_100_000, "3 h 5 m"], [352_800_000, "4 d 2 h"], [undefined, "—"]])(
    "%s ms is %s", (ms, text) => expect(duration(ms)).toBe(text));

  const moment = Date.UTC(2025, 11, 2, 14, 5, 9);
  test("a written date says no more than is known", () => expect(["2024-09-30", "2024-10", "soon"].map(writtenDate)).toEqual(["Sep 30, 2024", "Oct 2024", "soon"]));
  test("dates are UTC", () => expect([date(moment), isoDate(moment), isoTime(moment), asOf(moment)]).toEqual(["Dec 2, 2025", "2025-12-02", "2025-12-02 14:05:09Z", "Dec 2, 14:05 UTC"]));
  test("relative", () => expect([ago(moment, moment + 1000), ago(moment, moment + 86_400_000), ago(moment, moment + 7_300_000)]).toEqual(["just now", "1 day ago", "2 hours ago"]));
});

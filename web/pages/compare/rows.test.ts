import { describe, expect, test } from "vitest";
import { usualWorkload } from "../../catalog/cost.ts";
import { compareAddress } from "../../catalog/comparison.ts";
import { comparedRows, differing, markdownOf, type ComparedModel } from "./rows.ts";

const plain: ComparedModel = {
  slug: "a/x", name: "X", authorName: "A", createdAt: Date.UTC(2026, 0, 2), context: 128_000, outputMax: undefined, inputs: ["text"], outputs: ["text"], parameters: ["seed"],
  prices: { prompt: "0.15", completion: "0.6" }, otherPrices: [], tokenizer: "Mistral", knowledgeCutoff: undefined, isOpenWeights: false, expires: undefined, providers: ["P"], zdr: 0, noTraining: 1, quantizations: [],
  speed: undefined, uptime: { share: undefined, n: 0 }, week: { tokens: 0, requests: 0 },
};
const other: ComparedModel = {
  ...plain, slug: "b/y", name: "Y | Z", prices: { prompt: "0.2", completion: "0.4", cacheRead: "0.02" }, context: 32_000, parameters: ["seed", "tools"],
  speed: { provider: "Q", latency: undefined, throughput: 40, n: 12 }, uptime: { share: 0.99996, n: 400 }, week: { tokens: 5, requests: 400 },
};

const rows = comparedRows([plain, other]);
const row = (name: string, group?: string) => rows.find((one) => one.name === name && (group === undefined || one.group === group));

describe("rows of a comparison", () => {
  test("name the best, and only where there is a contest", () => {
    expect(row("Input", "Price per million tokens")).toMatchObject({ cells: ["$0.15", "$0.20"], best: { at: 0, word: "lowest" } });
    expect(row("Output", "Price per million tokens")).toMatchObject({ best: { at: 1 } });
    expect(row("Cache read")?.best).toBeUndefined();
    expect(row("Context")).toMatchObject({ cells: ["128K tokens", "32K tokens"], best: { at: 0, word: "largest" } });
  });

  test("a shared best is none", () => expect(comparedRows([plain, { ...other, prices: plain.prices }]).find(({ name }) => name === "Output")?.best).toBeUndefined());

  test("say how few samples there are, and never a figure of them", () => {
    expect(row("First content, median of 7 days")?.cells).toEqual(["no traffic", "not enough data (n = 12)"]);
    expect(row("Requests answered, 72 hours")?.cells).toEqual(["no traffic", "99.99%"]);
  });

  test("have one for each parameter of any of them", () => {
    expect(row("seed")?.cells).toEqual(["yes", "yes"]);
    expect(row("tools")?.cells).toEqual(["no", "yes"]);
  });

  test("say how each is beside the baseline, where both are known", () => {
    const beside = comparedRows([plain, other], "b/y");
    const deltas = (name: string) => beside.find((one) => one.name === name)?.deltas;
    expect(deltas("Input")).toEqual(["25.0% less", undefined]);
    expect(deltas("Output")).toEqual(["50.0% more", undefined]);
    expect(deltas("Context")).toEqual(["4.0 times as much", undefined]);
    expect(deltas("Cache read")).toEqual([undefined, undefined]);
    expect(comparedRows([plain, other], "c/z").some((one) => "deltas" in one)).toBe(false);
    expect(markdownOf([plain, other], beside)).toContain("| **$0.15** (lowest, 25.0% less) | $0.20 |");
  });

  test("have one for each price beside those of tokens", () => {
    const dear = { ...other, otherPrices: [{ of: "over 200K tokens", text: "$6.00 in" }] };
    expect(comparedRows([plain, dear]).find(({ group }) => group === "Other prices")).toMatchObject({ name: "Over 200K tokens", cells: ["—", "$6.00 in"] });
  });

  test("as Markdown hold nothing that runs, loads or makes another cell", () => {
    const hostile = { ...other, name: "Y\\| ![x](https://evil.example/p)\n<img src=x>", providers: ["`P` [Q](javascript:1)"] };
    const text = markdownOf([plain, hostile], comparedRows([plain, hostile]));
    expect(text.split("\n")[0]).toBe("|  | X (`a/x`) | Y\\\\\\| !\\[x\\](https://evil.example/p) \\<img src=x> (`b/y`) |");
    expect(text).toContain("\\`P\\` \\[Q\\](javascript:1)");
  });

  test("are left out where all are alike", () => {
    const names = differing(rows).map(({ name }) => name);
    expect(names).toContain("tools");
    expect(names).not.toContain("seed");
    expect(names).not.toContain("Author");
  });
});

test("as Markdown every line has as many cells, whatever is in a name", () => {
  const lines = markdownOf([plain, other], rows).trim().split("\n");
  expect(lines).toHaveLength(rows.length + 2);
  expect(new Set(lines.map((line) => line.replaceAll("\\|", "").split("|").length))).toEqual(new Set([5]));
  expect(lines[2]).toBe("| Price per million tokens: Input | **$0.15** (lowest) | $0.20 |");
});

test("an address can be read, and holds what would end it", () => {
  const comparison = { slugs: ["a/x:free", "b/y"], isDifferenceOnly: true, workload: usualWorkload };
  expect(compareAddress(comparison, ".md")).toBe("/compare.md?models=a/x:free,b/y&diff=1");
  expect(compareAddress({ ...comparison, baseline: "b/y", workload: { ...usualWorkload, input: 1_000_000 } })).toBe("/compare?models=a/x:free,b/y&diff=1&base=b/y&input=1000000");
  expect(compareAddress({ ...comparison, baseline: "gone/away" })).not.toContain("base");
  expect(new URL(compareAddress({ ...comparison, slugs: ["a/x&y#z"] }), "http://h").searchParams.get("models")).toBe("a/x&y#z");
  expect(compareAddress({ ...comparison, slugs: [], isDifferenceOnly: false })).toBe("/compare");
});

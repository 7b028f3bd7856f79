import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { hues, huesOf } from "./hues.ts";
import { Sparkline } from "./sparkline.tsx";
import { fiveTicks } from "./scale.ts";
import { dailyTable, StackedBars, type Day } from "./stacked-bars.tsx";
import { csvOfTable } from "./table.ts";
import { stateOf, UptimeStrip } from "./uptime-strip.tsx";

const dayMs = 86_400_000;
const first = Date.UTC(2026, 7, 5);
const days: readonly Day[] = Array.from({ length: 90 }, (_, index) => ({ at: first + index * dayMs, values: index === 40 ? undefined : [index * 1000, 500] }));

describe("stacked bars", () => {
  const html = renderToStaticMarkup(<StackedBars id="tokens" title="Tokens processed per day" source="90 days · measured here" unit="token" series={["Prompt", "Completion"]} days={days} isLastSoFar />);

  test("are a figure with a name, a sentence and the source of the figures", () => {
    expect(html).toContain('<figure class="chart" id="tokens" aria-labelledby="tokens-title"');
    expect(html).toContain("4.01M tokens in 90 days; most on Nov 2, 2026 (89.5K); 89.5K so far today.");
    expect(html).toContain("90 days · measured here");
  });

  test("have the same numbers in their table, a row a day, gaps as gaps", () => {
    expect(html.match(/<th scope="row"/g)).toHaveLength(90);
    expect(html).toContain('<td class="numeric" data-value="89000">89,000</td><td class="numeric" data-value="500">500</td><td class="numeric" data-value="89500">89,500</td>');
    expect(html).toContain('Sep 14, 2026</th><td class="numeric" data-value="">—</td>');
  });

  test("start at zero, with five ticks, their unit, and a date each seventh day; today is so far", () => {
    expect(html).toContain('class="zero-line"');
    expect([...html.matchAll(/<text x="42"[^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual(["0", "25K", "50K", "75K", "100K"]);
    expect(html).toContain('<p class="chart-unit">tokens a day</p>');
    expect(html.match(/<text[^>]*>[A-Z][a-z]{2} \d+<\/text>/g)).toHaveLength(12);
    expect(html).toMatch(/<text[^>]*>so far<\/text>/);
    expect(html).toContain('data-so-far="89" fill="url(#tokens-so-far)"');
  });

  test("draw what the table says, a shape a series, and a gap where there is no day", () => {
    const drawn = [...html.matchAll(/data-series="\d" d="([^"]*)"/g)].map(([, path = ""]) => barsIn(path));
    expect(drawn.map((bars) => bars.get(89)?.tall)).toEqual([178, 1]);
    expect(drawn.map((bars) => bars.get(89)?.top)).toEqual([22, 21]);
    expect(drawn.map((bars) => bars.get(40))).toEqual([undefined, undefined]);
    expect([...barsIn(/class="chart-gap" d="([^"]*)"/.exec(html)?.[1] ?? "").keys()]).toEqual([40]);
  });

  test("can be walked, and say for print and forced colours which series is which", () => {
    expect(html.match(/data-point="/g)).toHaveLength(90);
    expect(html.match(/<pattern id="tokens-pattern-\d"/g)).toHaveLength(2);
    expect(html.match(/<button[^>]*aria-pressed="true" data-switch="\d"/g)).toHaveLength(2);
    expect([...(/<svg class="chart-plot chart-labels".*?<\/svg>/s.exec(html)?.[0] ?? "").matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual(["Completion", "Prompt"]);
  });

  test.each([{ length: 14, dates: 2 }, { length: 28, dates: 4 }, { length: 60, dates: 3 }, { length: 90, dates: 4 }])("of $length days have $dates dates where there is little room", ({ length, dates }) => {
    const narrow = renderToStaticMarkup(<StackedBars id="few" title="T" source="s" unit="token" series={["Prompt", "Completion"]} days={days.slice(0, length)} isLastSoFar />);
    expect(narrow.match(/<text x="[\d.]+%" y="[\d.]+" text-anchor="\w+">(?:[A-Z][a-z]{2} \d+|so far)<\/text>/g)).toHaveLength(dates);
  });

  test("name what is drawn beside it by what tells it apart", () => {
    const named = renderToStaticMarkup(<StackedBars id="long" title="T" source="s" unit="token" series={["Mistral: Ministral 8B", "Mistral: Ministral 3B", "Mistral Small"]} days={[{ at: first, values: [5, 6, 7] }, { at: first + dayMs, values: [5, 6, 7] }]} />);
    expect([...named.matchAll(/<text x="8"[^>]*>([^<]*)</g)].map(([, text]) => text).toSorted()).toEqual(["Ministral 3B", "Ministral 8B", "Mistral Small"]);
  });

  test("say so when there is nothing", () => {
    const empty = renderToStaticMarkup(<StackedBars id="none" title="T" source="s" unit="token" series={["Prompt"]} days={[{ at: first, values: [0] }]} />);
    expect(empty).toContain("No tokens in 1 day.");
  });
});

/** The bars of a shape, by their day. */
function barsIn(path: string): ReadonlyMap<number, { readonly top: number; readonly tall: number }> {
  return new Map([...path.matchAll(/M([\d.]+) ([\d.]+)h[\d.]+v([\d.]+)/g)].map(([, x, top, tall]) => [Math.floor(Number(x) / 10), { top: Number(top), tall: Number(tall) }]));
}

describe("the five ticks", () => {
  test.each([[0, 4], [1, 4], [9, 12], [89_500, 100_000], [205, 240], [210_000_000, 240_000_000], [5_000_001, 6_000_000]])("of %d end at %d", (most, last) => expect(fiveTicks(most).at(-1)).toBe(last));
  test("reach over any value in equal, whole steps, by no more than half of it", () => fc.assert(fc.property(fc.integer({ min: 8, max: 1e15 }), (most) => {
    const ticks = fiveTicks(most);
    const step = ticks[1] ?? Number.NaN;
    expect([ticks.length, ticks[0], Number.isInteger(step)]).toEqual([5, 0, true]);
    expect(ticks).toEqual([0, step, 2 * step, 3 * step, 4 * step]);
    expect(step * 4).toBeGreaterThanOrEqual(most);
    expect(step * 4).toBeLessThanOrEqual(most * 1.5 + 4);
  })));
});

test("a table is its CSV", () => {
  expect(csvOfTable(dailyTable({ series: ["Prompt"], days: [{ at: first, values: [1200] }, { at: first + dayMs, values: undefined }] }))).toBe("Day,Prompt\r\n2026-08-05,1200\r\n2026-08-06,");
});

test("an uptime strip says in words what it shows", () => {
  const html = renderToStaticMarkup(<UptimeStrip label="Uptime of Lantern" ticks={[{ label: "a", share: 1 }, { label: "b", share: 0.97 }, { label: "c", share: 0.5 }, { label: "d", share: undefined }]} />);
  expect(html).toContain('aria-label="Uptime of Lantern: 1 good, 1 degraded, 1 down, 1 without traffic"');
  expect([1, 0.995, 0.99, 0.95, 0.1, undefined].map(stateOf)).toEqual(["ok", "ok", "degraded", "degraded", "down", "none"]);
});

test("a sparkline names its range and leaves gaps", () => {
  const html = renderToStaticMarkup(<Sparkline label="Tokens a day" values={[1, undefined, 3]} format={String} />);
  expect(html).toContain('aria-label="Tokens a day: 1 to 3, last 3"');
  expect(html.match(/M/g)).toHaveLength(2);
  expect(renderToStaticMarkup(<Sparkline label="x" values={[]} format={String} />)).toContain("—");
});

describe("hues", () => {
  test("are the same for a name wherever it is alone", () => expect(huesOf(["Lantern"])).toEqual(huesOf(["Lantern", "Gale"]).slice(0, 1)));
  test("never meet in one chart, and the rest are other", () => {
    const names = Array.from({ length: 12 }, (_, index) => `series ${index}`);
    const given = huesOf(names);
    expect(new Set(given.slice(0, 7)).size).toBe(7);
    expect(given.slice(0, 7).every((hue) => (hues as readonly string[]).includes(hue))).toBe(true);
    expect(given.slice(7)).toEqual(Array.from({ length: 5 }, () => "other"));
  });
});

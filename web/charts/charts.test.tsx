import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { hues, huesOf } from "./hues.ts";
import { Sparkline } from "./sparkline.tsx";
import { StackedBars, type Day } from "./stacked-bars.tsx";
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
    expect(html).toContain('Sep 14, 2026</th><td class="numeric">—</td>');
    expect(html).toContain("Sep 14, 2026: no data");
  });

  test("start at zero and have a date each seventh day", () => {
    expect(html).toContain('class="zero-line"');
    expect(html.match(/<text[^>]*>[A-Z][a-z]{2} \d+<\/text>/g)).toHaveLength(13);
  });

  test("say so when there is nothing", () => {
    const empty = renderToStaticMarkup(<StackedBars id="none" title="T" source="s" unit="token" series={["Prompt"]} days={[{ at: first, values: [0] }]} />);
    expect(empty).toContain("No tokens in 1 day.");
  });
});

test("an uptime strip says in words what it shows", () => {
  const html = renderToStaticMarkup(<UptimeStrip label="Uptime of Lantern" ticks={[{ label: "a", share: 1 }, { label: "b", share: 0.97 }, { label: "c", share: 0.5 }, { label: "d", share: undefined }]} />);
  expect(html).toContain('aria-label="Uptime of Lantern: 1 good, 1 degraded, 1 down, 1 without traffic"');
  expect([1, 0.99, 0.98, 0.95, 0.1, undefined].map(stateOf)).toEqual(["ok", "ok", "degraded", "degraded", "down", "none"]);
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

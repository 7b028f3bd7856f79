import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { UptimeFigure } from "./uptime-figure.tsx";

const hour = 3_600_000;
const start = Date.UTC(2026, 6, 20);
const point = (index: number, share: number | undefined, n: number) => ({ at: start + index * hour, share, n });
const draw = (share: number | undefined, n: number, points: readonly ReturnType<typeof point>[]) =>
  renderToStaticMarkup(<UptimeFigure id="up" title="Uptime of Gale" unit="hour" share={share} n={n} points={points} source="here" />);

test("an uptime figure says in a sentence what its ticks show, and has their numbers as a table", () => {
  const html = draw(0.975, 40, [point(0, 1, 20), point(1, 0.97, 10), point(2, 0.5, 10), point(3, undefined, 0)]);
  expect(html).toContain("97.50% of 40 attempts succeeded; 1 hour degraded, 1 hour down, 1 hour without traffic.");
  expect(html).toContain('data-value="0.97">97.00%</td><td class="numeric" data-value="10">10</td>');
  expect(html).toContain(">no traffic</td>");
});

test("it has no percentage of few attempts, and no sentence about none", () => {
  expect(draw(0.5, 2, [point(0, 0.5, 2)])).toContain("not enough data (n = 2); 1 hour down.");
  expect(draw(undefined, 0, [point(0, undefined, 0)])).toContain("No attempts in this time.");
});

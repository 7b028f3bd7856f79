import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { ModelRow } from "../catalog/model-row.ts";
import { ModelScatter } from "./model-scatter.tsx";

const base: ModelRow = { slug: "", name: "", author: "acme", authorName: "Acme", summary: "", createdAt: 0, context: 128_000, inputs: ["text"], outputs: ["text"], parameters: [], providers: 1 };
const models: readonly ModelRow[] = [
  { ...base, slug: "acme/gift", name: "Acme: Gift", prompt: "0", completion: "0", figures: { throughput: 20 } },
  { ...base, slug: "acme/open", name: "Acme: Open", prompt: "0.1", completion: "0.2", openWeights: true, figures: { throughput: 80, weekly_tokens: 4_000_000 } },
  { ...base, slug: "acme/dear", name: "Acme: Dear", prompt: "20", completion: "60", figures: { throughput: 50, weekly_tokens: 1_000_000 } },
];
const html = renderToStaticMarkup(<ModelScatter models={models} axes={{ x: "price", y: "throughput" }} source="7 days · measured here" />);

describe("the scatter of models", () => {
  test("has a mark a model that leads to it, open weights round, others not", () => {
    expect(html.match(/<a href="\.\/acme\/\w+" data-point=/g)).toHaveLength(3);
    expect(html.match(/<title>Open: \$0\.10, 80\.0 tok\/s<\/title><circle class="point-open"/g)).toHaveLength(1);
    expect(html.match(/<title>[^<]*<\/title><svg[^>]*><path class="point-closed"/g)).toHaveLength(2);
  });

  test("tells tokens by area: four times as many, twice as wide", () => {
    const open = Number(/<title>Open:[^<]*<\/title><circle[^>]* r="([\d.]+)"/.exec(html)?.[1]);
    const dear = Number(/<title>Dear:[^<]*<\/title><svg[^>]*><path class="point-closed" d="M0 -([\d.]+)/.exec(html)?.[1]);
    // A square on its tip of this reach has the area of a circle of 1 / 1.2533 of it.
    expect(dear / 1.2533).toBeCloseTo(open / 2, 0);
  });

  test("gives what costs nothing a place of its own, and prices an axis of powers", () => {
    expect([...html.matchAll(/<text[^>]*y="478"[^>]*>([^<]+)</g)].map(([, text]) => text)).toEqual(["Free", "$0.10", "$0.20", "$0.50", "$1", "$2", "$5", "$10", "$20"]);
  });

  test("has the same numbers in a table that leads to the models too", () => {
    expect(html).toContain('<th scope="row" data-value="acme/open"><a href="./acme/open">Open</a></th><td class="numeric" data-value="0.1">$0.10</td><td class="numeric" data-value="80">80.0 tok/s</td><td class="numeric" data-value="4000000">4M</td><td class="numeric" data-value="yes">yes</td><td class="numeric" data-value="yes">yes</td>');
  });

  test("has its points in the order of the rows, none of them a stop of the tab key", () => {
    const points = [...html.matchAll(/<a href="(\.\/acme\/\w+)" data-point="(\d)" tabindex="-1"/g)].toSorted(([, , one], [, , other]) => Number(one) - Number(other));
    expect(points.map(([, href]) => href)).toEqual([...html.matchAll(/<th scope="row"[^>]*><a href="([^"]+)"/g)].map(([, href]) => href));
  });

  test("of nothing says so and draws nothing", () => {
    const empty = renderToStaticMarkup(<ModelScatter models={[]} axes={{ x: "price", y: "latency" }} source="" />);
    expect(empty).toContain("No model to draw.");
    expect(empty).not.toContain("chart-grid");
  });
});

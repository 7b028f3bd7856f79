import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Figures, ModelRow } from "./model-row.ts";
import { plotOf } from "./plot.ts";

function model(slug: string, prompt: string | undefined, figures: Figures = {}, context = 1000): ModelRow {
  return {
    slug, name: `Acme: ${slug}`, author: "acme", authorName: "Acme", summary: "", createdAt: 0, context, inputs: ["text"], outputs: ["text"], parameters: [], providers: 1, figures,
    ...(prompt === undefined ? {} : { prompt, completion: "1" }),
  };
}

const throughput = { x: "price", y: "throughput" } as const;
const latency = { x: "price", y: "latency" } as const;

describe("the line of the scatter", () => {
  test("joins those that no other is both cheaper and faster than", () => {
    const { points, summary } = plotOf([
      model("dear-fast", "3", { throughput: 90 }), model("cheap", "0.1", { throughput: 40 }), model("dear-slow", "3", { throughput: 30 }), model("middle", "1", { throughput: 60 }), model("beaten", "1.5", { throughput: 60 }),
      model("unknown", "1"), model("unpriced", undefined, { throughput: 50 }),
    ], throughput);
    expect(points.map(({ slug, isLeading }) => [slug, isLeading])).toEqual([["cheap", true], ["middle", true], ["beaten", false], ["dear-fast", true], ["dear-slow", false]]);
    expect(summary).toBe("5 models by input price and throughput. The fastest: dear-fast, 90.0 tok/s for $3.00. The line joins the 3 that no other is both cheaper and faster than. 1 model has no measured speed here. 1 model has no listed price.");
  });

  test("counts less as better where it is time", () => {
    const { points } = plotOf([model("slow", "0.1", { latency: 900 }), model("quick", "1", { latency: 200 }), model("beaten", "2", { latency: 300 })], latency);
    expect(points.filter(({ isLeading }) => isLeading).map(({ slug }) => slug)).toEqual(["slow", "quick"]);
  });

  test("leaves nobody out who is beaten by none", () => {
    const rows = fc.array(fc.record({ price: fc.integer({ min: 0, max: 9 }), speed: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(rows, (models) => {
      const { points } = plotOf(models.map(({ price, speed }, index) => model(`m${index}`, String(price), { throughput: speed })), throughput);
      for (const point of points) {
        const isBeaten = points.some((other) => other.x <= point.x && other.y >= point.y && (other.x < point.x || other.y > point.y));
        // Of several at one place the first stands for all.
        if (isBeaten || point.isLeading) expect(point.isLeading).toBe(!isBeaten);
        else expect(points.some((other) => other.isLeading && other.x === point.x && other.y === point.y)).toBe(true);
      }
    }));
  });
});

test("where nothing is measured the height is the context, and the sentence says so", () => {
  const plot = plotOf([model("a", "1"), model("b", "2", {}, 8000)], throughput);
  expect([plot.y, plot.points.map(({ y }) => y)]).toEqual(["context", [1000, 8000]]);
  expect(plot.summary).toMatch(/^Nothing among these has a measured throughput here yet, so the height is the context\. 2 models/);
});

test("a blended price is three parts input and one part output", () => {
  expect(plotOf([model("a", "0.2")], { x: "blended", y: "context" }).points[0]?.x).toBeCloseTo(0.4, 12);
});

test("nothing found is nothing drawn", () => {
  expect(plotOf([], throughput)).toMatchObject({ y: "throughput", points: [], summary: "No model to draw." });
});

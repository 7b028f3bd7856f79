import fc from "fast-check";
import { expect, test } from "vitest";
import { boxOf, overlap, placeLabels, tried, type Labelled, type Obstacle } from "./place-labels.ts";

const height = 460;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const points = fc.array(
  fc.record({ x: share, y: fc.double({ min: 0, max: height, noNaN: true }), radius: fc.constantFrom(4, 9, 19), text: fc.constantFrom("o", "Ministral 8B", "Qwen3 235B A22B Instruct…"), prefers: fc.constantFrom("above" as const, "below" as const) }),
  { minLength: 1, maxLength: 14 },
);

function marksOf(labelled: readonly Labelled[]): readonly Obstacle[] {
  return labelled.map(({ x, y, radius }) => ({ from: x, to: x, top: y - radius, bottom: y + radius, margin: radius }));
}

test("labels stand within the drawing, on no other and on no mark, at every width", () => {
  fc.assert(fc.property(points, (labelled) => {
    const obstacles = marksOf(labelled);
    const placed = placeLabels(labelled, { obstacles, height });
    for (const width of tried) {
      const boxes = placed.filter(({ from }) => from <= width).map((one) => boxOf(labelled[one.index] as Labelled, one, width));
      for (const [at, box] of boxes.entries()) {
        expect([box.left >= 0, box.right <= width, box.top >= 0, box.bottom <= height]).toEqual([true, true, true, true]);
        expect(boxes.slice(at + 1).some((other) => overlap(box, other))).toBe(false);
        expect(obstacles.some(({ from, to, top, bottom, margin }) => overlap(box, { left: from * width - margin, right: to * width + margin, top, bottom }))).toBe(false);
      }
    }
  }), { numRuns: 200 });
});

test("a point that stands alone has its label, and the most important of a crowd", () => {
  const alone: Labelled = { x: 0.5, y: 200, radius: 4, text: "Ministral 8B" };
  expect(placeLabels([alone], { obstacles: marksOf([alone]), height })).toMatchObject([{ index: 0, from: tried[0] }]);
  const crowd = Array.from({ length: 30 }, (): Labelled => alone);
  expect(placeLabels(crowd, { obstacles: marksOf([alone]), height })[0]).toMatchObject({ index: 0 });
});

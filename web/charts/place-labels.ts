/** Where labels of points stand, so that none covers another at any width the drawing can have. */

export interface Labelled {
  /** From 0 (left) to 1, because the width is the reader's. */
  readonly x: number;
  /** In pixels from the top. */
  readonly y: number;
  /** Of the mark, in pixels. */
  readonly radius: number;
  readonly text: string;
  /** Where to try first: marks lead to the left and upwards, say. */
  readonly prefers?: "above" | "below";
}

/** What labels may not cover: a mark, a piece of a line. Across from 0 to 1 and then `margin` pixels, down in pixels. */
export interface Obstacle {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
  readonly margin: number;
}

export interface Placed {
  /** Of the labelled point. */
  readonly index: number;
  /** From the point, in pixels, to the baseline at the anchor. */
  readonly dx: number;
  readonly dy: number;
  readonly anchor: "start" | "middle" | "end";
  /** Stands on drawings from this many pixels on. */
  readonly from: number;
}

/** Widths at which the labels are tried: between two of them points only move apart. */
export const tried = [260, 320, 420, 560, 640, 760, 900, 1080, 1280] as const;
/** Labels that do not fit a telephone stand from here on. */
export const wideFrom = 640;

const letterWidth = 6.2;
const lineHeight = 13;
const gap = 4;

/** In the order of importance: each takes the first place beside its point that is free, or none. */
export function placeLabels(points: readonly Labelled[], { obstacles, height }: { readonly obstacles: readonly Obstacle[]; readonly height: number }): readonly Placed[] {
  const placed: Placed[] = [];
  for (const from of [tried[0], wideFrom]) {
    const widths = tried.filter((width) => width >= from);
    for (const [index, point] of points.entries()) {
      if (placed.some((one) => one.index === index)) continue;
      const place = places(point).find((one) => widths.every((width) => isFree({ ...one, index, from }, { points, placed, obstacles, width, height })));
      if (place !== undefined) placed.push({ ...place, index, from });
    }
  }
  return placed;
}

function places({ radius, prefers }: Labelled): readonly Pick<Placed, "dx" | "dy" | "anchor">[] {
  const middle = lineHeight / 3;
  const above = -radius - gap;
  const below = radius + gap + lineHeight * 0.75;
  const corner = radius * 0.75 + gap;
  const upper = [{ dx: -corner + gap, dy: -corner, anchor: "end" }, { dx: 0, dy: above, anchor: "middle" }, { dx: corner - gap, dy: -corner, anchor: "start" }] as const;
  const lower = [{ dx: -corner + gap, dy: corner + lineHeight * 0.75, anchor: "end" }, { dx: 0, dy: below, anchor: "middle" }, { dx: corner - gap, dy: corner + lineHeight * 0.75, anchor: "start" }] as const;
  const beside = [{ dx: radius + gap, dy: middle, anchor: "start" }, { dx: -radius - gap, dy: middle, anchor: "end" }] as const;
  if (prefers === undefined) return [...beside, ...upper, ...lower];
  return prefers === "above" ? [...upper, ...beside, ...lower] : [...lower, ...beside, ...upper];
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function boxOf({ x, y, text }: Labelled, { dx, dy, anchor }: Pick<Placed, "dx" | "dy" | "anchor">, width: number): Box {
  const length = text.length * letterWidth;
  const left = x * width + dx - (anchor === "start" ? 0 : anchor === "end" ? length : length / 2);
  return { left, right: left + length, top: y + dy - lineHeight * 0.8, bottom: y + dy + lineHeight * 0.2 };
}

export function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

interface Ground {
  readonly points: readonly Labelled[];
  readonly placed: readonly Placed[];
  readonly obstacles: readonly Obstacle[];
  readonly width: number;
  readonly height: number;
}

function isFree(label: Placed, { points, placed, obstacles, width, height }: Ground): boolean {
  const point = points[label.index];
  if (point === undefined) return false;
  const box = boxOf(point, label, width);
  if (box.left < 0 || box.right > width || box.top < 0 || box.bottom > height) return false;
  return (
    obstacles.every(({ from, to, top, bottom, margin }) => !overlap(box, { left: from * width - margin, right: to * width + margin, top, bottom })) &&
    placed.every((other) => other.from > width || !overlap(box, boxOf(points[other.index] ?? point, other, width)))
  );
}

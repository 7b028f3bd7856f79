/** Where prices and figures stand in the scatter. */

import { scaleLinear, scaleLog } from "d3-scale";
import type { Plot } from "../catalog/plot.ts";
import { price } from "../format/price.ts";

export interface Scales {
  /** Of a price, from 0 (left) to 1. */
  readonly left: (price: number) => number;
  /** In pixels. */
  readonly top: (value: number) => number;
  readonly xTicks: readonly { readonly value: number; readonly text: string; readonly isMajor: boolean }[];
  readonly yTicks: readonly number[];
  /** Where the place of what costs nothing ends, which a logarithm has none for. */
  readonly freeUntil: number | undefined;
}

const freeAt = 0.035;
const freeEnd = 0.075;
/** Room for the marks at the edges. */
const edge = 0.03;
const topEdge = 24;

export function scatterScales({ points, y }: Plot, height: number): Scales {
  const paid = points.map(({ x }) => x).filter((x) => x > 0);
  const hasFree = paid.length < points.length;
  const from = hasFree ? freeEnd + edge : edge;
  const [least, most] = paid.length === 0 ? [0.1, 10] : [Math.min(...paid), Math.max(...paid)];
  // One price alone would stand on a scale of no length.
  const across = scaleLog(least === most ? [least / 3, most * 3] : [least, most], [from, 1 - edge]);
  const left = (x: number): number => (x === 0 ? freeAt : across(x));
  const ticks = decades(least === most ? least / 3 : least, least === most ? most * 3 : most);
  return {
    left, ...heightScale(points.map((point) => point.y), { isLogarithmic: y === "context", height }),
    xTicks: [...(hasFree ? [{ value: 0, text: "Free", isMajor: true }] : []), ...ticks], freeUntil: hasFree ? freeEnd : undefined,
  };
}

function heightScale(values: readonly number[], { isLogarithmic, height }: { readonly isLogarithmic: boolean; readonly height: number }): Pick<Scales, "top" | "yTicks"> {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!isLogarithmic) {
    // From zero, unless that leaves most of the drawing empty: points, unlike bars, need no zero.
    const bottom = low > high * 0.35 ? low - (high - low) * 0.15 : 0;
    const scale = scaleLinear([Math.max(0, bottom), high === 0 ? 1 : high * 1.04], [height, topEdge]);
    return { top: scale, yTicks: scale.ticks(6) };
  }
  const scale = scaleLog([low / 1.3, high * 1.1], [height, topEdge]);
  return { top: scale, yTicks: contextTicks.filter((tick) => tick >= low / 1.3 && tick <= high * 1.1) };
}

const contextTicks = [1e3, 4e3, 16e3, 64e3, 256e3, 1e6, 4e6, 16e6];

/** Powers of ten, and twos and fives between them. */
function decades(least: number, most: number): Scales["xTicks"] {
  const ticks: { readonly value: number; readonly text: string; readonly isMajor: boolean }[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++) {
    for (const step of [1, 2, 5]) {
      const value = Number((step * 10 ** power).toPrecision(1));
      if (value >= least && value <= most) ticks.push({ value, text: price(value.toFixed(Math.max(2, -power))).replace(/\.00$/, ""), isMajor: step === 1 });
    }
  }
  return ticks;
}

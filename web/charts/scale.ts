/** Where values are drawn: shared by the server, which draws, and the browser, which draws again what is left when a series is switched off. */

export const plotHeight = 200;

/** The width of a day in units of the drawing. */
export const unitsPerDay = 10;
const gap = 1.5;

/** Zero and four steps of a round size, the last at or above `most`. */
export function fiveTicks(most: number): readonly number[] {
  const least = Math.max(1, most / 4);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.ceil((roundSteps.find((round) => round * power >= least) ?? 10) * power);
  return [0, 1, 2, 3, 4].map((count) => count * step);
}

const roundSteps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** Pixels from the top. */
export function heightAt(value: number, max: number): number {
  return plotHeight * (1 - value / max);
}

/** The bars of one series, a day each, as one shape: a chart may have hundreds. They stand on `below`; undefined is a day without data. */
export function barsPath(values: readonly (number | undefined)[], below: readonly number[], max: number): string {
  return values.map((value, day) => {
    if (value === undefined || value <= 0) return "";
    const tall = Math.max(0.5, (plotHeight * value) / max);
    return bar(day, heightAt(below[day] ?? 0, max) - tall, tall);
  }).join("");
}

/** From `top`, in pixels, downwards. */
export function bar(day: number, top: number, tall: number): string {
  const width = unitsPerDay - gap;
  return `M${day * unitsPerDay + gap / 2} ${fixed(top)}h${width}v${fixed(tall)}h-${width}z`;
}

/** What stands on what: of each series the sum of those before it, by the day. */
export function floorsOf(series: readonly (readonly (number | undefined)[])[]): readonly (readonly number[])[] {
  const sums: number[] = (series[0] ?? []).map(() => 0);
  return series.map((values) => {
    const floor = [...sums];
    for (const [day, value] of values.entries()) sums[day] = (sums[day] ?? 0) + (value ?? 0);
    return floor;
  });
}

function fixed(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}

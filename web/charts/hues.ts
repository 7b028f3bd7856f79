/** The colours of series: eight compass hues (styles/tokens.css) and one for the rest. */

export const hues = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
export type Hue = (typeof hues)[number] | "other";

/** More named series than this merge into "Other". */
export const seriesMax = 7;

/**
 * A hue for each name, in order of size: its own wherever it can be, so that a name keeps its colour on all pages; on a
 * clash the later one takes the next that is free. Names beyond {@link seriesMax} are "other".
 */
export function huesOf(names: readonly string[]): readonly Hue[] {
  const taken = new Set<Hue>();
  return names.map((name, index) => {
    if (index >= seriesMax || name === "Other") return "other";
    const own = hash(name) % hues.length;
    const hue = hues.find((_, step) => !taken.has(hueAt(own + step)));
    const free = hue === undefined ? "other" : hueAt(own + hues.indexOf(hue));
    taken.add(free);
    return free;
  });
}

function hueAt(index: number): Hue {
  return hues[index % hues.length] ?? "other";
}

/** FNV-1a: the same name, the same number, on every machine. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

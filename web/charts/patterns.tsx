/** A pattern for each series, instead of its colour where colours are not seen: in print and in forced colours (styles/charts.css). */

import type { Hue } from "./hues.ts";

interface PatternsProps {
  /** Of the figure. */
  readonly id: string;
  readonly hues: readonly Hue[];
}

export function Patterns({ id, hues }: PatternsProps) {
  return (
    <svg className="chart-patterns" width="0" height="0" aria-hidden="true">
      <defs>
        {hues.map((hue, index) => (
          <pattern key={index} id={patternId(id, index)} width="6" height="6" patternUnits="userSpaceOnUse">
            <rect className={`pattern-ground series-${hue}`} width="6" height="6" />
            <path className={index === 0 ? "pattern-solid" : "pattern-lines"} d={strokes[index % strokes.length]} />
          </pattern>
        ))}
      </defs>
    </svg>
  );
}

/** The `fill` of a shape of that series; the stylesheet puts the colour over it where colours are seen. */
export function patternOf(id: string, index: number): string {
  return `url(#${patternId(id, index)})`;
}

function patternId(id: string, index: number): string {
  return `${id}-pattern-${index}`;
}

/** Full, then strokes in every direction, dots, and their crossings: as many as a chart has series, "Other" included. */
const strokes = ["M0 0h6v6H0z", "M-1 7 7-1M-1 1 1-1M5 7 7 5", "M-1-1 7 7M5-1 7 1M-1 5 1 7", "M0 3h6", "M3 0v6", "M2 3h2", "M-1-1 7 7M-1 7 7-1", "M0 3h6M3 0v6"];

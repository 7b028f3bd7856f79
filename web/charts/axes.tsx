/** Axes of a plot that is as wide as its place and of a fixed height: text keeps its size while the drawing stretches. */

import type { ReactNode } from "react";
import { date } from "../format/time.ts";

export const plotHeight = 200;
const axisHeight = 22;

interface PlotProps {
  readonly valueTicks: readonly { readonly value: number; readonly text: string }[];
  /** Of a value, in pixels from the top; 0 to {@link plotHeight}. */
  readonly y: (value: number) => number;
  readonly dateTicks: readonly DateTick[];
  /** The width of the drawing in its own units. */
  readonly units: number;
  /** Shapes in `units` by {@link plotHeight}. */
  readonly children: ReactNode;
}

export interface DateTick {
  /** From 0 (left) to 1. */
  readonly at: number;
  readonly text: string;
  /** Left out where there is little room. */
  readonly isMinor: boolean;
}

export function Plot({ valueTicks, y, dateTicks, units, children }: PlotProps) {
  return (
    <div className="chart-grid" aria-hidden="true">
      <svg className="chart-plot chart-values" width="48" height={plotHeight + axisHeight}>
        {valueTicks.map(({ value, text }) => <text key={value} x="42" y={y(value)} dy="0.32em" textAnchor="end">{text}</text>)}
      </svg>
      <svg className="chart-plot" width="100%" height={plotHeight + axisHeight}>
        {valueTicks.map(({ value }) => <line key={value} className={value === 0 ? "zero-line" : "grid-line"} x1="0" x2="100%" y1={y(value)} y2={y(value)} />)}
        <svg viewBox={`0 0 ${units} ${plotHeight}`} width="100%" height={plotHeight} preserveAspectRatio="none">{children}</svg>
        {dateTicks.map(({ at, text, isMinor }) => (
          <text key={at} className={isMinor ? "tick-minor" : undefined} x={`${(at * 100).toFixed(2)}%`} y={plotHeight + 16} textAnchor={at < 0.04 ? "start" : at > 0.96 ? "end" : "middle"}>{text}</text>
        ))}
      </svg>
    </div>
  );
}

/** A tick every seventh of `times`, counted from the last; each fourth has room on a narrow screen. */
export function weeklyTicks(times: readonly number[]): readonly DateTick[] {
  const last = times.length - 1;
  return times.flatMap((time, index) => {
    const back = last - index;
    return back % 7 === 0 ? [{ at: (index + 0.5) / times.length, text: date(time).replace(/, \d+$/, ""), isMinor: (back / 7) % 4 !== 0 }] : [];
  });
}

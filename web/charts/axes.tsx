/** Axes of a plot that is as wide as its place and of a fixed height: text keeps its size while the drawing stretches. */

import type { ReactNode } from "react";
import { date } from "../format/time.ts";
import { plotHeight } from "./scale.ts";

const axisHeight = 22;

interface PlotProps {
  /** What the values are: "tokens a day". */
  readonly unit: string;
  readonly valueTicks: readonly { readonly value: number; readonly text: string }[];
  /** Of a value, in pixels from the top; 0 to {@link plotHeight}. */
  readonly y: (value: number) => number;
  readonly dateTicks: readonly DateTick[];
  /** The width of the drawing in its own units. */
  readonly units: number;
  /** Names of series beside what is drawn of them, where there is room. */
  readonly labels?: readonly DirectLabel[];
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

export interface DirectLabel {
  readonly text: string;
  /** Where it would stand by itself, in pixels from the top. */
  readonly y: number;
}

export function Plot({ unit, valueTicks, y, dateTicks, units, labels = [], children }: PlotProps) {
  return (
    <div className={labels.length > 0 ? "chart-grid is-labelled" : "chart-grid"} aria-hidden="true">
      <p className="chart-unit">{unit}</p>
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
      {labels.length > 0 && (
        <svg className="chart-plot chart-labels" width="112" height={plotHeight + axisHeight}>
          {apart(labels).map((label) => <text key={label.text} x="8" y={label.y} dy="0.32em">{shortened(label.text)}</text>)}
        </svg>
      )}
    </div>
  );
}

/** A narrow screen has room for so many dates. */
const narrowTicks = 4;

/** A tick every seventh of `times`, counted from the last. */
export function weeklyTicks(times: readonly number[], isLastSoFar = false): readonly DateTick[] {
  const last = times.length - 1;
  const step = Math.ceil(times.length / 7 / narrowTicks);
  return times.flatMap((time, index) => {
    const back = last - index;
    const day = date(time).replace(/, \d+$/, "");
    return back % 7 === 0 ? [{ at: (index + 0.5) / times.length, text: back === 0 && isLastSoFar ? "so far" : day, isMinor: (back / 7) % step !== 0 }] : [];
  });
}

const lineHeight = 13;
const labelMax = 17;

/** Whose model it is goes first: "Mistral: Ministral 8B" and "Mistral: Ministral 3B" differ at the end. */
function shortened(text: string): string {
  const own = text.length > labelMax ? text.replace(/^[^:]+: /, "") : text;
  return own.length > labelMax ? `${own.slice(0, labelMax - 1)}…` : own;
}

/** Labels from the bottom up, none over another: each where it belongs, or as far above as it must be; the whole heap lower if it would leave the plot. */
function apart(labels: readonly DirectLabel[]): readonly DirectLabel[] {
  let free = plotHeight;
  const placed = [...labels].sort((one, other) => other.y - one.y).map((label) => {
    const y = Math.min(label.y, free);
    free = y - lineHeight;
    return { ...label, y };
  });
  let top = lineHeight / 2;
  return placed.reverse().map((label) => {
    const y = Math.max(label.y, top);
    top = y + lineHeight;
    return { ...label, y };
  });
}

/** Bars by the day, stacked by series: tokens, requests, spend. */

import { compact, counted, exact } from "../format/number.ts";
import { missing } from "../format/price.ts";
import { date, isoDate } from "../format/time.ts";
import { Plot, weeklyTicks } from "./axes.tsx";
import { ChartFigure } from "./figure.tsx";
import { huesOf } from "./hues.ts";
import { patternOf } from "./patterns.tsx";
import { bar, barsPath, fiveTicks, floorsOf, heightAt, plotHeight, unitsPerDay } from "./scale.ts";
import type { Cell, ChartTable } from "./table.ts";

export interface StackedBarsProps {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** "token": what is counted. */
  readonly unit: string;
  /** Largest first; the last may be "Other". */
  readonly series: readonly string[];
  /** One a day, oldest first. `values` has a count for each series; undefined for a day without data. */
  readonly days: readonly Day[];
  /** Is the last day not over yet? */
  readonly isLastSoFar?: boolean;
  /** The address of the figures as CSV. */
  readonly csv?: string;
  /** Instead of the sentence made from the figures. */
  readonly summary?: string;
}

export interface Day {
  /** Its beginning, in milliseconds since the epoch. */
  readonly at: number;
  readonly values: readonly number[] | undefined;
}

export function StackedBars({ id, title, source, unit, series, days, isLastSoFar = false, summary, csv }: StackedBarsProps) {
  const totals = days.map(({ values }) => totalOf(values));
  const ticks = fiveTicks(Math.max(0, ...totals.map((total) => total ?? 0)));
  const max = ticks.at(-1) ?? 1;
  const hues = huesOf(series);
  const bySeries = series.map((_, key) => days.map(({ values }) => values?.[key]));
  const floors = floorsOf(bySeries);
  const last = days.length - 1;
  // Today says little yet, so that the names stand where the day before ended.
  const named = isLastSoFar && last > 0 ? last - 1 : last;
  return (
    <ChartFigure
      id={id} title={title} source={source} csv={csv} summary={summary ?? sentence({ days, totals, unit, isLastSoFar })}
      legend={series.length < 2 ? [] : series.map((name, index) => ({ name, hue: hues[index] ?? "other" }))}
      table={dailyTable({ series, days, isLastSoFar })}
    >
      <Plot
        unit={`${unit}s a day`} units={days.length * unitsPerDay} y={(value) => heightAt(value, max)} valueTicks={ticks.map((value) => ({ value, text: compact(value) }))} dateTicks={weeklyTicks(days.map(({ at }) => at), isLastSoFar)}
        labels={series.length < 2 ? [] : series.map((text, key) => ({ text, y: heightAt((floors[key]?.[named] ?? 0) + (bySeries[key]?.[named] ?? 0) / 2, max) }))}
      >
        <path className="chart-gap" d={totals.map((total, day) => (total === undefined ? bar(day, 0, plotHeight) : "")).join("")} />
        <g className="chart-bars" data-bars={max}>
          {bySeries.map((values, key) => <path key={key} className={`series-${hues[key] ?? "other"}`} fill={series.length < 2 ? undefined : patternOf(id, key)} data-series={key} d={barsPath(values, floors[key] ?? [], max)} />)}
        </g>
        {isLastSoFar && <SoFar id={id} day={last} tall={(plotHeight * (totals.at(-1) ?? 0)) / max} />}
        {days.map(({ at }, index) => <rect key={at} className="hit" data-point={index} x={index * unitsPerDay} width={unitsPerDay} height={plotHeight} />)}
      </Plot>
    </ChartFigure>
  );
}

/** Hatched, because the day is not over. */
function SoFar({ id, day, tall }: { readonly id: string; readonly day: number; readonly tall: number }) {
  return (
    <>
      <pattern id={`${id}-so-far`} width="5" height="5" patternUnits="userSpaceOnUse"><path className="so-far-lines" d="M-1 6 6-1M-1 1 1-1M4 6 6 4" /></pattern>
      <path className="so-far" data-so-far={day} fill={`url(#${id}-so-far)`} d={bar(day, plotHeight - tall, tall)} />
    </>
  );
}

/** A row a day, a column a series, and their total. */
export function dailyTable({ series, days, isLastSoFar = false }: Pick<StackedBarsProps, "series" | "days" | "isLastSoFar">): ChartTable {
  const hasTotal = series.length > 1;
  return {
    columns: ["Day", ...series, ...(hasTotal ? ["Total"] : [])],
    rows: days.map(({ at, values }, index) => [
      { text: date(at) + (isLastSoFar && index === days.length - 1 ? " (so far)" : ""), value: isoDate(at) },
      ...series.map((_, key) => cell(values?.[key])),
      ...(hasTotal ? [cell(totalOf(values))] : []),
    ]),
  };
}

function totalOf(values: Day["values"]): number | undefined {
  return values?.reduce((sum, value) => sum + value, 0);
}

function cell(value: number | undefined): Cell {
  return value === undefined ? { text: missing, value: "" } : { text: exact(value), value };
}

interface Told {
  readonly days: readonly Day[];
  readonly totals: readonly (number | undefined)[];
  readonly unit: string;
  readonly isLastSoFar: boolean;
}

/** "1.2M tokens in 90 days; most on Nov 3, 2026 (40K); 12K so far today." */
function sentence({ days, totals, unit, isLastSoFar }: Told): string {
  const sum = totals.reduce<number>((all, total) => all + (total ?? 0), 0);
  if (sum === 0) return `No ${unit}s in ${counted(days.length, "day")}.`;
  const most = Math.max(...totals.map((total) => total ?? 0));
  const when = days[totals.indexOf(most)]?.at;
  const today = isLastSoFar ? `; ${compact(totals.at(-1) ?? 0)} so far today` : "";
  return `${compact(sum)} ${unit}${sum === 1 ? "" : "s"} in ${counted(days.length, "day")}; most on ${date(when)} (${compact(most)})${today}.`;
}

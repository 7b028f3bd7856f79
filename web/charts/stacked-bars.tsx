/** Bars by the day, stacked by series: tokens, requests, spend. */

import { scaleLinear } from "d3-scale";
import { stack } from "d3-shape";
import { compact, counted, exact } from "../format/number.ts";
import { date, isoDate } from "../format/time.ts";
import { Plot, plotHeight, weeklyTicks } from "./axes.tsx";
import { ChartFigure } from "./figure.tsx";
import { huesOf } from "./hues.ts";

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
  const totals = days.map(({ values }) => values?.reduce((sum, value) => sum + value, 0));
  const y = scaleLinear([0, Math.max(1, ...totals.map((total) => total ?? 0))], [plotHeight, 0]).nice(ticks);
  const hues = huesOf(series);
  const layers = stack<Day, number>().keys(series.keys()).value(({ values }, key) => values?.[key] ?? 0)([...days]);
  return (
    <ChartFigure
      id={id} title={title} source={source} csv={csv} summary={summary ?? sentence({ days, totals, unit, isLastSoFar })}
      legend={series.length < 2 ? [] : series.map((name, index) => ({ name, hue: hues[index] ?? "other" }))}
      table={{
        columns: ["Day", ...series, ...(series.length < 2 ? [] : ["Total"])],
        rows: days.map(({ at, values }, index) => [
          { text: date(at) + (isLastSoFar && index === days.length - 1 ? " (so far)" : ""), value: isoDate(at) },
          ...series.map((_, key) => cell(values?.[key])),
          ...(series.length < 2 ? [] : [cell(totals[index])]),
        ]),
      }}
    >
      <Plot units={days.length * unitsPerDay} y={y} valueTicks={y.ticks(ticks).map((value) => ({ value, text: compact(value) }))} dateTicks={weeklyTicks(days.map(({ at }) => at))}>
        {days.map(({ at }, index) => (
          <g key={at} data-point={index} className={isLastSoFar && index === days.length - 1 ? "so-far" : undefined}>
            <title>{`${date(at)}: ${totals[index] === undefined ? "no data" : counted(totals[index], unit)}`}</title>
            <rect x={index * unitsPerDay} y="0" width={unitsPerDay} height={plotHeight} fill="transparent" />
            {layers.map((layer, key) => {
              const [bottom = 0, top = 0] = layer[index] ?? [];
              return top > bottom && <rect key={layer.key} className={`series-${hues[key] ?? "other"}`} x={index * unitsPerDay + gap / 2} width={unitsPerDay - gap} y={y(top).toFixed(1)} height={Math.max(0.5, y(bottom) - y(top)).toFixed(1)} />;
            })}
          </g>
        ))}
      </Plot>
    </ChartFigure>
  );
}

const unitsPerDay = 10;
const gap = 1.5;
/** With zero, five. */
const ticks = 4;

function cell(value: number | undefined): { readonly text: string; readonly value?: number } {
  return value === undefined ? { text: "—" } : { text: exact(value), value };
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

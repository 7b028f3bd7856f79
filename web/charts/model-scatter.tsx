/** Models by price and by what they give for it, with the line of those that nothing beats. */

import type { View } from "../catalog/address.ts";
import type { ModelRow } from "../catalog/model-row.ts";
import { heightAxes, plotOf, priceAxes, type Plot, type Point } from "../catalog/plot.ts";
import { compact } from "../format/number.ts";
import { Link } from "../ui/link.tsx";
import { ChartFigure } from "./figure.tsx";
import { scatterScales, type Scales } from "./scatter-scales.ts";
import { placeLabels, wideFrom, type Labelled, type Obstacle } from "./place-labels.ts";

export const plotHeight = 460;
const axisHeight = 24;

interface ModelScatterProps {
  readonly models: readonly ModelRow[];
  readonly axes: Pick<View, "x" | "y">;
  /** Window, count, time and source of the measured figures. */
  readonly source: string;
}

export function ModelScatter({ models, axes, source }: ModelScatterProps) {
  const plot = plotOf(models, axes);
  const [x, y] = [priceAxes[plot.x], heightAxes[plot.y]];
  return (
    <ChartFigure
      id="model-scatter" title={`Models by ${x.name} and ${y.name}`} summary={plot.summary} source={plot.y === "context" ? `Prices and contexts: catalog. Tokens: ${source}` : source}
      table={{
        columns: ["Model", x.title, y.title, "Tokens this week", "Open weights", "On the line"],
        rows: plot.points.map((point) => [
          { text: point.name, value: point.slug, to: `/${point.slug}` }, { text: x.text(point.x), value: point.x }, { text: y.text(point.y), value: point.y },
          { text: compact(point.tokens), value: point.tokens }, { text: point.isOpen ? "yes" : "—", value: point.isOpen ? "yes" : "" }, { text: point.isLeading ? "yes" : "—", value: point.isLeading ? "yes" : "" },
        ]),
      }}
    >
      {plot.points.length > 0 && <Drawing plot={plot} />}
      <ul className="chart-legend scatter-legend">
        <li><svg width="14" height="14" aria-hidden="true"><circle cx="7" cy="7" r="5" className="point-open" /></svg>Open weights</li>
        <li><svg width="14" height="14" aria-hidden="true"><path d="M7 1L13 7L7 13L1 7Z" className="point-closed" /></svg>Weights not published, or not known to be</li>
        <li><svg width="22" height="14" aria-hidden="true"><path d="M1 12H9V3H21" className="frontier" /></svg>Nothing is both cheaper and {y.better}</li>
        <li><svg width="34" height="14" aria-hidden="true"><circle cx="6" cy="7" r="3" className="point-size" /><circle cx="23" cy="7" r="6.5" className="point-size" /></svg>Area: tokens here this week</li>
      </ul>
    </ChartFigure>
  );
}

interface Mark extends Point {
  readonly left: number;
  readonly top: number;
  readonly radius: number;
}

function Drawing({ plot }: { readonly plot: Plot }) {
  const [x, y] = [priceAxes[plot.x], heightAxes[plot.y]];
  const scales = scatterScales(plot, plotHeight);
  const marks = marksOf(plot.points, scales);
  return (
    <div className="scatter" aria-hidden="true">
      <p className="axis-title">{y.isLowBetter ? "↓" : "↑"} {y.title}, {y.isLowBetter ? "lower" : "higher"} is better</p>
      <div className="chart-grid">
        <svg className="chart-plot chart-values" width="48" height={plotHeight + axisHeight}>
          {scales.yTicks.map((value) => <text key={value} x="42" y={scales.top(value)} dy="0.32em" textAnchor="end">{plot.y === "throughput" ? compact(value) : y.text(value)}</text>)}
        </svg>
        <svg className="chart-plot" width="100%" height={plotHeight + axisHeight}>
          <Grid scales={scales} />
          <Frontier marks={marks} />
          {marks.map((mark, row) => ({ mark, row })).toSorted((one, other) => other.mark.radius - one.mark.radius).map(({ mark, row }) => (
            <Link key={mark.slug} to={`/${mark.slug}`} data-point={row} tabIndex={-1} className={mark.isLeading ? "leading" : undefined}>
              <title>{`${mark.name}: ${x.text(mark.x)}, ${y.text(mark.y)}`}</title>
              <PointMark mark={mark} />
            </Link>
          ))}
          <Labels marks={marks} prefers={y.isLowBetter ? "below" : "above"} />
        </svg>
      </div>
      <p className="axis-title axis-title-x">{x.title}, log scale →</p>
    </div>
  );
}

const radiusMin = 4;
const radiusMax = 19;

/** The area tells the tokens; what was not used is as small as can be seen. */
function marksOf(points: readonly Point[], { left, top }: Scales): readonly Mark[] {
  const most = Math.max(1, ...points.map(({ tokens }) => tokens));
  return points.map((point) => ({ ...point, left: left(point.x), top: top(point.y), radius: Math.max(radiusMin, Math.sqrt(point.tokens / most) * radiusMax) }));
}

function PointMark({ mark: { left, top, radius, isOpen } }: { readonly mark: Mark }) {
  if (isOpen) return <circle className="point-open" cx={percent(left)} cy={top.toFixed(1)} r={radius.toFixed(1)} />;
  // As large as the circle would be.
  const reach = (radius * 1.2533).toFixed(1);
  return <svg x={percent(left)} y={top.toFixed(1)} overflow="visible"><path className="point-closed" d={`M0 -${reach}L${reach} 0L0 ${reach}L-${reach} 0Z`} /></svg>;
}

function Grid({ scales }: { readonly scales: Scales }) {
  return (
    <>
      {scales.yTicks.map((value) => <line key={value} className="grid-line" x1="0" x2="100%" y1={scales.top(value)} y2={scales.top(value)} />)}
      {scales.xTicks.map(({ value, isMajor }) => isMajor && <line key={value} className="grid-line" x1={percent(scales.left(value))} x2={percent(scales.left(value))} y1="0" y2={plotHeight} />)}
      {scales.freeUntil !== undefined && <line className="free-line" x1={percent(scales.freeUntil)} x2={percent(scales.freeUntil)} y1="0" y2={plotHeight} />}
      <line className="zero-line" x1="0" x2="100%" y1={plotHeight} y2={plotHeight} />
      {scales.xTicks.map(({ value, text, isMajor }) => (
        <g key={value} className={isMajor ? undefined : "tick-minor"}>
          <line className="zero-line" x1={percent(scales.left(value))} x2={percent(scales.left(value))} y1={plotHeight} y2={plotHeight + (isMajor ? 5 : 3)} />
          <text x={percent(scales.left(value))} y={plotHeight + 18} textAnchor="middle">{text}</text>
        </g>
      ))}
    </>
  );
}

interface Step {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

/** A stair: between two leading models the cheaper one is the best there is. */
function stairOf(marks: readonly Mark[]): readonly Step[] {
  const leading = marks.filter(({ isLeading }) => isLeading);
  return leading.map(({ left, top }, index) => ({ from: left, to: leading[index + 1]?.left ?? 1, y: top }));
}

function Frontier({ marks }: { readonly marks: readonly Mark[] }) {
  const steps = stairOf(marks);
  const path = steps.map(({ from, to, y }, index) => `${index === 0 ? `M${(from * 100).toFixed(2)} ` : "V"}${y.toFixed(1)}H${(to * 100).toFixed(2)}`).join("");
  return <svg viewBox={`0 0 100 ${plotHeight}`} width="100%" height={plotHeight} preserveAspectRatio="none"><path className="frontier" d={path} /></svg>;
}

const othersLabelled = 6;
const labelLength = 26;

/** Leading models first, from those that are used most; then the most used of the others. */
function Labels({ marks, prefers }: { readonly marks: readonly Mark[]; readonly prefers: "above" | "below" }) {
  const used = marks.toSorted((one, other) => other.tokens - one.tokens);
  const named = [...used.filter(({ isLeading }) => isLeading), ...used.filter(({ isLeading, tokens }) => !isLeading && tokens > 0).slice(0, othersLabelled)];
  const labelled = named.map(({ left, top, radius, name, isLeading }): Labelled => ({
    x: left, y: top, radius, text: name.length > labelLength ? `${name.slice(0, labelLength - 1).trimEnd()}…` : name, ...(isLeading ? { prefers } : {}),
  }));
  return (
    <>
      {placeLabels(labelled, { obstacles: obstaclesOf(marks), height: plotHeight }).map(({ index, dx, dy, anchor, from }) => {
        const label = labelled[index];
        return label !== undefined && <text key={named[index]?.slug} className={from >= wideFrom ? "point-label point-label-wide" : "point-label"} x={percent(label.x)} y={label.y.toFixed(1)} dx={dx.toFixed(1)} dy={dy.toFixed(1)} textAnchor={anchor}>{label.text}</text>;
      })}
    </>
  );
}

/** The marks, and both directions of the stair. */
function obstaclesOf(marks: readonly Mark[]): readonly Obstacle[] {
  const steps = stairOf(marks);
  return [
    ...marks.map(({ left, top, radius }) => ({ from: left, to: left, top: top - radius, bottom: top + radius, margin: radius })),
    ...steps.map(({ from, to, y }) => ({ from, to, top: y - 1, bottom: y + 1, margin: 0 })),
    ...steps.slice(1).map(({ from, y }, index) => ({ from, to: from, top: Math.min(y, steps[index]?.y ?? y), bottom: Math.max(y, steps[index]?.y ?? y), margin: 1 })),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

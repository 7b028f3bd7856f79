/** One uptime strip as a figure: the sentence, the strip, the numbers. */

import { exact, sampled, uptime } from "../format/number.ts";
import { asOf, date } from "../format/time.ts";
import { ChartFigure } from "./figure.tsx";
import { stateOf, UptimeStrip, type TickState } from "./uptime-strip.tsx";

export interface UptimePoint {
  /** When the hour or the day begins, in milliseconds since the epoch. */
  readonly at: number;
  /** Of the counted attempts, those that succeeded; undefined where there were none. */
  readonly share: number | undefined;
  readonly n: number;
}

interface UptimeFigureProps {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly unit: "hour" | "day";
  /** Of all points together. */
  readonly share: number | undefined;
  readonly n: number;
  readonly points: readonly UptimePoint[];
  readonly source: string;
}

export function UptimeFigure({ id, title, unit, share, n, points, source }: UptimeFigureProps) {
  const label = (at: number) => (unit === "hour" ? asOf(at) : date(at));
  return (
    <ChartFigure
      id={id} title={title} source={source} summary={sentence({ share, n, points, unit })}
      table={{
        columns: [unit === "hour" ? "Hour" : "Day", "Uptime", "Attempts"],
        rows: points.map((point) => [
          { text: label(point.at), value: new Date(point.at).toISOString() },
          point.share === undefined ? { text: "no traffic", value: "" } : { text: uptime(point.share), value: point.share }, { text: exact(point.n), value: point.n },
        ]),
      }}
    >
      <UptimeStrip label={title} ticks={points.map((point) => ({ label: point.n === 0 ? label(point.at) : `${label(point.at)} (n = ${exact(point.n)})`, share: point.share }))} />
      <p className="strip-ends" aria-hidden="true"><span>{label(points[0]?.at ?? 0)}</span><span>{unit === "hour" ? "this hour" : "today"}</span></p>
    </ChartFigure>
  );
}

/** "99.71% of 1,204 attempts succeeded; 3 hours degraded, 1 down, 12 without traffic." */
function sentence({ share, n, points, unit }: Pick<UptimeFigureProps, "share" | "n" | "points" | "unit">): string {
  if (n === 0) return "No attempts in this time.";
  const counts = new Map<TickState, number>();
  for (const point of points) counts.set(stateOf(point.share), (counts.get(stateOf(point.share)) ?? 0) + 1);
  const parts = (["degraded", "down", "none"] as const).flatMap((state) => {
    const count = counts.get(state) ?? 0;
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? "" : "s"} ${words[state]}`];
  });
  const lead = sampled(n, () => `${uptime(share)} of ${exact(n)} attempts succeeded`);
  return `${lead}${parts.length === 0 ? "" : `; ${parts.join(", ")}`}.`;
}

const words = { degraded: "degraded", down: "down", none: "without traffic" } as const;

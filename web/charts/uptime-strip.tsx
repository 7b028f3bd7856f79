/** How it went, hour by hour or day by day: height, pattern and hue say the same. */

import { uptime } from "../format/number.ts";

export type TickState = "ok" | "degraded" | "down" | "none";

export interface UptimeTick {
  /** "Nov 3, 14:00 UTC" */
  readonly label: string;
  /** Of 1; undefined where nothing was sent. */
  readonly share: number | undefined;
}

/** Published on the status page. */
export const thresholds = { ok: 0.99, degraded: 0.95 } as const;

export function stateOf(share: number | undefined): TickState {
  if (share === undefined) return "none";
  return share >= thresholds.ok ? "ok" : share >= thresholds.degraded ? "degraded" : "down";
}

interface UptimeStripProps {
  /** "Uptime of Lantern, 72 hours": the strip's name. */
  readonly label: string;
  readonly ticks: readonly UptimeTick[];
}

const height = 24;
const heights: Readonly<Record<TickState, number>> = { ok: 1, degraded: 2 / 3, down: 1 / 3, none: 1 / 12 };

export function UptimeStrip({ label, ticks }: UptimeStripProps) {
  const states = ticks.map(({ share }) => stateOf(share));
  const count = (state: TickState) => states.filter((one) => one === state).length;
  const told = `${label}: ${count("ok")} good, ${count("degraded")} degraded, ${count("down")} down, ${count("none")} without traffic`;
  return (
    <svg className="uptime-strip" role="img" aria-label={told} viewBox={`0 0 ${ticks.length * 4} ${height}`} preserveAspectRatio="none">
      {ticks.map((tick, index) => {
        const state = states[index] ?? "none";
        const tall = height * heights[state];
        return (
          <g key={tick.label} className={`tick-${state}`}>
            <title>{`${tick.label}: ${tick.share === undefined ? "no traffic" : uptime(tick.share)}`}</title>
            <rect x={index * 4} y="0" width="4" height={height} fill="transparent" />
            <rect x={index * 4 + 0.5} y={height - tall} width="3" height={tall} />
            {state === "degraded" && <path className="tick-mark" d={`M${index * 4 + 0.5} ${height - tall / 2}h3`} />}
            {state === "down" && <path className="tick-mark" d={`M${index * 4 + 0.5} ${height - tall}l3 ${tall}m0 ${-tall}l-3 ${tall}`} />}
          </g>
        );
      })}
    </svg>
  );
}

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
export const thresholds = { ok: 0.995, degraded: 0.95 } as const;

export function stateOf(share: number | undefined): TickState {
  if (share === undefined) return "none";
  return share >= thresholds.ok ? "ok" : share >= thresholds.degraded ? "degraded" : "down";
}

interface UptimeStripProps {
  /** "Uptime of Lantern, 72 hours": the strip's name. */
  readonly label: string;
  readonly ticks: readonly UptimeTick[];
  /** Without a title for each tick, where there are many strips. */
  readonly isPlain?: boolean;
}

const height = 24;
const heights: Readonly<Record<TickState, number>> = { ok: 1, degraded: 2 / 3, down: 1 / 3, none: 1 / 12 };

export function UptimeStrip({ label, ticks, isPlain = false }: UptimeStripProps) {
  const states = ticks.map(({ share }) => stateOf(share));
  const count = (state: TickState) => states.filter((one) => one === state).length;
  const told = `${label}: ${count("ok")} good, ${count("degraded")} degraded, ${count("down")} down, ${count("none")} without traffic`;
  return (
    <svg className="uptime-strip" role="img" aria-label={told} viewBox={`0 0 ${ticks.length * 4} ${height}`} preserveAspectRatio="none">
      {tickStates.map((state) => count(state) > 0 && <path key={state} className={`tick-${state}`} d={drawn(states, state, bar)} />)}
      {(["degraded", "down"] as const).map((state) => count(state) > 0 && <path key={state} className="tick-mark" d={drawn(states, state, marks[state])} />)}
      {!isPlain && ticks.map((tick, index) => (
        <rect key={tick.label} className="hit" data-point={index} x={index * 4} width="4" height={height}><title>{`${tick.label}: ${tick.share === undefined ? "no traffic" : uptime(tick.share)}`}</title></rect>
      ))}
    </svg>
  );
}

const tickStates = ["ok", "degraded", "down", "none"] as const;

/** All ticks of a state are one shape: a page may have thousands of them. */
function drawn(states: readonly TickState[], state: TickState, shape: (x: number, tall: number) => string): string {
  return states.map((one, index) => (one === state ? shape(index * 4 + 0.5, height * heights[state]) : "")).join("");
}

function bar(x: number, tall: number): string {
  return `M${x} ${height - tall}h3v${tall}h-3z`;
}

const marks = {
  degraded: (x: number, tall: number) => `M${x} ${height - tall / 2}h3`,
  down: (x: number, tall: number) => `M${x} ${height - tall}l3 ${tall}m0 ${-tall}l-3 ${tall}`,
};

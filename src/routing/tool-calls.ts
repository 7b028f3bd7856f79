/** How often an endpoint's tool calls could be run, counted by answers that made some. Source: contract §5.3. */

import { addTo, count, createWindow, type Tally, type Window } from "./window.ts";

export interface ToolCalls {
  readonly twoHours: Window;
  readonly day: Window;
}

const hour = 60 * 60_000;
/** The contract names no least number for the rate; this is that of its uptime. */
const answersMin = 100;

export function createToolCalls(): ToolCalls {
  return { twoHours: createWindow(2 * hour, 24), day: createWindow(24 * hour, 48) };
}

export function countToolCalls({ twoHours, day }: ToolCalls, isValid: boolean, now: number): void {
  count(twoHours, isValid, now);
  count(day, isValid, now);
}

/** Answers of the last two hours whose calls were all good, and others. */
export function recentToolCalls({ twoHours }: ToolCalls, now: number): Tally {
  return addTo({ successes: 0, failures: 0 }, twoHours, 2 * hour, now);
}

/** Adds those of the last day. */
export function addDay(tally: Tally, { day }: ToolCalls, now: number): Tally {
  return addTo(tally, day, 24 * hour, now);
}

/** Per cent of answers with a bad call; null under 100 of them. */
export function toolCallErrorRate({ successes, failures }: Tally): number | null {
  const answers = successes + failures;
  return answers < answersMin ? null : Math.round((10_000 * failures) / answers) / 100;
}

/**
 * The world that policies are put into: five endpoints of one model and what befalls them. Everything is decided by the
 * seed before the first request, but for the rate limits, which answer to the traffic that a policy sends.
 * docs/simulation.md gives the reasons for the numbers.
 */

import { draw, exponential, lognormal } from "./random.ts";

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A Monday, midnight UTC. */
export const epoch = Date.UTC(2026, 0, 5);

export interface EndpointTraits {
  readonly name: string;
  /** Relative to the cheapest. */
  readonly price: number;
  /** Median milliseconds to first content while healthy, and the lognormal's spread. */
  readonly latencyMs: number;
  readonly sigma: number;
  /** Requests it accepts per request that arrives in the busiest hour. */
  readonly capacity: number;
  readonly tokensPerSecond: number;
  /** Endpoints of one cloud go down together. */
  readonly cloud: number;
  /** Errors that never stop. */
  readonly errorShare: number;
}

const standard: readonly EndpointTraits[] = [
  { name: "A", price: 1, latencyMs: 1100, sigma: 0.69, capacity: 0.8, tokensPerSecond: 60, cloud: 0, errorShare: 0 },
  { name: "B", price: 1.15, latencyMs: 750, sigma: 0.55, capacity: 1.2, tokensPerSecond: 80, cloud: 1, errorShare: 0 },
  { name: "C", price: 1.4, latencyMs: 900, sigma: 0.6, capacity: 1.6, tokensPerSecond: 70, cloud: 0, errorShare: 0 },
  { name: "D", price: 2, latencyMs: 550, sigma: 0.45, capacity: 2.2, tokensPerSecond: 100, cloud: 1, errorShare: 0 },
  { name: "E", price: 3, latencyMs: 450, sigma: 0.4, capacity: 3, tokensPerSecond: 120, cloud: 2, errorShare: 0 },
];

/** From `from` until `to`, an endpoint answers with errors or slowly. */
export interface Spell {
  readonly from: number;
  readonly to: number;
  readonly errorShare: number;
  /** Of the errors, those that are silence instead of an answer. */
  readonly hangShare: number;
  /** Multiplies the time to first content. */
  readonly slowness: number;
}

export interface World {
  readonly name: string;
  readonly seed: number;
  /** Milliseconds since the epoch of the calendar, like every time here. */
  readonly start: number;
  readonly end: number;
  readonly requestsPerSecond: number;
  readonly endpoints: readonly EndpointTraits[];
  /** Per endpoint: the condition that begins at each time, until the next. */
  readonly conditions: readonly (readonly Condition[])[];
  /** Traffic goes up and down with the hour and the weekday, and in bursts. */
  readonly isSeasonal: boolean;
  /** Callers send a failed request again, twice at most. */
  readonly callersRetry: boolean;
  /** What the scenario is about: measured apart. */
  readonly focus: Focus | undefined;
}

/** One endpoint's trouble, again and again. */
export interface Focus {
  readonly endpoint: number;
  readonly spans: readonly { readonly from: number; readonly to: number }[];
}

export interface Condition {
  readonly from: number;
  readonly errorShare: number;
  readonly hangShare: number;
  readonly slowness: number;
}

export interface WorldPlan {
  readonly name: string;
  readonly days: number;
  readonly requestsPerSecond: number;
  /** How much more often something befalls an endpoint than in the reference world; 0 for never. */
  readonly adversity: number;
  /** What befalls an endpoint by design, besides; by its place. Times from the start. */
  readonly spells?: readonly (readonly Spell[])[];
  readonly endpoints?: (standard: readonly EndpointTraits[]) => readonly EndpointTraits[];
  readonly isSeasonal?: boolean;
  readonly callersRetry?: boolean;
  readonly focus?: Focus;
}

export function createWorld(plan: WorldPlan, seed: number): World {
  const endpoints = plan.endpoints?.(standard) ?? standard;
  const span = plan.days * day;
  const conditions = endpoints.map((traits, place) => {
    const spells = [...(plan.spells?.[place] ?? [])];
    if (plan.adversity > 0) spells.push(...fatesOf(seed, place, span, plan.adversity), ...cloudOutages(seed, traits.cloud, span, plan.adversity));
    return conditionsOf(spells, traits.errorShare);
  });
  const focus = plan.focus === undefined ? undefined : { ...plan.focus, spans: plan.focus.spans.map(({ from, to }) => ({ from: epoch + from, to: epoch + to })) };
  return {
    name: plan.name, seed, start: epoch, end: epoch + span, requestsPerSecond: plan.requestsPerSecond, endpoints, conditions,
    isSeasonal: plan.isSeasonal ?? true, callersRetry: plan.callersRetry ?? false, focus,
  };
}

/** Purposes that keep the draws of one endpoint's layers apart. */
const layer = { incident: 11, blip: 12, slow: 13, cloud: 14 } as const;

function fatesOf(seed: number, place: number, span: number, adversity: number): readonly Spell[] {
  const incidents = renewals(seed, place, layer.incident, { span, meanGap: (5.4 * day) / adversity, lengthOf: (at) => incidentOf(seed, place, at) });
  const blips = renewals(seed, place, layer.blip, {
    span, meanGap: (6 * hour) / adversity,
    lengthOf: (at) => ({ length: 5 * second + exponential(luck(seed, place, at, 1), 40 * second), errorShare: 0.9, hangShare: hangShareOf(seed, place, at), slowness: 1 }),
  });
  const slow = renewals(seed, place, layer.slow, {
    span, meanGap: (12 * hour) / adversity,
    lengthOf: (at) => ({ length: 2 * minute + exponential(luck(seed, place, at, 1), 15 * minute), errorShare: 0, hangShare: 0, slowness: 3 + 5 * luck(seed, place, at, 2) }),
  });
  return [...incidents, ...blips, ...slow];
}

function cloudOutages(seed: number, cloud: number, span: number, adversity: number): readonly Spell[] {
  return renewals(seed, 100 + cloud, layer.cloud, {
    span, meanGap: (30 * day) / adversity,
    lengthOf: (at) => ({ length: lognormal(luck(seed, cloud, at, 3), luck(seed, cloud, at, 4), 70 * minute, 0.8), errorShare: 0.97, hangShare: hangShareOf(seed, cloud, at), slowness: 1 }),
  });
}

interface Befalling {
  readonly length: number;
  readonly errorShare: number;
  readonly hangShare: number;
  readonly slowness: number;
}

/** Mean gap is by the weekday; a weekend day sees 0.16 of the incidents. */
const weekendShare = 0.16;

function incidentOf(seed: number, place: number, at: number): Befalling | undefined {
  if (isWeekend(epoch + at) && luck(seed, place, at, 5) > weekendShare) return undefined;
  const isMajor = luck(seed, place, at, 6) < 0.18;
  return {
    length: Math.min(day, lognormal(luck(seed, place, at, 7), luck(seed, place, at, 8), 55 * minute, 1.25)),
    errorShare: isMajor ? 0.97 : 0.1 + 0.5 * luck(seed, place, at, 9), hangShare: hangShareOf(seed, place, at), slowness: 1,
  };
}

function hangShareOf(seed: number, place: number, at: number): number {
  return 0.25 + 0.25 * luck(seed, place, at, 10);
}

function luck(seed: number, place: number, at: number, purpose: number): number {
  return draw(seed, Math.floor(at), place, purpose);
}

interface Renewal {
  readonly span: number;
  readonly meanGap: number;
  readonly lengthOf: (at: number) => Befalling | undefined;
}

function renewals(seed: number, place: number, purpose: number, { span, meanGap, lengthOf }: Renewal): readonly Spell[] {
  const spells: Spell[] = [];
  let at = 0;
  for (let index = 0; ; index++) {
    at += exponential(draw(seed, index, place, purpose), meanGap);
    if (at >= span) return spells;
    const { length = 0, ...befalling } = lengthOf(at) ?? {};
    if (length > 0) spells.push({ errorShare: 0, hangShare: 0, slowness: 1, ...befalling, from: at, to: at + length });
    at += length;
  }
}

/** Spells that overlap add up: errors as independent chances, slowness as a factor. */
function conditionsOf(spells: readonly Spell[], errorShare: number): readonly Condition[] {
  const edges = [...new Set([0, ...spells.flatMap(({ from, to }) => [from, to])])].sort((left, right) => left - right);
  return edges.map((from) => {
    let sound = 1 - errorShare;
    let slowness = 1;
    let hangShare = 0.25;
    for (const spell of spells) {
      if (spell.from > from || spell.to <= from) continue;
      sound *= 1 - spell.errorShare;
      slowness *= spell.slowness;
      hangShare = Math.max(hangShare, spell.hangShare);
    }
    return { from: epoch + from, errorShare: 1 - sound, hangShare, slowness };
  });
}

/** In prices of an output token at the cheapest endpoint; an input token costs a quarter. */
export function priceOf(traits: EndpointTraits | undefined, { promptTokens, outputTokens }: { readonly promptTokens: number; readonly outputTokens: number }, delivered: number): number {
  return (traits?.price ?? 1) * (promptTokens / 4 + delivered * outputTokens);
}

export function isWeekend(at: number): boolean {
  const weekday = new Date(at).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** The condition at a time that never goes back. */
export function createWeather(world: World): (endpoint: number, now: number) => Condition {
  const places = world.endpoints.map(() => 0);
  return (endpoint, now) => {
    const ofEndpoint = world.conditions[endpoint] as readonly Condition[];
    let place = places[endpoint] as number;
    while (place + 1 < ofEndpoint.length && (ofEndpoint[place + 1] as Condition).from <= now) place += 1;
    places[endpoint] = place;
    return ofEndpoint[place] as Condition;
  };
}

/** One policy in one world, from the first request to the last answer, in virtual time. */

import { faults } from "../src/base/fault.ts";
import { createQueue, type Queue } from "../src/replay/queue.ts";
import { addTime } from "../src/replay/times.ts";
import { createRateLimit, fateOf, refusal, type Fate, type RateLimit } from "./fate.ts";
import { createTally, figuresOf, type Figures, type Tally } from "./measures.ts";
import type { Policy, Router } from "./policy.ts";
import { draw, mixed } from "./random.ts";
import { busiestHour, createTraffic, type Arrival } from "./traffic.ts";
import { createWeather, priceOf, second, type Condition, type EndpointTraits, type World } from "./world.ts";

export interface RunResult {
  readonly figures: Figures;
  readonly requests: number;
  /** Equal for two runs of one policy in one world. */
  readonly logHash: string;
}

export function run(world: World, policy: Policy): RunResult {
  const tally = createTally();
  const queue = createQueue<Happening>();
  const scene: Scene = {
    world, queue, tally, router: policy.start(world), weather: createWeather(world),
    limits: world.endpoints.map(({ capacity }) => createRateLimit(capacity * world.requestsPerSecond * busiestHour(world))),
  };
  const next = createTraffic(world);
  const scheduleNext = () => {
    const arrival = next();
    if (arrival !== undefined) queue.schedule(arrival.at, { kind: "arrival", arrival });
  };
  scheduleNext();
  for (let entry = queue.next(); entry !== undefined; entry = queue.next()) {
    const { at, happening } = entry;
    if (happening.kind === "arrival") {
      scheduleNext();
      accept(scene, happening.arrival, { sentAt: at, resends: 0 });
    } else if (happening.kind === "resend") accept(scene, happening.arrival, { sentAt: at, resends: happening.resends });
    else if (happening.kind === "hedge") hedge(scene, happening.leg, at);
    else if (!happening.leg.isOver) {
      if (happening.kind === "content") giveContent(scene, happening.leg, at);
      else endLeg(scene, happening.leg, at);
    }
  }
  return { figures: figuresOf(tally, world.focus), requests: tally.requests, logHash: (tally.log >>> 0).toString(16).padStart(8, "0") };
}

interface Scene {
  readonly world: World;
  readonly queue: Queue<Happening>;
  readonly tally: Tally;
  readonly router: Router;
  readonly weather: (endpoint: number, now: number) => Condition;
  readonly limits: readonly RateLimit[];
}

type Happening =
  | { readonly kind: "arrival"; readonly arrival: Arrival }
  | { readonly kind: "resend"; readonly arrival: Arrival; readonly resends: number }
  | { readonly kind: "content" | "end" | "hedge"; readonly leg: Leg };

interface Request {
  readonly arrival: Arrival;
  readonly sentAt: number;
  readonly resends: number;
  readonly isInFault: boolean;
  readonly isInFocus: boolean;
  readonly plan: readonly number[];
  tries: number;
  /** Refused for capacity: free and at once, and not counted as tries. */
  refusals: number;
  readonly running: Leg[];
  isCommitted: boolean;
}

interface Leg {
  readonly request: Request;
  readonly endpoint: number;
  readonly startedAt: number;
  readonly fate: Fate;
  readonly isFirstTry: boolean;
  isOver: boolean;
}

const triesMax = 3;
const deadlineMs = 60 * second;
const resendsMax = 2;
/** An endpoint counts as faulty from this share of errors on, and a first try as doomed from the other. */
const faultyFrom = 0.1;
const doomedFrom = 0.5;

function accept(scene: Scene, arrival: Arrival, { sentAt, resends }: { readonly sentAt: number; readonly resends: number }): void {
  const { world, tally, weather, router } = scene;
  const { focus } = world;
  const request: Request = {
    arrival, sentAt, resends, running: [], tries: 0, refusals: 0, isCommitted: false, plan: router.plan(arrival, sentAt),
    isInFault: world.endpoints.some((_, endpoint) => weather(endpoint, sentAt).errorShare >= faultyFrom),
    isInFocus: focus?.spans.some(({ from, to }) => sentAt >= from && sentAt < to) ?? false,
  };
  tally.requests += 1;
  if (request.isInFocus) tally.focus.requests += 1;
  tryNext(scene, request, sentAt);
  const [leg] = request.running;
  const hedgeMs = leg === undefined ? undefined : router.hedgeAfterMs(leg.endpoint, sentAt);
  if (leg !== undefined && hedgeMs !== undefined) scene.queue.schedule(sentAt + hedgeMs, { kind: "hedge", leg });
}

function tryNext(scene: Scene, request: Request, now: number): void {
  const { world, queue, tally, router, weather } = scene;
  const { arrival, plan, sentAt } = request;
  const endpoint = plan[request.tries] as number;
  const isFirstTry = request.tries === 0;
  request.tries += 1;
  tally.tries += 1;
  const condition = weather(endpoint, now);
  if (isFirstTry && condition.errorShare > doomedFrom) tally.doomed += 1;
  if (request.isInFocus) {
    tally.focus.tries += 1;
    if (isFirstTry && endpoint === world.focus?.endpoint) tally.focus.firstTries += 1;
  }
  const next = mayTryMore(request) ? plan[request.tries] : undefined;
  const timeoutMs = Math.min(router.timeoutMs(endpoint, arrival, { next, now }), sentAt + deadlineMs - now);
  router.started(endpoint, now);
  // What is sent again meets new luck.
  const retryAfterMs = scene.limits[endpoint]?.take(now);
  const called = request.resends === 0 ? arrival : { ...arrival, id: arrival.id + request.resends * 2 ** 29 };
  const fate = retryAfterMs !== undefined ? refusal(retryAfterMs) : fateOf({ world, arrival: called, endpoint, condition });
  const leg: Leg = { request, endpoint, startedAt: now, fate: withTimeout(fate, timeoutMs), isFirstTry, isOver: false };
  request.running.push(leg);
  fold(tally, arrival.id, endpoint + 8 * request.tries);
  const { contentMs, endMs } = leg.fate;
  if (contentMs < Infinity) queue.schedule(now + contentMs, { kind: "content", leg });
  else queue.schedule(now + endMs, { kind: "end", leg });
}

function withTimeout(fate: Fate, timeoutMs: number): Fate {
  if (Math.min(fate.contentMs, fate.endMs) <= timeoutMs) return fate;
  return { ...fate, faultCode: "upstream_timeout", contentMs: Infinity, endMs: timeoutMs };
}

function giveContent(scene: Scene, leg: Leg, now: number): void {
  const { request } = leg;
  const { tally, world } = scene;
  request.isCommitted = true;
  addTime(tally.times, now - request.sentAt);
  if (request.isInFault) addTime(tally.timesInFaults, now - request.sentAt);
  if (leg.isFirstTry && leg.endpoint === world.focus?.endpoint) {
    const ended = world.focus.spans.findLastIndex(({ to }) => leg.startedAt >= to);
    if (ended >= 0) tally.backAt[ended] ??= now;
  }
  for (const other of request.running) if (other !== leg) overtake(scene, other, now);
  scene.queue.schedule(leg.startedAt + leg.fate.endMs, { kind: "end", leg });
}

function overtake(scene: Scene, leg: Leg, now: number): void {
  if (leg.isOver) return;
  leg.isOver = true;
  if (leg.fate.isBilled) scene.tally.wasted += costOf(scene.world, leg, 0);
  scene.router.overtaken(leg.endpoint, now - leg.startedAt, now);
}

function endLeg(scene: Scene, leg: Leg, now: number): void {
  const { request, fate } = leg;
  const { tally, world, router } = scene;
  leg.isOver = true;
  const hasContent = fate.contentMs < Infinity;
  router.ended({
    endpoint: leg.endpoint, faultCode: fate.faultCode, latencyMs: hasContent ? fate.contentMs : undefined,
    outputTokens: Math.round(fate.delivered * request.arrival.outputTokens), totalMs: now - leg.startedAt, retryAfterMs: fate.retryAfterMs,
  }, request.arrival, now);
  fold(tally, request.arrival.id, Math.floor(now % 2 ** 31));
  if (fate.faultCode === undefined) {
    tally.paid += costOf(world, leg, 1);
    tally.cheapest += costOf(world, leg, 1) / (world.endpoints[leg.endpoint] as EndpointTraits).price;
    return;
  }
  if (fate.isBilled) tally.wasted += costOf(world, leg, fate.delivered);
  if (hasContent) tally.broken += 1;
  else if (!request.isCommitted) fallBack(scene, leg, now);
}

function fallBack(scene: Scene, { request, fate }: Leg, now: number): void {
  if (request.running.some((leg) => !leg.isOver)) return;
  const { faultCode } = fate;
  if (faultCode === "upstream_rate_limited") request.refusals += 1;
  const isLeft = mayTryMore(request) && now - request.sentAt < deadlineMs;
  if (isLeft && faultCode !== undefined && faults[faultCode].elsewhere && scene.router.mayRetry(faultCode, now)) tryNext(scene, request, now);
  else giveUp(scene, request, now);
}

function mayTryMore({ tries, refusals, plan }: Request): boolean {
  return tries - refusals < triesMax && tries < plan.length;
}

function giveUp(scene: Scene, request: Request, now: number): void {
  const { tally, world, queue } = scene;
  tally.failures += 1;
  if (request.isInFocus) tally.focus.failures += 1;
  if (!world.callersRetry || request.resends >= resendsMax) return;
  const pauseMs = second * (1 + 4 * draw(world.seed, request.arrival.id, request.resends, 51));
  queue.schedule(now + pauseMs, { kind: "resend", arrival: request.arrival, resends: request.resends + 1 });
}

function hedge(scene: Scene, leg: Leg, now: number): void {
  const { request } = leg;
  // A first attempt that has failed meanwhile has its fallback running.
  if (leg.isOver || request.isCommitted || request.tries > 1 || request.plan.length < 2 || !scene.router.mayHedge(request.plan.slice(0, 2), request.arrival)) return;
  scene.tally.hedges += 1;
  tryNext(scene, request, now);
}

function costOf({ endpoints }: World, leg: Leg, delivered: number): number {
  return priceOf(endpoints[leg.endpoint], leg.request.arrival, delivered);
}

function fold(tally: Tally, first: number, second: number): void {
  tally.log = mixed(tally.log ^ Math.imul(first, 0x9e3779b1) ^ mixed(second));
}

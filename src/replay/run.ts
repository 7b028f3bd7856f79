/** One policy over recorded requests, in virtual time, by the planner and the health that live requests are routed by. */

import { faults, type FaultCode } from "../base/fault.ts";
import { costOf } from "../catalog/price.ts";
import type { Endpoint } from "../catalog/model.ts";
import { mayRetry } from "../routing/budget.ts";
import type { CandidateGroup, RoutingRequest } from "../routing/candidate.ts";
import { createHealth, observe, started, type Health } from "../routing/health.ts";
import { firstContentTimeoutMs, wholeAnswerTimeoutMs } from "../routing/patience.ts";
import { decide } from "../routing/plan.ts";
import type { Policy } from "../routing/policy.ts";
import type { Conditions, Source } from "./conditions.ts";
import { createQueue, type Queue } from "./queue.ts";
import type { Recorded } from "./recorded.ts";
import { addTime, createTimes, type Times } from "./times.ts";

/** A recorded request with what is known of its endpoints today. */
export interface Subject {
  readonly recorded: Recorded;
  readonly endpoints: readonly Endpoint[];
  /** Where the record has no tokens: what the model's answers have on average. */
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number; readonly cachedTokens: number };
  /** Before the window: it teaches health, and counts nowhere. */
  readonly isWarmUp: boolean;
}

export interface RunInput {
  readonly policy: Policy;
  readonly conditions: Conditions;
  readonly timeouts: { readonly firstContentMs: number; readonly wholeAnswerMs: number };
  /** Told of each decision that counts: the endpoints to be tried, in order. */
  readonly onDecision: (recorded: Recorded, steps: readonly Endpoint[]) => void;
}

export interface Tally {
  requests: number;
  failures: number;
  tries: number;
  costNano: number;
  /** What the same answers would have cost at the cheapest of each request's endpoints. */
  cheapestNano: number;
  readonly times: Times;
  readonly firstTries: Map<string, number>;
  readonly sources: Map<Source, number>;
}

export interface Run {
  readonly tally: Tally;
  readonly accept: (subject: Subject) => void;
  /** Lets everything happen that is due by a time. */
  readonly advance: (until: number) => void;
}

export function createTally(): Tally {
  return { requests: 0, failures: 0, tries: 0, costNano: 0, cheapestNano: 0, times: createTimes(), firstTries: new Map(), sources: new Map() };
}

export function createRun(input: RunInput): Run {
  const scene: Scene = { ...input, health: createHealth(undefined, input.policy), queue: createQueue(), tally: createTally() };
  return {
    tally: scene.tally,
    accept: (subject) => scene.queue.schedule(subject.recorded.at, { kind: "arrival", subject }),
    advance: (until) => {
      for (let at = scene.queue.nextAt(); at !== undefined && at <= until; at = scene.queue.nextAt()) {
        const happening = scene.queue.next()?.happening;
        if (happening?.kind === "arrival") arrive(scene, happening.subject, at);
        else if (happening !== undefined) endAttempt(scene, happening.attempt, at);
      }
    },
  };
}

interface Scene extends RunInput {
  readonly health: Health;
  readonly queue: Queue<Happening>;
  readonly tally: Tally;
}

type Happening =
  | { readonly kind: "arrival"; readonly subject: Subject }
  | { readonly kind: "end"; readonly attempt: Attempt };

interface Attempt {
  readonly subject: Subject;
  readonly steps: readonly Endpoint[];
  readonly place: number;
  readonly faultCode: FaultCode | undefined;
  readonly hadContent: boolean;
  readonly latencyMs: number;
  readonly totalMs: number;
}

/** As the relay has it: of one model, and refusals for capacity not counted. */
const triesPerModelMost = 3;

function arrive(scene: Scene, subject: Subject, now: number): void {
  const { health, tally } = scene;
  const { recorded, endpoints, isWarmUp } = subject;
  const { steps } = decide({ groups: groupsOf(endpoints), request: requestOf(subject), health, now, seed: recorded.seed });
  const [first] = steps;
  if (first === undefined) return;
  if (!isWarmUp) {
    tally.requests += 1;
    tally.firstTries.set(first.providerName, (tally.firstTries.get(first.providerName) ?? 0) + 1);
    scene.onDecision(recorded, steps);
  }
  attempt(scene, { subject, steps, place: 0 }, now);
}

function attempt(scene: Scene, { subject, steps, place }: Pick<Attempt, "subject" | "steps" | "place">, now: number): void {
  const { health, tally, queue } = scene;
  const { recorded } = subject;
  const endpoint = steps[place] as Endpoint;
  const answer = scene.conditions.answerOf(endpoint, recorded);
  if (!subject.isWarmUp) {
    tally.tries += 1;
    tally.sources.set(answer.source, (tally.sources.get(answer.source) ?? 0) + 1);
  }
  started(health, endpoint.id, endpoint.credentialId, now);
  const { sample } = answer;
  const timeoutMs = timeoutOf(scene, { subject, steps, place }, now);
  const isLate = sample.latencyMs > timeoutMs;
  const latencyMs = Math.min(sample.latencyMs, timeoutMs);
  const hadContent = sample.hadContent && !isLate;
  const faultCode = isLate ? "upstream_timeout" : sample.faultCode;
  const totalMs = latencyMs + (hadContent && recorded.isStream ? recorded.generationMs : 0);
  const made: Attempt = { subject, steps, place, faultCode, hadContent, latencyMs, totalMs };
  if (hadContent && !subject.isWarmUp) addTime(tally.times, now + latencyMs - recorded.at);
  queue.schedule(now + totalMs, { kind: "end", attempt: made });
}

function timeoutOf({ health, timeouts }: Scene, { subject: { recorded, usage }, steps, place }: Pick<Attempt, "subject" | "steps" | "place">, now: number): number {
  const { id, credentialId } = steps[place] as Endpoint;
  const follower = steps[place + 1];
  const next = follower && { endpointId: follower.id, credentialId: follower.credentialId };
  const wait = { endpointId: id, credentialId, next };
  return recorded.isStream
    ? firstContentTimeoutMs(health, { ...wait, mostMs: timeouts.firstContentMs, promptTokens: usage.promptTokens }, now)
    : wholeAnswerTimeoutMs(health, { ...wait, mostMs: timeouts.wholeAnswerMs, outputTokensMax: usage.completionTokens }, now);
}

function endAttempt(scene: Scene, attemptMade: Attempt, now: number): void {
  const { health, tally } = scene;
  const { subject, steps, place, faultCode, hadContent, latencyMs, totalMs } = attemptMade;
  const { recorded, usage } = subject;
  const endpoint = steps[place] as Endpoint;
  const timing = !hadContent ? {} : recorded.isStream ? { latencyMs } : { wholeMs: latencyMs };
  observe(health, { endpointId: endpoint.id, credentialId: endpoint.credentialId, model: endpoint.model, faultCode, ...timing, outputTokens: usage.completionTokens, generationMs: totalMs }, now);
  if (faultCode === undefined) {
    if (!subject.isWarmUp) charge(tally, subject, endpoint);
    return;
  }
  if (hadContent) return;
  if (mayGoOn(health, attemptMade, faultCode, now)) attempt(scene, { subject, steps, place: place + 1 }, now);
  else if (!subject.isWarmUp) tally.failures += 1;
}

function mayGoOn(health: Health, { steps, place }: Attempt, faultCode: FaultCode, now: number): boolean {
  const { model } = steps[place] as Endpoint;
  const next = steps[place + 1];
  if (next === undefined || !faults[faultCode].elsewhere) return false;
  if (next.model !== model) return true;
  const tried = steps.slice(0, place + 1).filter((step) => step.model === model).length;
  return tried < triesPerModelMost && mayRetry(health, { model }, faultCode, now);
}

function charge(tally: Tally, { endpoints, usage }: Subject, served: Endpoint): void {
  tally.costNano += Number(costOf(served.pricing, usage).total);
  tally.cheapestNano += cheapestOf(endpoints, usage);
}

/** Nano-dollars at the cheapest of these. */
export function cheapestOf(endpoints: readonly Endpoint[], usage: Subject["usage"]): number {
  return Math.min(...endpoints.map(({ pricing }) => Number(costOf(pricing, usage).total)));
}

/** In the order in which the models stood in the plan. */
function groupsOf(endpoints: readonly Endpoint[]): readonly CandidateGroup<Endpoint>[] {
  const models = [...new Set(endpoints.map(({ model }) => model))];
  return models.map((model) => ({ model, candidates: endpoints.filter((one) => one.model === model) }));
}

const nothing: ReadonlySet<string> = new Set();

/** The filter has had its say: what it let through is what there is to choose from. */
function requestOf({ endpoints, usage: { promptTokens } }: Subject): RoutingRequest {
  return {
    prompt: { low: 0, high: promptTokens }, outputTokensMax: undefined, parameters: nothing, inputModalities: nothing, outputModalities: nothing, images: 0,
    serviceTier: endpoints.find(({ serviceTier }) => serviceTier !== undefined)?.serviceTier,
    preferences: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
  };
}

/** Generated requests: the same for one seed, whatever the machine. In the order of time. */

import type { Chance } from "../base/clock.ts";
import { nanodollars, toNanodollars, zeroNanodollars, type Nanodollars } from "../base/money.ts";
import { defaultWorkspaceId } from "../keys/key.ts";
import type { AttemptRecord, Generation } from "../usage/generation.ts";
import { dayMs, hourMs } from "../usage/spans.ts";
import { apps, type PlayedApp, type PlayedEndpoint, type Player } from "./cast.ts";

export interface Script {
  readonly chance: Chance;
  /** Milliseconds since the epoch: the end. */
  readonly now: number;
  readonly days: number;
  readonly count: number;
  readonly players: readonly Player[];
  /** In the order of the apps. */
  readonly keyHashes: readonly string[];
}

export function* playedTraffic(script: Script): Generator<Generation> {
  const { chance, days, now } = script;
  const start = now - days * dayMs;
  for (const createdAt of times(script, start)) {
    const progress = (createdAt - start) / (days * dayMs);
    const app = picked(apps, (one) => one.weight * trend(one.growth, progress), chance);
    const player = picked(script.players, (one) => (createdAt < one.since ? 0 : one.weight * trend(one.growth, progress) * affinity(one, app)), chance);
    yield play({ chance, createdAt, hour: Math.floor((createdAt - start) / hourMs), app, player, keyHash: script.keyHashes[apps.indexOf(app)] ?? "" });
  }
}

/** More of them later, fewer at night (UTC) and on weekends. */
function times({ chance, count, days, now }: Script, start: number): readonly number[] {
  const hours = Array.from({ length: days * 24 }, (_, hour) => {
    const at = new Date(start + hour * hourMs);
    const isWeekend = at.getUTCDay() % 6 === 0;
    const daily = 1 + 0.6 * Math.sin(((at.getUTCHours() - 8) / 24) * 2 * Math.PI);
    return (isWeekend ? 0.6 : 1) * daily * (1 + (1.5 * hour) / (days * 24)) * (0.85 + 0.3 * chance());
  });
  const total = hours.reduce((sum, weight) => sum + weight, 0);
  const all: number[] = [];
  let owed = 0;
  for (const [hour, weight] of hours.entries()) {
    owed += (weight / total) * count;
    const due = Math.round(owed);
    owed -= due;
    for (let index = 0; index < due; index++) all.push(Math.min(now - 1, Math.floor(start + (hour + chance()) * hourMs)));
  }
  return all.sort((one, other) => one - other);
}

interface Scene {
  readonly chance: Chance;
  readonly createdAt: number;
  /** Since the beginning. */
  readonly hour: number;
  readonly app: PlayedApp;
  readonly player: Player;
  readonly keyHash: string;
}

const attemptsMax = 2;

function play(scene: Scene): Generation {
  const { app, chance, createdAt, keyHash, player } = scene;
  const { model } = player;
  const second = Math.floor(createdAt / 1000);
  const isCallersFault = chance() < 0.003;
  const use = useOf(scene);
  const order = drawn(player.endpoints, chance).slice(0, attemptsMax);
  const attempts: AttemptRecord[] = [];
  let faultCode: string | null = null;
  let [endpoint] = order;
  for (const one of order) {
    endpoint = one;
    faultCode = isCallersFault ? "invalid_request" : faultOf(one, scene);
    const cost = faultCode === null ? costOf(one, use) : zeroNanodollars;
    attempts.push({
      endpointId: one.id, providerName: one.providerName, model: model.slug, status: statuses[faultCode ?? ""] ?? 502, faultCode,
      latencyMs: Math.round(faultCode === null ? one.firstContentMs * spread(chance, 0.45) : 40 + 200 * chance()), kind: "try", cost,
    });
    if (faultCode === null || isCallersFault) break;
  }
  const isAnswered = faultCode === null;
  const cancelled = isAnswered && chance() < 0.008;
  const last = attempts.at(-1);
  const generationMs = endpoint === undefined ? 0 : (use.completionTokens * 1000) / (endpoint.tokensPerSecond * spread(chance, 0.25));
  return {
    id: `gen-${second}-${text(chance)}`, requestId: `req-${second}-${text(chance)}`, createdAt, workspaceId: defaultWorkspaceId, keyHash, surface: "chat-completions",
    requestedModel: model.slug, model: model.slug, router: null, presetId: null, cacheSourceId: null, endpointId: endpoint?.id ?? null, providerName: endpoint?.providerName ?? null,
    upstreamId: null, isSandbox: false, streamed: chance() < 0.8, cancelled, finishReason: isAnswered ? use.finishReason : "error", nativeFinishReason: isAnswered ? use.finishReason : null,
    faultCode, latencyMs: isAnswered ? attempts.reduce((sum, { latencyMs }) => sum + latencyMs, 0) : null, generationMs: isAnswered ? Math.round(generationMs) : null,
    ...(isAnswered ? use.tokens : noTokens), usageEstimated: false, cost: last?.cost ?? zeroNanodollars, serviceTier: null,
    app: { referer: app.origin === undefined ? null : `${app.origin}/`, title: app.origin === undefined ? null : app.name, categories: app.categories, userAgent: "windrose-demo" },
    user: null, sessionId: null, attempts, plan: { seed: 0, steps: order.map(({ id }) => id), rejected: [] }, notes: [],
  };
}

const statuses: Readonly<Record<string, number>> = { "": 200, invalid_request: 400, upstream_rate_limited: 429, upstream_overloaded: 503 };
const noTokens = { promptTokens: 0, completionTokens: 0, reasoningTokens: 0, cachedTokens: 0 };

function faultOf({ failureShare, outages }: PlayedEndpoint, { chance, hour }: Scene): string | null {
  const isOut = outages.some(({ fromHour, toHour }) => hour >= fromHour && hour < toHour);
  const draw = chance();
  if (draw < (isOut ? 0.9 : failureShare)) return "upstream_overloaded";
  return draw > 0.996 ? "upstream_rate_limited" : null;
}

interface Use {
  readonly finishReason: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly tokens: typeof noTokens;
}

function useOf({ app, chance, player: { model } }: Scene): Use {
  const promptTokens = Math.min(Math.round(app.promptTokens * spread(chance, 0.7)) + 20, Math.floor(model.contextLength * 0.75));
  const completionTokens = Math.round(app.completionTokens * spread(chance, 0.6)) + 1;
  const reasoningTokens = model.reasoning === undefined ? 0 : Math.round(completionTokens * 0.4 * chance());
  const cachedTokens = app.promptTokens > 3000 && chance() < 0.5 ? Math.round(promptTokens * 0.6 * chance()) : 0;
  const draw = chance();
  const finishReason = model.supportedParameters.includes("tools") && draw < 0.2 ? "tool_calls" : draw > 0.97 ? "length" : "stop";
  return { finishReason, promptTokens, completionTokens, tokens: { promptTokens, completionTokens, reasoningTokens, cachedTokens } };
}

function costOf({ pricing }: PlayedEndpoint, { promptTokens, completionTokens }: Use): Nanodollars {
  return nanodollars(toNanodollars(BigInt(promptTokens) * pricing.prompt + BigInt(completionTokens) * pricing.completion));
}

/** Agents like models that call tools. */
function affinity({ model }: Player, { categories }: PlayedApp): number {
  return categories.some((one) => one.endsWith("agent")) && !model.supportedParameters.includes("tools") ? 0.3 : 1;
}

function trend(growth: number, progress: number): number {
  return growth ** (progress - 0.5);
}

/** Log-normal about 1. */
function spread(chance: Chance, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Math.exp(sigma * normal);
}

function picked<Item>(items: readonly Item[], weightOf: (item: Item) => number, chance: Chance): Item {
  const weights = items.map(weightOf);
  let left = chance() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return items[index === -1 ? 0 : index] as Item;
}

/** All of them, each place drawn by weight. */
function drawn(endpoints: readonly PlayedEndpoint[], chance: Chance): readonly PlayedEndpoint[] {
  return endpoints.map((endpoint) => ({ endpoint, key: -Math.log(1 - chance()) / endpoint.weight })).toSorted((one, other) => one.key - other.key).map(({ endpoint }) => endpoint);
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function text(chance: Chance): string {
  return Array.from({ length: 20 }, () => alphabet[Math.floor(chance() * alphabet.length)]).join("");
}

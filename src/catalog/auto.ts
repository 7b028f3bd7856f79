/**
 * The routers: which models answer a request that names none. By rules that can be read (docs/routing.md), from the request,
 * the catalog and the seed alone; no model is asked.
 */

import { uniformOf } from "../routing/dice.ts";
import { canServe, type Wishes } from "../routing/filter.ts";
import { traitsOf } from "../routing/traits.ts";
import type { ChatRequest, Message } from "../wire/chat.ts";
import type { AutoOptions, Band } from "./auto-options.ts";
import type { PoolModel } from "./pool.ts";

/** The first choice and its substitutes. */
const chosenMax = 3;

export interface AutoRequest {
  readonly request: ChatRequest;
  readonly wishes: Wishes;
  readonly options: AutoOptions;
  /** The slug that was chosen for the conversation before. */
  readonly before?: string | undefined;
}

/**
 * `openrouter/auto`: of those that can serve the request and are in its cost band, the ablest, and of equals the newest. A
 * conversation stays with its model while that is one of them.
 */
export function chooseAuto(pool: readonly PoolModel[], { request, wishes, options, before }: AutoRequest): readonly PoolModel[] {
  const isAble = ({ model, endpoints, isVariantRow }: PoolModel): boolean => !isVariantRow && options.allows(model.slug) && canServe(endpoints, wishes);
  const needs = needsOf(request);
  const ranked = inNearestBand(pool, options.band, isAble)
    .map((one) => ({ one, rank: rankOf(one, needs, wishes) }))
    // The pool comes newest first, and the sort is stable.
    .sort((left, right) => right.rank - left.rank)
    .map(({ one }) => one);
  const pinned = options.pinsModel ? pool.find((one) => isNamed(one, lastModel(request.messages)) && isAble(one)) : undefined;
  const first = pinned ?? (before === undefined ? undefined : ranked.find((one) => isNamed(one, before)));
  return (first === undefined ? ranked : [first, ...ranked.filter((one) => one !== first)]).slice(0, chosenMax);
}

/** `openrouter/free`: any of those that serve the request for nothing, each as likely as the others. */
export function chooseFree(pool: readonly PoolModel[], wishes: Wishes, seed: number): readonly PoolModel[] {
  return pool
    .filter(({ endpoints }) => canServe(endpoints, wishes))
    .map((one) => ({ one, draw: uniformOf(seed, hashOf(one)) }))
    .sort((left, right) => left.draw - right.draw)
    .slice(0, chosenMax)
    .map(({ one }) => one);
}

function hashOf({ endpoints: [first] }: PoolModel): number {
  return first === undefined ? 0 : traitsOf(first).hash;
}

const bandWidth = 20;

/** Those of the band; where it has none, of the next cheaper one that has some, then of the next dearer. */
function inNearestBand(pool: readonly PoolModel[], { from, to }: Band, isAble: (one: PoolModel) => boolean): readonly PoolModel[] {
  const within = (low: number, high: number) => pool.filter((one) => one.percentile >= low && one.percentile < high && isAble(one));
  let found = within(from, to);
  for (let high = from; found.length === 0 && high > 0; high -= bandWidth) found = within(high - bandWidth, high);
  for (let low = to; found.length === 0 && low < 100; low += bandWidth) found = within(low, low + bandWidth);
  return found;
}

interface Needs {
  readonly reasoning: boolean;
  readonly code: boolean;
}

/** In this order, each before all that follow. */
function rankOf(one: PoolModel, needs: Needs, wishes: Wishes): number {
  return (
    (surelyFits(one, wishes) ? 16 : 0) + (one.isActive ? 8 : 0) + (one.isGeneral ? 4 : 0) +
    (needs.reasoning && one.reasons ? 2 : 0) + (needs.code && one.isForCode ? 1 : 0)
  );
}

function surelyFits({ endpoints }: PoolModel, { request: { prompt, outputTokensMax = 0 } }: Wishes): boolean {
  return endpoints.some((endpoint) => prompt.high <= traitsOf(endpoint).promptTokensMax && prompt.high + outputTokensMax <= endpoint.contextLength);
}

function needsOf({ parameters: { reasoning }, messages }: ChatRequest): Needs {
  const isOff = reasoning === undefined || reasoning.enabled === false || reasoning.effort === "none" || reasoning.max_tokens === 0;
  return { reasoning: !isOff, code: codeWords.test(lastQuestion(messages)) };
}

const codeWords = /```|\b(code|coding|bugs?|compiler?|debug|refactor|regex|sql|python|javascript|typescript|rust|java|html|css|unit tests?|stack ?trace|program)\b/i;
/** A question is at the beginning of its message; what follows is what it is about. */
const questionCharsMax = 4000;

function lastQuestion(messages: readonly Message[]): string {
  const content = messages.findLast(({ role }) => role === "user")?.content;
  if (typeof content === "string") return content.slice(0, questionCharsMax);
  const text = content?.find((part) => part.type === "text");
  return text?.type === "text" ? text.text.slice(0, questionCharsMax) : "";
}

function lastModel(messages: readonly Message[]): unknown {
  return messages.findLast(({ role }) => role === "assistant")?.["model"];
}

function isNamed({ model }: PoolModel, name: unknown): boolean {
  return model.slug === name || model.canonicalSlug === name;
}

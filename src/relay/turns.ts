/** How the endpoints of a conversation are tried: in turns, each with its share of the time, perhaps with another one beside it. */

import type { Endpoint } from "../catalog/model.ts";
import { firstContentTimeoutMs, wholeAnswerTimeoutMs } from "../routing/patience.ts";
import { estimateOf } from "../routing/prompt-size.ts";
import type { AttemptKind } from "../usage/generation.ts";
import type { AttemptTimeouts } from "./attempt.ts";
import { takeTurn, type Place } from "./hedge.ts";
import { waitFor, type Road } from "./pursue.ts";
import type { Outcome, Run } from "./run.ts";

export function turnsOf(run: Run): Road<Outcome> {
  const { endpoints, delivery, planned: { request } } = run;
  const mostMs = mostMsFor(run);
  const legAt = (place: number, kind: AttemptKind): Place => ({ endpoint: endpoints[place] as Endpoint, kind, request, timeouts: () => timeoutsAt(run, mostMs, place) });
  return {
    mostMs,
    isCommitted: () => delivery.hasContent(),
    turn: (place, kind) => {
      const next = kind === "retry" ? undefined : endpoints[place + 1];
      // Another model is for when this one fails, not for when it is slow.
      const second = next === undefined || next.model !== endpoints[place]?.model ? undefined : { endpoint: next, leg: () => legAt(place + 1, "hedge") };
      return takeTurn(run, { first: legAt(place, kind), second, isLast: (used) => place + used >= endpoints.length });
    },
  };
}

/** Until the first content, or until a whole answer. */
function mostMsFor({ deps: { timeouts }, planned: { request, routing } }: Run): number {
  const { firstContentMs, firstContentAliveMs, wholeAnswerMs } = timeouts;
  if (!request.stream) return wholeAnswerMs;
  // Who asked for reasoning waits for it.
  return routing.reasons === true ? Math.max(firstContentMs, firstContentAliveMs) : firstContentMs;
}

/** What the endpoint usually takes, within its share. */
function timeoutsAt(run: Run, mostMs: number, place: number): AttemptTimeouts {
  const { deps: { clock, health, timeouts }, planned } = run;
  const wait = waitFor(run, mostMs, place);
  if (!planned.request.stream) return { ...timeouts, wholeAnswerMs: Math.ceil(wholeAnswerTimeoutMs(health, wait, clock())) };
  return { ...timeouts, firstContentMs: Math.ceil(firstContentTimeoutMs(health, { ...wait, promptTokens: estimateOf(planned.routing.prompt) }, clock())) };
}

/** Steps 8 to 12 and 14 for one attempt of a run: call an endpoint, pass on what it says, meter it, and tell the router how it went. */

import { assert } from "../base/assert.ts";
import { monotonic } from "../base/clock.ts";
import { asFault, Fault } from "../base/fault.ts";
import { zeroNanodollars, type Nanodollars } from "../base/money.ts";
import type { Endpoint } from "../catalog/model.ts";
import { adapterFor } from "../providers/registry.ts";
import { started } from "../routing/health.ts";
import type { AnswerHead, Bill } from "../surfaces/surface.ts";
import type { AttemptKind } from "../usage/generation.ts";
import type { ChatAnswer, ChatChunk, ChatRequest } from "../wire/chat.ts";
import type { AttemptEnd, AttemptTimeouts } from "./attempt.ts";
import { runAuthorized } from "./authorized.ts";
import { chatErrand } from "./chat-errand.ts";
import type { Lane } from "./delivery.ts";
import { annotating, finished, whenFitted } from "./finishing.ts";
import type { Fitted } from "./fitting.ts";
import { billOf, chargeOf, emptyReading, meterAnswer, meterChunk, type Asked, type Reading } from "./meter.ts";
import { routingOf } from "./metadata.ts";
import { attemptRecord, isRefused, learn } from "./observe.ts";
import { answerWithoutReasoning, chunkWithoutReasoning, hidesReasoning } from "./reasoning.ts";
import type { Outcome, Run } from "./run.ts";
import { createToolCheck, type ToolVerdict } from "./tool-check.ts";
import { createTranscript, isContinuable, type Transcript } from "./transcript.ts";
import type { ExchangeControl } from "./upstream.ts";

export interface LegInput {
  readonly endpoint: Endpoint;
  readonly kind: AttemptKind;
  /** What is sent: the planned request, or what is left of it for a continuation. */
  readonly request: ChatRequest;
  /** What bounds its bill, where that is not what the caller asked for. */
  readonly asked?: Asked;
  /** Asked when it has ended: is there nobody else to hear, and nothing to turn to? */
  readonly isLast: () => boolean;
  /** As they are when the request is sent: to make it ready may take a while. */
  readonly timeouts: () => AttemptTimeouts;
  /** Where a continuation goes on speaking; a lane of its own is opened for every other attempt at a stream. */
  readonly lane?: Lane;
  /** What a continuation adds to. */
  readonly transcript?: Transcript;
  /** What becomes of chunks on their way to the lane. */
  readonly edit?: (chunks: readonly ChatChunk[]) => readonly ChatChunk[];
  /** The first content is about to be told to the caller. */
  readonly onCommit?: () => void;
}

/** An attempt under way. */
export interface Leg extends Pick<ExchangeControl, "abort"> {
  /** Never rejects. */
  readonly done: Promise<Outcome>;
  /** Ends it because another one answered first: nobody's fault, but slow, at least. */
  readonly overtake: () => void;
}

export function startLeg(run: Run, input: LegInput): Leg {
  const { deps, call, delivery } = run;
  const { endpoint, request } = input;
  const head: AnswerHead = { generationId: run.id, created: Math.floor(run.openedAt / 1000), model: endpoint.model, providerName: endpoint.providerName };
  const lane = input.lane ?? (request.stream ? delivery.open({ head, holdsAll: request.provider.validateTools === true, onCommit: input.onCommit ?? noop }) : undefined);
  const adapter = adapterFor(endpoint.protocol);
  assert(adapter !== undefined, "only endpoints with an adapter are routable");
  const reading = emptyReading();
  const isHidden = hidesReasoning(request);
  const toolCheck = request.parameters.tools === undefined ? undefined : createToolCheck(request.parameters.tools);
  const asked = input.asked ?? run.planned.routing;
  const transcript = input.transcript ?? (isContinuable(request) ? createTranscript() : undefined);
  let control: ExchangeControl | undefined;
  let fitted: Fitted = { request, stages: [], annotations: [] };
  const annotate = annotating(() => fitted.annotations);
  let isOvertaken = false;

  // An endpoint of a tier serves that tier, whether its provider says so or not.
  const withTier = (chunks: readonly ChatChunk[]): readonly ChatChunk[] => {
    if (endpoint.serviceTier === undefined || reading.serviceTier !== undefined) return chunks;
    const [first, ...rest] = chunks;
    if (first === undefined) return chunks;
    reading.serviceTier = endpoint.serviceTier;
    return [{ ...first, serviceTier: endpoint.serviceTier }, ...rest];
  };

  const onChunks = (chunks: readonly ChatChunk[]): void => {
    for (const chunk of chunks) {
      meterChunk(reading, chunk);
      toolCheck?.pushChunk(chunk);
    }
    if (isOvertaken || lane === undefined) return;
    const shown = withTier(isHidden ? chunks.map(chunkWithoutReasoning) : chunks);
    const told = input.edit === undefined ? shown : input.edit(shown);
    transcript?.push(told);
    lane.push(annotate(told));
  };

  started(deps.health, endpoint.id, endpoint.credentialId, deps.clock());
  const begin = () => runAuthorized(deps.accessTokens, {
    errand: chatErrand({ request: fitted.request, endpoint, adapter, isHeld: request.provider.validateTools === true, onChunks }), authorization: endpoint.authorization, upstream: deps.upstream, timeouts: input.timeouts(),
    extraHeaders: endpoint.isSandbox && call.sandboxDirectives !== undefined ? { "x-windrose-sandbox": call.sandboxDirectives } : undefined,
    onOpen: (opened) => {
      control = opened;
      lane?.connect(opened);
      if (run.isHungUp || isOvertaken) opened.abort(hungUp());
    },
  });
  const opening = run.fitting === undefined ? undefined : whenFitted(run.fitting.fit(request, endpoint), (ready) => {
    fitted = ready;
    return begin();
  });
  const abort = (fault: Fault): void => {
    opening?.abort(fault);
    control?.abort(fault);
  };

  const conclude = (end: AttemptEnd<ChatAnswer>): Outcome => {
    if (end.answer !== undefined) {
      meterAnswer(reading, end.answer);
      reading.serviceTier ??= endpoint.serviceTier;
      toolCheck?.pushAnswer(end.answer);
    }
    reading.usage ??= end.usage;
    const toolVerdict = end.fault === undefined ? toolCheck?.verdict() : undefined;
    const isLast = input.isLast();
    let fault = run.isHungUp || isOvertaken ? undefined : (end.fault ?? emptiness(reading, isLast) ?? misuse(request, toolVerdict, isLast));
    if (fault === undefined && !run.isHungUp && !isOvertaken) fault = flushed(lane);
    if (fault !== undefined && input.lane === undefined) lane?.drop();
    const isWhole = fault === undefined && end.answer !== undefined && !isOvertaken;
    const finish = isWhole ? finished(end.answer, request, run.pipeline, fitted) : undefined;
    let outcome: Outcome = { endpoint, reading, end: withNotes(end, run), fault, whole: undefined, lane, transcript, stages: finish?.stages ?? fitted.stages, toolVerdict, isOvertaken };
    const place = run.attempts.push(attemptRecord(input.kind, outcome, owedFor(outcome, asked))) - 1;
    if (finish !== undefined) {
      // Here and not when it is sent, because an answer that cannot be told is one more way for an attempt to fail.
      const shown = isHidden ? answerWithoutReasoning(finish.answer) : finish.answer;
      const answer = shown.serviceTier === reading.serviceTier ? shown : { ...shown, serviceTier: reading.serviceTier };
      const told = encodeWhole(run, { head, answer, bill: chargeOf(reading, asked, endpoint), outcome });
      outcome = told instanceof Fault ? { ...outcome, fault: told } : { ...outcome, whole: told };
      if (told instanceof Fault) run.attempts[place] = attemptRecord(input.kind, outcome, owedFor(outcome, asked));
    }
    if (outcome.fault !== undefined) run.retryHints.push(outcome.fault.retryAfterMs);
    learn(run, outcome, { isOvertaken, isStream: end.answer === undefined, toolVerdict });
    return outcome;
  };

  /** What a provider said must not end more than its answer, whatever it was. */
  const ruined = (error: unknown): Outcome => {
    deps.log.error({ generationId: run.id, endpoint: endpoint.id, error }, "an attempt could not be concluded");
    const now = monotonic();
    const end: AttemptEnd<ChatAnswer> = { status: null, fault: undefined, answer: undefined, usage: undefined, notes: [], startedAt: now, firstContentAt: undefined, endedAt: now };
    return { endpoint, reading, end, fault: asFault(error), whole: undefined, lane, transcript, stages: fitted.stages, toolVerdict: undefined, isOvertaken };
  };

  return {
    done: (opening?.done ?? begin()).then(conclude).catch(ruined),
    abort,
    overtake: () => {
      isOvertaken = true;
      abort(new Fault("client_closed", "Another endpoint answered first."));
    },
  };
}

export function hungUp(): Fault {
  return new Fault("client_closed", "The caller hung up.");
}

function noop(): void {}

/** Ends a stream that ended well. What was held may be what cannot be told. */
function flushed(lane: Lane | undefined): Fault | undefined {
  try {
    lane?.flush();
    return undefined;
  } catch (error) {
    return new Fault("upstream_garbled", "The provider's answer could not be read.", { cause: error });
  }
}

/** Plugins that there are none of are told like parameters that nobody takes. */
function withNotes(end: AttemptEnd<ChatAnswer>, { pipeline: { unknown } }: Run): AttemptEnd<ChatAnswer> {
  if (unknown.length === 0) return end;
  return { ...end, notes: [...end.notes, ...unknown.map((id) => ({ parameter: "plugins", action: "dropped" as const, detail: `there is no plugin ${id}` }))] };
}

interface WholeAnswer {
  readonly head: AnswerHead;
  readonly answer: ChatAnswer;
  readonly bill: Bill;
  readonly outcome: Outcome;
}

function encodeWhole(run: Run, { head, answer, bill, outcome }: WholeAnswer): NonNullable<Outcome["whole"]> | Fault {
  try {
    return { head, answer, text: run.call.surface.encodeAnswer({ head, answer, closing: { bill, endedAt: Math.floor(run.deps.clock() / 1000), routing: routingOf(run, outcome) } }, run.call.request) };
  } catch (error) {
    // Nested so deeply that no JSON can be made of it.
    return new Fault("upstream_garbled", "The provider's answer could not be read.", { cause: error });
  }
}

/**
 * Fault matrix, row 20: an answer with nothing in it is tried elsewhere, and given as it is when it says it is complete. One that
 * a filter or a limit has emptied is an answer.
 */
function emptiness({ finishReason, hasMedia, outputBytes, usage }: Readonly<Reading>, isLast: boolean): Fault | undefined {
  if (finishReason === "error") return new Fault("upstream_failed", "The provider ended its answer with an error.");
  const isEmpty = outputBytes === 0 && !hasMedia && (usage?.completionTokens ?? 0) === 0 && (finishReason === null || finishReason === "stop");
  if (!isEmpty || (isLast && finishReason !== null)) return undefined;
  return new Fault("empty_completion", "The provider's answer was empty.");
}

/** Row 21: a call that its tool cannot take is had elsewhere, for callers who want that; the last one's is passed on as it is. */
function misuse(request: ChatRequest, verdict: ToolVerdict | undefined, isLast: boolean): Fault | undefined {
  const bad = request.provider.validateTools === true && !isLast ? verdict?.bad[0] : undefined;
  return bad === undefined ? undefined : new Fault("invalid_tool_calls", `The model called ${bad.name} wrongly. ${bad.detail}`, { metadata: { tool_error: bad.reason } });
}

/** Whoever took the prompt in and then fell silent, broke off or was cancelled may have counted it, and what it said. */
function owedFor(outcome: Outcome, asked: Asked): Nanodollars {
  return isRefused(outcome) ? zeroNanodollars : billOf(outcome.reading, asked, outcome.endpoint).total;
}

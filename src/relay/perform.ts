/**
 * Steps 4 to 14 for a task, which is asked for once and answered once: the road of a conversation (generate.ts) without its
 * streams, hedges and memory. Plan, hold, fallback, record and settlement are the same.
 */

import { assert } from "../base/assert.ts";
import { monotonic, randomSeed } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { generationId } from "../base/ids.ts";
import { zeroNanodollars } from "../base/money.ts";
import type { Endpoint } from "../catalog/model.ts";
import { taskAdapterFor } from "../providers/tasks.ts";
import { started } from "../routing/health.ts";
import { wholeAnswerTimeoutMs } from "../routing/patience.ts";
import type { AnswerHead, Bill } from "../surfaces/surface.ts";
import type { TaskSurface } from "../surfaces/task-surface.ts";
import type { Answered, TaskAnswer, TaskName, TaskRequest } from "../wire/task.ts";
import type { AttemptEnd } from "./attempt.ts";
import { runAuthorized } from "./authorized.ts";
import { book, forCaller, freeBill } from "./conclusion.ts";
import { countFree, type CallHead, type RelayDeps } from "./generate.ts";
import { holdFor } from "./hold.ts";
import { emptyReading } from "./meter.ts";
import { attemptRecord, isRefused, learn } from "./observe.ts";
import { createPassage, type Passage, type TaskReply } from "./passage.ts";
import { pursue, waitFor, type Road } from "./pursue.ts";
import type { Pursuit, Tried } from "./run.ts";
import { taskErrand } from "./task-errand.ts";
import { planTask } from "./task-plan.ts";
import { sizeOf, taskBill, worstTaskCost, type TaskSize } from "./task-size.ts";
import { goUnderWay, planned } from "./under-way.ts";

/** An accepted, authenticated, parsed request for a task. */
export interface TaskCall<Name extends TaskName = TaskName> extends CallHead {
  readonly surface: TaskSurface<Name>;
  readonly request: TaskRequest<Name>;
  readonly reply: TaskReply;
  /** Hears an answer that is booked and about to be told: for the response cache. */
  onAnswer?(head: AnswerHead, answer: TaskAnswer<Name>): void;
}

interface TaskRun<Name extends TaskName> extends Pursuit {
  readonly call: TaskCall<Name>;
  readonly size: TaskSize;
  readonly passage: Passage;
}

interface TaskOutcome<Name extends TaskName> extends Tried {
  readonly end: AttemptEnd<Answered<TaskAnswer<Name>>>;
}

/**
 * Answers the call and settles it.
 * @throws Fault when nothing has been sent to the caller yet; afterwards a failure closes the connection and this resolves.
 */
export async function perform<Name extends TaskName>(deps: RelayDeps, call: TaskCall<Name>): Promise<void> {
  const isWaiting = deps.recorder.ready();
  if (isWaiting !== undefined) await isWaiting;
  const openedAt = deps.clock();
  const acceptedAt = monotonic();
  const id = generationId(openedAt);
  const size = sizeOf(call.request);
  const plan = planned(deps, call, openedAt, () =>
    planTask({ catalog: deps.catalog, health: deps.health, request: call.request, size, isSandbox: call.key.isSandbox, now: openedAt, seed: randomSeed() }));
  if (plan.isFreeUse) await countFree(deps, call, openedAt);
  const { hold, endpoints } = await holdFor(deps.ledger, { key: call.key, isSandbox: plan.isSandbox }, plan.endpoints, (those) => worstTaskCost(those, size));
  const passage = createPassage(call.reply, { generationId: id, readerMs: deps.readerMs });
  const run: TaskRun<Name> = {
    deps, call, id, openedAt, acceptedAt, planned: plan, endpoints, hold, size, passage, attempts: [], retryHints: [], isHungUp: false, underWay: { waitsFor: undefined },
  };
  return goUnderWay(run, {
    onHangUp: call.reply.onHangUp,
    walk: async () => conclude(run, await pursue(run, turnsOf(run))),
    leave: passage.stop,
  });
}

function turnsOf<Name extends TaskName>(run: TaskRun<Name>): Road<TaskOutcome<Name>> {
  const mostMs = run.deps.timeouts.wholeAnswerMs;
  return {
    mostMs,
    isCommitted: () => run.passage.isOpen(),
    turn: async (place, kind) => ({ outcome: await attempt(run, { place, kind, mostMs }), used: 1 }),
  };
}

interface Turn {
  readonly place: number;
  readonly kind: "try" | "retry";
  readonly mostMs: number;
}

async function attempt<Name extends TaskName>(run: TaskRun<Name>, { place, kind, mostMs }: Turn): Promise<TaskOutcome<Name>> {
  const { call, deps, passage } = run;
  const endpoint = run.endpoints[place] as Endpoint;
  const adapter = taskAdapterFor<Name>(endpoint.protocol, call.surface.task);
  assert(adapter !== undefined, "only endpoints with an adapter for the task are planned");
  started(deps.health, endpoint.id, endpoint.credentialId, deps.clock());
  const end = await runAuthorized(deps.accessTokens, {
    errand: taskErrand({ request: call.request, endpoint, adapter, passage }), authorization: endpoint.authorization, upstream: deps.upstream,
    timeouts: { ...deps.timeouts, wholeAnswerMs: Math.ceil(wholeAnswerTimeoutMs(deps.health, waitFor(run, mostMs, place), deps.clock())) },
    extraHeaders: undefined,
    onOpen: (control) => {
      run.underWay.waitsFor = control;
      passage.connect(control);
      if (run.isHungUp) control.abort(new Fault("client_closed", "The caller hung up."));
    },
  });
  const reading = { ...emptyReading(), upstreamId: end.answer?.upstreamId, usage: end.answer?.usage };
  const outcome: TaskOutcome<Name> = { endpoint, reading, end, fault: run.isHungUp ? undefined : end.fault };
  run.attempts.push(attemptRecord(kind, outcome, isRefused(outcome) ? zeroNanodollars : taskBill(reading.usage, run.size, endpoint.pricing).total));
  if (outcome.fault !== undefined) run.retryHints.push(outcome.fault.retryAfterMs);
  learn(run, outcome, { isStream: false });
  return outcome;
}

/** Steps 12 and 13, then the end of the answer: what was used is safe on disk before the caller hears the last of it. */
async function conclude<Name extends TaskName>(run: TaskRun<Name>, outcome: TaskOutcome<Name>): Promise<void> {
  const { call, passage } = run;
  const fault = outcome.fault === undefined ? undefined : forCaller(run, outcome.fault);
  const bill = billFor(run, outcome);
  await book(run, { outcome, bill, fault, canFail: !passage.isOpen() });
  if (run.isHungUp) return;
  if (fault !== undefined) {
    if (!passage.isOpen()) throw fault;
    // Sound has no place for words: that it ends here is all that can be told.
    call.reply.drop();
  } else if (outcome.end.answer === undefined) {
    call.reply.end();
  } else {
    const { endpoint } = outcome;
    const head = { generationId: run.id, created: Math.floor(run.openedAt / 1000), model: endpoint.model, providerName: endpoint.providerName };
    const { answer } = outcome.end.answer;
    call.onAnswer?.(head, answer);
    call.reply.whole(run.id, call.surface.encodeAnswer({ head, answer, bill }, call.request));
  }
}

/** All or nothing: a failed answer is free, and so is one of which the caller has not heard a beginning. */
function billFor<Name extends TaskName>({ isHungUp, passage, size }: TaskRun<Name>, { endpoint, fault, reading }: TaskOutcome<Name>): Bill {
  const heardNothing = isHungUp && !passage.isOpen();
  return fault !== undefined || heardNothing ? freeBill : taskBill(reading.usage, size, endpoint.pricing);
}

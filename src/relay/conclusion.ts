/** The end of every road: what was used goes on record and is charged, and a caller who gets no answer is told why. */

import { Fault } from "../base/fault.ts";
import { zeroNanodollars } from "../base/money.ts";
import { availabilityOfFailure } from "../routing/explain.ts";
import type { Bill } from "../surfaces/surface.ts";
import { routingOf, withRouting } from "./metadata.ts";
import { insteadOf } from "./refusal.ts";
import type { Pursuit, Tried } from "./run.ts";
import { recordOf } from "./settle.ts";

export const freeBill: Bill = { usage: { promptTokens: 0, completionTokens: 0 }, isEstimated: false, total: zeroNanodollars, prompt: zeroNanodollars, completion: zeroNanodollars };

export interface Booking {
  readonly outcome: Tried;
  readonly bill: Bill;
  readonly fault: Fault | undefined;
  /** The caller has heard nothing yet, and can still be told that there is no answer. */
  readonly canFail: boolean;
}

/**
 * Resolves when the record is safe on disk.
 * @throws Fault storage_unavailable where nothing could be written, as long as that can be told.
 */
export async function book(run: Pursuit, { outcome, bill, fault, canFail }: Booking): Promise<boolean> {
  const { call, deps, planned } = run;
  try {
    await deps.recorder.append(recordOf({
      id: run.id, requestId: call.requestId, createdAt: run.openedAt, acceptedAt: run.acceptedAt, key: call.key, surface: call.surface.name,
      request: call.request, app: call.app, router: planned.router, plan: planned.plan, isSandbox: planned.isSandbox, isHungUp: run.isHungUp,
      endpoint: outcome.endpoint, end: outcome.end, reading: outcome.reading, bill, fault, attempts: run.attempts, stages: outcome.stages ?? [],
    }));
  } catch (error) {
    // Nothing is charged that is not on record. An answer that the caller has begun to read is told to its end all the
    // same; the requests after it are refused until the disk takes records again.
    deps.log.error({ generationId: run.id, error }, "a generation could not be written to the journal");
    if (canFail && !run.isHungUp) throw error;
    return false;
  }
  deps.ledger.settle(run.hold, bill.total);
  return true;
}

/** The last fault, with who was tried before (contract §4.4). A hint to retry is given only when every provider gave one. */
export function forCaller(run: Pursuit, fault: Fault): Fault {
  const tried = run.attempts.filter((one) => one.faultCode !== null);
  const last = tried.at(-1);
  const hints = run.retryHints.filter((hint) => hint !== undefined);
  const retryAfterMs = hints.length === run.retryHints.length ? Math.min(...hints) : undefined;
  const providers = [...new Set(tried.map((one) => one.providerName))];
  const fallbackModels = fault.code === "upstream_model_missing" ? insteadOf(run.deps.catalog, tried.map((one) => one.model), run.planned) : [];
  const availability = availabilityOfFailure(fault.code, { requestedModels: run.call.request.models, providers, retryAfterMs, fallbackModels });
  const previous = tried.slice(0, -1).map((one) => ({ provider: one.providerName, code: one.faultCode, status: one.status }));
  const told = new Fault(fault.code, fault.message, {
    metadata: { ...fault.metadata, ...(last === undefined ? {} : { provider_name: last.providerName }), ...(previous.length === 0 ? {} : { previous_errors: previous }) },
    ...(availability === undefined ? {} : { availability: { ...availability } }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: fault,
  });
  const routing = routingOf(run, undefined);
  return routing === undefined ? told : withRouting(told, routing);
}

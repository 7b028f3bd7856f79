/** `openrouter_metadata`: how a request was routed, for callers who ask (contract §5.10). */

import { faults, Fault } from "../base/fault.ts";
import type { RouterMetadata } from "../surfaces/surface.ts";
import type { Outcome, Pursuit, Run, Tried } from "./run.ts";

/**
 * `answered` is the attempt that answers, if one does. Undefined when the caller did not ask for it in the header, nor for what
 * it would say: where the text of several providers was joined, which tool calls are wrong.
 */
export function routingOf(run: Pursuit & Partial<Pick<Run, "seams">>, answered: (Pick<Tried, "endpoint" | "end" | "stages"> & Partial<Pick<Outcome, "toolVerdict">>) | undefined): RouterMetadata | undefined {
  const { planned, attempts, seams = [] } = run;
  const toolErrors = answered?.toolVerdict?.bad ?? [];
  if (!run.call.wantsMetadata && seams.length === 0 && toolErrors.length === 0) return undefined;
  const selected = answered?.endpoint;
  const { steps, rejected } = planned.plan;
  const stages = answered?.stages ?? [];
  const notes = answered?.end.notes ?? [];
  return {
    requested: run.call.request.models[0] as string,
    strategy: planned.strategy,
    region: null,
    summary: `available=${steps.length}${selected === undefined ? "" : `, selected=${selected.providerName}`}`,
    attempt: selected === undefined ? attempts.length : attempts.findLastIndex(({ endpointId, faultCode }) => endpointId === selected.id && faultCode === null) + 1,
    is_byok: false,
    endpoints: {
      total: steps.length + rejected.length,
      available: steps.map(({ id, providerName, model }) => ({ provider: providerName, model, selected: id === selected?.id })),
    },
    ...(attempts.length === 0 ? {} : { attempts: attempts.map(({ providerName, model, status }) => ({ provider: providerName, model, status: status ?? 0 })) }),
    ...(stages.length === 0 ? {} : { pipeline: stages }),
    ...(notes.length === 0 ? {} : { parameter_notes: notes }),
    ...(toolErrors.length === 0 ? {} : { tool_errors: toolErrors.map(({ index, name, reason, detail }) => ({ index, name, tool_error: reason, detail })) }),
    ...(seams.length === 0 ? {} : { seams }),
  };
}

/** For a request that no provider was called for. */
export function routingOfRefusal(requested: string): RouterMetadata {
  return { requested, strategy: "direct", region: null, summary: "available=0", attempt: 0, is_byok: false, endpoints: { total: 0, available: [] } };
}

/** The same fault with how it came about; not for one of our own, or of the caller's key (contract §5.10). */
export function withRouting(fault: Fault, routing: RouterMetadata): Fault {
  if (faults[fault.code].status === 500 || faults[fault.code].type === "authentication") return fault;
  const { code, message, metadata, availability, retryAfterMs, cause } = fault;
  return new Fault(code, message, { metadata, routing, cause, ...(availability === undefined ? {} : { availability }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

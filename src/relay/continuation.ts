/**
 * When a stream breaks off in the middle of its text, another endpoint of the model may go on where it ended, for callers who
 * asked for that (`provider.continue`). Text only: what a tool is called with, JSON and signed reasoning are never joined.
 */

import { faults, type Fault } from "../base/fault.ts";
import type { Endpoint } from "../catalog/model.ts";
import { adapterFor } from "../providers/registry.ts";
import { mayRetry } from "../routing/budget.ts";
import { isCallable } from "../routing/health.ts";
import type { Bill } from "../surfaces/surface.ts";
import type { RoutingRequest } from "../routing/candidate.ts";
import type { ChatRequest, Message } from "../wire/chat.ts";
import { startLeg } from "./leg.ts";
import { billOf, joinedBills } from "./meter.ts";
import { worstCaseOf } from "./plan.ts";
import type { Outcome, Run } from "./run.ts";
import { createTranscript, withoutOverlap } from "./transcript.ts";

/** So often an answer may change hands. */
const continuationsMax = 2;

export interface Continued {
  readonly outcome: Outcome;
  /** Of all who spoke: each took the prompt in, and is paid for what it said. */
  readonly bill: Bill;
}

/** Lets others finish what `broken` began. Undefined when nobody did: then the answer ends where it broke off. */
export async function continueElsewhere(run: Run, broken: Outcome): Promise<Continued | undefined> {
  const { planned, endpoints } = run;
  const bills = [billOf(broken.reading, planned.routing, broken.endpoint)];
  const toldBy = (outcome: Outcome): Continued => ({
    outcome: { ...outcome, fault: undefined, end: { ...outcome.end, firstContentAt: broken.end.firstContentAt } }, bill: joinedBills(bills),
  });
  let from = broken;
  const others = endpoints.filter((one) => one.model === broken.endpoint.model && one !== broken.endpoint && continues(one));
  for (const endpoint of others.slice(0, continuationsMax)) {
    const said = from.transcript?.text();
    if (said === undefined || from.lane === undefined || from.fault === undefined || !mayGoOn(run, endpoint, from.fault)) return undefined;
    if (joinedBills(bills).total + worstCaseOf([endpoint], continuedSize(planned.routing, said)) > run.hold.amount) return undefined;
    const seam = { at: said.length, from: from.endpoint.providerName, to: endpoint.providerName };
    const asked = continuedSize(planned.routing, said);
    const leg = startLeg(run, {
      endpoint, kind: "continuation", request: continuing(planned.request, said), asked, isLast: () => true, timeouts: () => run.deps.timeouts, lane: from.lane,
      transcript: createTranscript(said), edit: withoutOverlap(said, () => run.seams.push(seam)),
    });
    run.underWay.waitsFor = leg;
    const outcome = await leg.done;
    if (outcome.end.firstContentAt !== undefined) {
      bills.push(billOf(outcome.reading, asked, endpoint));
      from = outcome;
    }
    // Who hangs up pays for what was delivered (fault matrix, row 35).
    if (outcome.fault === undefined || run.isHungUp) return toldBy(outcome);
  }
  return undefined;
}

/**
 * Only what is the endpoint's own failure is made good elsewhere, where somebody can be turned to. Where a stream was garbled nobody
 * knows whether all was told that was said: nothing is joined to that.
 */
function mayGoOn({ deps: { clock, health } }: Run, endpoint: Endpoint, fault: Fault): boolean {
  return fault.code !== "upstream_garbled" && faults[fault.code].blames === "endpoint" && isCallable(health, endpoint.id, endpoint.credentialId, clock()) && mayRetry(health, endpoint, fault.code, clock());
}

function continues({ protocol, target }: Endpoint): boolean {
  return adapterFor(protocol)?.continues(target) ?? false;
}

/** The same request, asked to go on where the text ends. */
function continuing(request: ChatRequest, said: string): ChatRequest {
  const { messages, parameters } = request;
  const last = messages.at(-1);
  const begun: Message = last?.role === "assistant" && typeof last.content === "string" ? { ...last, content: last.content + said } : { role: "assistant", content: said };
  const before = begun.content === said ? messages : messages.slice(0, -1);
  const { max_tokens: most } = parameters;
  return {
    ...request,
    messages: [...before, begun],
    messagesJson: undefined,
    // Four bytes a token, as everywhere where there is no count.
    parameters: most === undefined ? parameters : { ...parameters, max_tokens: Math.max(1, most - Math.ceil(Buffer.byteLength(said) / 4)) },
  };
}

/** What was said is part of the prompt now. */
function continuedSize(routing: RoutingRequest, said: string): RoutingRequest {
  const bytes = Buffer.byteLength(said);
  return { ...routing, prompt: { low: routing.prompt.low + Math.floor(bytes / 8), high: routing.prompt.high + bytes } };
}

/** One request on its way from acceptance to settlement: what the steps of the relay share. */

import type { Fault } from "../base/fault.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { Hold } from "../ledger/ledger.ts";
import type { AttemptRecord } from "../usage/generation.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { Conversation } from "./conversation.ts";
import type { Pipeline } from "../plugins/plugins.ts";
import type { AnswerHead, PipelineStage } from "../surfaces/surface.ts";
import type { ChatAnswer } from "../wire/chat.ts";
import type { Delivery, Lane } from "./delivery.ts";
import type { Fitting } from "./fitting.ts";
import type { Call, CallHead, RelayDeps, UnderWay } from "./generate.ts";
import type { Reading } from "./meter.ts";
import type { Planned, PlannedRequest } from "./plan.ts";
import type { ToolVerdict } from "./tool-check.ts";
import type { Transcript } from "./transcript.ts";

/** What every request is on its way, whatever it asks for. */
export interface Pursuit {
  readonly deps: RelayDeps;
  readonly call: CallHead;
  readonly id: string;
  /** On the wall clock. */
  readonly openedAt: number;
  /** On the monotonic clock. */
  readonly acceptedAt: number;
  readonly planned: Planned;
  /** Those of the plan that the hold covers, in order. */
  readonly endpoints: readonly Endpoint[];
  readonly hold: Hold;
  readonly attempts: AttemptRecord[];
  /** For each failed attempt, what the provider asked to wait. */
  readonly retryHints: (number | undefined)[];
  isHungUp: boolean;
  readonly underWay: UnderWay;
}

/** A conversation on its way. */
export interface Run extends Pursuit {
  readonly call: Call;
  readonly conversation: () => Conversation;
  readonly planned: PlannedRequest;
  readonly delivery: Delivery;
  /** Where one endpoint's text ends and another's begins. */
  readonly seams: Seam[];
  readonly pipeline: Pipeline;
  /** Undefined for a request that every endpoint takes as it is: one of text alone. */
  readonly fitting: Fitting | undefined;
}

/** A place in the answer's text, in UTF-16 units from its beginning. */
export interface Seam {
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

/** How an attempt went. */
export interface Tried {
  readonly endpoint: Endpoint;
  readonly reading: Readonly<Reading>;
  readonly end: AttemptEnd<unknown>;
  readonly fault: Fault | undefined;
  /** What plugins did for it. */
  readonly stages?: readonly PipelineStage[];
}

/** How an attempt at a conversation went. */
export interface Outcome extends Tried {
  readonly end: AttemptEnd<ChatAnswer>;
  /** An answer that was not streamed, and as the caller will read it. */
  readonly whole: { readonly head: AnswerHead; readonly answer: ChatAnswer; readonly text: string } | undefined;
  /** Where a stream was told, and what of it could be continued. */
  readonly lane: Lane | undefined;
  readonly transcript: Transcript | undefined;
  /** What was done to the request for this endpoint, and to its answer. */
  readonly stages: readonly PipelineStage[];
  /** Undefined when there were no tools to call. */
  readonly toolVerdict: ToolVerdict | undefined;
  /** Another attempt answered first. */
  readonly isOvertaken: boolean;
}

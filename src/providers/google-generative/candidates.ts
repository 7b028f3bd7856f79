/**
 * The candidates of a GenerateContentResponse as choices. A whole answer and a piece of a stream have the same shape, so
 * both are read here.
 */

import { Fault } from "../../base/fault.ts";
import { hasContent, type ChunkChoice, type Delta, type Usage } from "../../wire/chat.ts";
import { isExtra } from "../choices/answer.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { finishReason } from "./finish.ts";
import { annotationsOf, webSearchesOf } from "./grounding.ts";
import { logprobsOf } from "./logprobs.ts";
import { createPartReader, type PartReader } from "./parts.ts";
import { traitsOf } from "./traits.ts";
import { readUsage } from "./usage.ts";

export interface ResponseReader {
  /** @throws Fault for an error, a refused prompt, or what is not of the protocol. */
  read(body: JsonObject): readonly ChunkChoice[];
  isComplete(): boolean;
  usage(): Usage | undefined;
  upstreamId(): string | undefined;
  serviceTier(): string | undefined;
  /** What we do not model, of the answer and of its candidates. */
  extra(): Readonly<Record<string, unknown>>;
}

interface OpenCandidate {
  readonly parts: PartReader;
  isFinished: boolean;
  grounding: JsonObject | undefined;
  /** Everything said so far, to place citations in. */
  text: string;
}

// More than anybody asks for; a hostile index must not make us keep state without end.
const candidatesMax = 128;

/** Of the answer and its candidates: what we read, and what means nothing to anybody but Google and us. */
const known: ReadonlySet<string> = new Set([
  "candidates", "usageMetadata", "responseId", "modelVersion", "createTime", "content", "finishReason", "finishMessage", "index", "tokenCount", "logprobsResult",
]);

/** `keepsText`: the answer may be grounded, so that its text is held until its citations are placed. */
export function createResponseReader({ keepsText }: { readonly keepsText: boolean }): ResponseReader {
  const open = new Map<number, OpenCandidate>();
  const extra: Record<string, unknown> = {};
  let usage: JsonObject | undefined;
  let upstreamId: string | undefined;
  let model = "";

  function openCandidate(index: unknown, position: number): readonly [number, OpenCandidate] {
    const at = typeof index === "number" ? index : position;
    let state = open.get(at);
    if (state === undefined) {
      if (open.size === candidatesMax || !Number.isInteger(at)) throw new Fault("upstream_garbled", "The provider's answer has an impossible candidate.");
      state = { parts: createPartReader(), isFinished: false, grounding: undefined, text: "" };
      open.set(at, state);
    }
    return [at, state];
  }

  function readCandidate(candidate: JsonObject, position: number): ChunkChoice | undefined {
    const [index, state] = openCandidate(candidate["index"], position);
    takeExtra(candidate);
    let delta = state.parts.read(partsOf(candidate), upstreamId ?? "");
    if (keepsText) state.text += delta.content ?? "";
    const grounding = asObject(candidate["groundingMetadata"]);
    const isGrounded = state.grounding !== undefined;
    if (grounding !== undefined) state.grounding = { ...state.grounding, ...grounding };
    let native = nativeFinish(candidate["finishReason"]);
    let finish = native === null ? null : finishReason(native, state.parts.hasCalls());
    if (state.isFinished) {
      // Sources may be named when the text is over.
      if (!isGrounded) delta = completed(delta, state);
      if (!hasContent(delta) && delta.annotations === undefined) return undefined;
      finish = native = null;
    } else if (finish !== null) {
      if (finish === "tool_calls" && state.parts.isCalling()) throw new Fault("upstream_garbled", "The provider left a call without its end.");
      state.isFinished = true;
      delta = completed(delta, state);
    }
    const logprobs = logprobsOf(candidate["logprobsResult"]);
    return {
      index,
      delta,
      finish_reason: finish,
      native_finish_reason: native,
      ...(logprobs === undefined ? {} : { logprobs }),
    };
  }

  function completed(delta: Delta, { parts, grounding, text }: OpenCandidate): Delta {
    const calls = parts.finish();
    const annotations = grounding === undefined ? [] : annotationsOf(grounding, text);
    return {
      ...delta,
      ...(calls.length === 0 ? {} : { tool_calls: [...(delta.tool_calls ?? []), ...calls] }),
      ...(annotations.length === 0 ? {} : { annotations }),
    };
  }

  function withSearches(counted: Usage | undefined): Usage | undefined {
    let webSearches = 0;
    for (const { grounding } of open.values()) if (grounding !== undefined) webSearches += webSearchesOf(grounding, traitsOf(model));
    return counted === undefined || webSearches === 0 ? counted : { ...counted, webSearches };
  }

  function takeExtra(fields: JsonObject): void {
    for (const name in fields) if (!known.has(name) && isExtra(name, fields[name], undefined)) extra[name] = fields[name];
  }

  return {
    read(body) {
      if (isError(body)) throw bodyFault(body);
      upstreamId ??= asText(body["responseId"]);
      model = asText(body["modelVersion"]) ?? model;
      // Every piece repeats the figures so far; the early ones lack some.
      const reported = asObject(body["usageMetadata"]);
      if (reported !== undefined) usage = { ...usage, ...reported };
      const candidates = asList(body["candidates"]);
      refusePrompt(body, candidates.length);
      takeExtra(body);
      return candidates.flatMap((item, position) => {
        const candidate = asObject(item);
        if (candidate === undefined) throw new Fault("upstream_garbled", "The provider sent a candidate that is none.");
        return readCandidate(candidate, position) ?? [];
      });
    },
    isComplete() {
      for (const candidate of open.values()) if (!candidate.isFinished) return false;
      return open.size > 0;
    },
    usage: () => withSearches(readUsage(usage)),
    upstreamId: () => upstreamId,
    serviceTier() {
      const tier = asText(usage?.["serviceTier"])?.toLowerCase();
      return tier === "standard" ? "default" : tier;
    },
    extra: () => extra,
  };
}

function partsOf({ content }: JsonObject): readonly unknown[] {
  const fields = asObject(content ?? {});
  const parts = fields === undefined ? undefined : (fields["parts"] ?? []);
  if (!Array.isArray(parts)) throw new Fault("upstream_garbled", "The provider sent content that is not of the protocol.");
  return parts;
}

function nativeFinish(value: unknown): string | null {
  const native = asText(value);
  // The value of an unset field.
  return native === undefined || native === "FINISH_REASON_UNSPECIFIED" ? null : native;
}

/** A prompt that is refused comes back with status 200, a reason, and no candidate. */
function refusePrompt(body: JsonObject, candidates: number): void {
  const reason = asText(asObject(body["promptFeedback"])?.["blockReason"]);
  if (reason === undefined || candidates > 0) return;
  throw new Fault("content_policy_violation", "The provider refused the prompt for what it says.", { metadata: { provider_code: reason } });
}

/**
 * The contract of an adapter: our code for one protocol. Adapters are pure: no fetch, no clock, no log, no state
 * between requests. Authorizing is apart (authorize.ts). Every adapter runs the laws of test/laws/adapter.ts.
 */

import type { Fault } from "../base/fault.ts";
import type { ChatAnswer, ChatChunk, ChatRequest, Usage } from "../wire/chat.ts";
import type { Framing } from "../wire/frames.ts";
import type { SseEvent, SseLimits } from "../wire/sse.ts";
import type { Quirks } from "./quirks.ts";

/** The endpoint as an adapter sees it. */
export interface Target {
  /** Without a trailing slash: "https://api.example.com/v1". */
  readonly baseUrl: string;
  /** The provider's own id of the model. */
  readonly upstreamModel: string;
  /** Public parameter names that the endpoint takes; undefined when the catalog does not know. */
  readonly parameters: ReadonlySet<string> | undefined;
  readonly outputTokensMax: number | undefined;
  /** The provider's service tier that this endpoint stands for; the default one where absent. */
  readonly serviceTier?: "flex" | "priority" | undefined;
  readonly quirks: Quirks;
}

export interface UpstreamRequest {
  readonly url: string;
  /** Lowercase names; no credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** What was not sent as the caller wrote it. Recorded on the generation. */
  readonly notes: readonly ParameterNote[];
}

/** `parameter` is the caller's name for it, `detail` says what became of it ("not in this dialect", "sent as random_seed"). */
export interface ParameterNote {
  readonly parameter: string;
  readonly action: "dropped" | "translated";
  readonly detail: string;
}

/** Of the parts of a message: image_url, input_audio, file, video_url. */
export type MediaKind = "image" | "audio" | "file" | "video";

export interface ChatAdapter {
  readonly protocol: string;
  /** How its streams are cut into events; as server-sent events where absent. */
  readonly framing?: Framing;
  /** Of its streams of text, where the events are longer than in other dialects. */
  readonly limits?: SseLimits;

  encodeRequest(request: ChatRequest, target: Target): UpstreamRequest;

  /**
   * Decodes the JSON body of a successful whole answer.
   * @throws Fault when the body is an error in disguise (a 200 that holds an error) or not an answer (upstream_garbled).
   */
  decodeResponse(body: unknown, request: ChatRequest, target: Target): ChatAnswer;

  openStream(request: ChatRequest, target: Target): StreamDecoder;

  /** Would the upstream go on where a trailing assistant message ends, rather than answer it? */
  continues(target: Target): boolean;

  /**
   * Does the upstream open this address (http or https) of a message by itself? Else the gateway fetches what is there, and
   * hands the adapter a data URL (of audio: its data).
   */
  fetchesUrl(kind: MediaKind, url: string, target: Target): boolean;

  /** Maps an unsuccessful HTTP answer. `headers` have lowercase names; `body` is at most 64 KiB and may be anything. */
  decodeError(status: number, headers: Readonly<Record<string, string>>, body: string): Fault;
}

export interface StreamDecoder {
  /**
   * The chunks of one event; most events give one. Each finish is given once, and usage is held until after it. A decoder reads on
   * after its own end: words that come then are given, and the relay refuses them.
   * @throws Fault for an error event; upstream_garbled for an event that is not of the protocol, or with which words would be lost.
   */
  push(event: SseEvent): readonly ChatChunk[];

  /** Has the answer said all it will: every choice has its finish? */
  isComplete(): boolean;

  /** Has the protocol's own end been seen (`[DONE]`)? Nothing worth waiting for comes after it. */
  isEnded(): boolean;

  /** What the upstream has reported so far: all there will be, when the caller hangs up. */
  usage(): Usage | undefined;

  /**
   * Says that the bytes have ended, and gives what was held back (usage).
   * @throws Fault stream_truncated when no finish had come: a cut stream is never a short success.
   */
  end(): readonly ChatChunk[];
}

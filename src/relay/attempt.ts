/**
 * One call to one endpoint: encode, authorize, open, frame, decode. It knows nothing of the caller, of money or of other
 * endpoints; it tells what it decodes as it comes and resolves, always, with how it ended.
 */

import { asFault, Fault } from "../base/fault.ts";
import { monotonic } from "../base/clock.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { ChatAdapter, ParameterNote, StreamDecoder } from "../providers/adapter.ts";
import { authorizationHeaders } from "../providers/authorize.ts";
import { hasContent, type ChatAnswer, type ChatChunk, type ChatRequest, type Usage } from "../wire/chat.ts";
import { createSseParser, type SseEvent } from "../wire/sse.ts";
import type { ExchangeControl, ExchangeEvents, Upstream, UpstreamHeaders } from "./upstream.ts";

export interface AttemptTimeouts {
  /** To the first content of a stream. */
  readonly firstContentMs: number;
  /** The same while the provider shows signs of life (comments, events without content). */
  readonly firstContentAliveMs: number;
  /** To the end of an answer that is not streamed. */
  readonly wholeAnswerMs: number;
  /** The longest silence after the first content. */
  readonly gapMs: number;
}

export interface AttemptInput {
  readonly request: ChatRequest;
  readonly endpoint: Endpoint;
  readonly adapter: ChatAdapter;
  readonly upstream: Upstream;
  readonly timeouts: AttemptTimeouts;
  /** Headers that go to this endpoint besides the adapter's and the credential's. */
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  /** All chunks of one read. Not called for an answer that is not streamed. */
  readonly onChunks: (chunks: readonly ChatChunk[]) => void;
  /** Hands out the control as soon as there is one, for back-pressure and for hanging up. */
  readonly onOpen: (control: ExchangeControl) => void;
}

export interface AttemptEnd {
  readonly status: number | null;
  readonly fault: Fault | undefined;
  /** The answer, when it was not streamed. */
  readonly answer: ChatAnswer | undefined;
  /** What the upstream had reported when a stream was broken off. */
  readonly usage: Usage | undefined;
  readonly notes: readonly ParameterNote[];
  readonly startedAt: number;
  /** On the monotonic clock, like `startedAt` and `endedAt`. */
  readonly firstContentAt: number | undefined;
  readonly endedAt: number;
}

const errorBodyBytesMax = 64 * 1024;
const answerBytesMax = 64 * 1024 * 1024;
/** What comes before the first content is held back, so it is bounded. */
const bytesBeforeContentMax = 4 * 1024 * 1024;

type Ending = { -readonly [Field in keyof AttemptEnd]: AttemptEnd[Field] };

/** Never rejects. Resolves after `abort` too, with the fault that was given as the reason. */
export function runAttempt(input: AttemptInput): Promise<AttemptEnd> {
  return new Promise((resolve) => {
    const ending: Ending = { status: null, fault: undefined, answer: undefined, usage: undefined, notes: [], startedAt: monotonic(), firstContentAt: undefined, endedAt: Number.NaN };
    let reader: Reader | undefined;
    let deadline: Deadline | undefined;
    let linger: NodeJS.Timeout | undefined;
    let isOver = false;

    const finish = (fault: Fault | undefined): void => {
      if (isOver) return;
      isOver = true;
      deadline?.cancel();
      clearTimeout(linger);
      if (fault !== undefined) ending.usage = reader?.usage();
      ending.fault = fault;
      ending.endedAt = monotonic();
      resolve(ending);
    };
    let control: ExchangeControl;
    try {
      control = openExchange(input, ending, {
        head(status, headers) {
          reader = readerOf(input, ending, status, headers);
        },
        data(bytes) {
          reader?.push(bytes);
          if (reader?.isEnded() === true) linger ??= setTimeout(() => control.abort(new Fault("stream_stalled", "The provider kept the stream open after its end.")), lingerMs);
          if (deadline === undefined || ending.firstContentAt === undefined) return;
          deadline.cancel();
          deadline = undefined;
        },
        end() {
          reader?.end();
          finish(undefined);
        },
        fail(fault) {
          finish(fault.code !== "client_closed" && endsWell(reader) ? undefined : withoutCredential(fault, input.endpoint.authorization));
        },
      });
    } catch (error) {
      finish(asFault(error));
      return;
    }
    input.onOpen(control);
    if (isOver) return;
    deadline = input.request.stream ? firstContentDeadline(input.timeouts, control, () => reader?.isAlive() ?? false) : wholeAnswerDeadline(input.timeouts, control);
  });
}

/** How long the connection may stay open after the stream said that it has ended. */
const lingerMs = 250;

/** An answer that was finished before its connection broke is whole: the finish is what counts (fault matrix, row 17). */
function endsWell(reader: Reader | undefined): boolean {
  if (reader?.isComplete() !== true) return false;
  reader.end();
  return true;
}

/** Some providers repeat the credential they were sent in their complaint about it. */
function withoutCredential(fault: Fault, authorization: Endpoint["authorization"]): Fault {
  if (authorization.scheme === "none") return fault;
  const credential = authorization.credential.reveal();
  const raw = fault.metadata["raw"];
  if (!fault.message.includes(credential) && !(typeof raw === "string" && raw.includes(credential))) return fault;
  return new Fault(fault.code, fault.message.replaceAll(credential, "[redacted]"), {
    metadata: { ...fault.metadata, ...(typeof raw === "string" ? { raw: raw.replaceAll(credential, "[redacted]") } : {}) },
    ...(fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs }),
    cause: fault.code,
  });
}

function openExchange(input: AttemptInput, ending: Ending, events: ExchangeEvents): ExchangeControl {
  const { endpoint, request, timeouts } = input;
  const { url, headers, body, notes } = input.adapter.encodeRequest(request, endpoint.target);
  ending.notes = notes;
  return input.upstream.open(
    {
      url,
      headers: { ...headers, ...authorizationHeaders(endpoint.authorization), ...input.extraHeaders },
      body,
      headMs: request.stream ? timeouts.firstContentMs : timeouts.wholeAnswerMs,
      gapMs: timeouts.gapMs,
    },
    events,
  );
}

interface Deadline {
  readonly cancel: () => void;
}

/** Silence ends the attempt early; a provider that shows it is working (fault matrix, row 12) is given longer. */
function firstContentDeadline({ firstContentMs, firstContentAliveMs }: AttemptTimeouts, control: ExchangeControl, isAlive: () => boolean): Deadline {
  let leftMs = firstContentAliveMs;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const waitMs = Math.min(firstContentMs, leftMs);
    leftMs -= waitMs;
    timer = setTimeout(() => {
      if (leftMs > 0 && isAlive()) wait();
      else control.abort(new Fault("upstream_timeout", "The provider sent no content in time."));
    }, waitMs);
  };
  wait();
  return { cancel: () => clearTimeout(timer) };
}

/** Not only to its head: a body may come drop by drop. */
function wholeAnswerDeadline({ wholeAnswerMs }: AttemptTimeouts, control: ExchangeControl): Deadline {
  const timer = setTimeout(() => control.abort(new Fault("upstream_timeout", "The provider did not answer in time.")), wholeAnswerMs);
  return { cancel: () => clearTimeout(timer) };
}

/** Reads one answer: a stream of events, a whole JSON body, or an error. Which of them is known at its head. */
interface Reader {
  push(bytes: Buffer): void;
  end(): void;
  /** Has anything come since this was last asked, and is it of a kind that says the provider is at work? */
  isAlive(): boolean;
  isComplete(): boolean;
  isEnded(): boolean;
  usage(): Usage | undefined;
}

function readerOf(input: AttemptInput, ending: Ending, status: number, headers: UpstreamHeaders): Reader {
  ending.status = status;
  if (status >= 300 && status < 400) {
    throw new Fault("upstream_redirected", "The provider answered with a redirect, which is never followed.");
  }
  const isStream = status < 300 && input.request.stream && String(headers["content-type"] ?? "").toLowerCase().includes("text/event-stream");
  return isStream ? createEventReader(input, ending) : createBodyReader(input, ending, headers);
}

function createEventReader(input: AttemptInput, ending: Ending): Reader {
  const parser = createSseParser();
  const decoder: StreamDecoder = input.adapter.openStream(input.request, input.endpoint.target);
  let hasNews = false;
  let bytesBeforeContent = 0;

  const decode = (events: readonly SseEvent[]): void => {
    const chunks: ChatChunk[] = [];
    let failure: unknown;
    try {
      for (const event of events) for (const chunk of decoder.push(event)) chunks.push(chunk);
    } catch (error) {
      failure = error;
    }
    emit(chunks);
    // What came before an error in the same read was said, and is delivered, before the error is.
    if (failure !== undefined) throw failure;
  };
  const emit = (chunks: readonly ChatChunk[]): void => {
    if (chunks.length === 0) return;
    if (ending.firstContentAt === undefined && chunks.some((chunk) => chunk.choices.some((choice) => hasContent(choice.delta)))) {
      ending.firstContentAt = monotonic();
    }
    input.onChunks(chunks);
  };

  return {
    push(bytes) {
      hasNews = true;
      bytesBeforeContent += ending.firstContentAt === undefined ? bytes.length : 0;
      if (bytesBeforeContent > bytesBeforeContentMax) throw new Fault("upstream_garbled", "The provider sent more than 4 MiB without content.");
      decode(parser.push(bytes));
    },
    end() {
      decode(parser.end());
      emit(decoder.end());
    },
    isAlive() {
      const alive = hasNews;
      hasNews = false;
      return alive;
    },
    isComplete: () => decoder.isComplete(),
    isEnded: () => decoder.isEnded(),
    usage: () => decoder.usage(),
  };
}

/** Past its limit an error body is cut and an answer is refused. */
function createBodyReader(input: AttemptInput, ending: Ending, headers: UpstreamHeaders): Reader {
  const status = ending.status ?? 0;
  const bytesMax = status < 300 ? answerBytesMax : errorBodyBytesMax;
  const parts: Buffer[] = [];
  let length = 0;
  return {
    push(bytes) {
      length += bytes.length;
      if (length <= bytesMax) parts.push(bytes);
      else if (status < 300) throw new Fault("upstream_garbled", "The provider's answer is larger than 64 MiB.");
    },
    end() {
      const text = (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString("utf8");
      if (status >= 400) throw input.adapter.decodeError(status, singleHeaders(headers), text);
      const answer = input.adapter.decodeResponse(parseJson(text), input.request, input.endpoint.target);
      ending.firstContentAt = monotonic();
      // A server that ignores `stream` answers whole; the caller still gets the stream that was asked for.
      if (input.request.stream) input.onChunks(chunksOf(answer));
      else ending.answer = answer;
    },
    isAlive: () => false,
    isComplete: () => false,
    isEnded: () => false,
    usage: () => undefined,
  };
}

function singleHeaders(headers: UpstreamHeaders): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) single[name] = typeof value === "string" ? value : value.join(", ");
  }
  return single;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault("upstream_garbled", "The provider's answer is not JSON.", { cause: error });
  }
}

function chunksOf(answer: ChatAnswer): readonly ChatChunk[] {
  const chunks: ChatChunk[] = answer.choices.map((choice) => {
    const { tool_calls: calls, ...message } = choice.message;
    const delta = calls === undefined ? message : { ...message, tool_calls: calls.map((call, index) => ({ ...call, index })) };
    const { index, finish_reason, native_finish_reason, logprobs } = choice;
    return { choices: [{ index, delta, finish_reason, native_finish_reason, ...(logprobs === undefined ? {} : { logprobs }) }] };
  });
  const { extra, serviceTier, systemFingerprint, upstreamId, usage } = answer;
  chunks.push({
    choices: [], extra,
    ...(usage === undefined ? {} : { usage }),
    ...(upstreamId === undefined ? {} : { upstreamId }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(systemFingerprint === undefined ? {} : { systemFingerprint }),
  });
  return chunks;
}

/**
 * One call to one endpoint: encode, authorize, open, frame, decode. It knows nothing of the caller, of money or of other
 * endpoints; it tells what it decodes as it comes and resolves, always, with how it ended.
 */

import { asFault, Fault } from "../base/fault.ts";
import { monotonic } from "../base/clock.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { ChatAdapter, ParameterNote, StreamDecoder, UpstreamRequest } from "../providers/adapter.ts";
import { authorizationHeaders } from "../providers/authorize.ts";
import { hasContent, type ChatAnswer, type ChatChunk, type ChatRequest } from "../wire/chat.ts";
import { createSseParser, type SseEvent, type SseParser } from "../wire/sse.ts";
import type { ExchangeControl, Upstream } from "./upstream.ts";

export interface AttemptTimeouts {
  /** To the first content of a stream. */
  readonly firstContentMs: number;
  /** The same while the provider shows signs of life (comments, events without content). */
  readonly firstContentAliveMs: number;
  /** To the head of an answer that is not streamed: the provider says nothing until it has finished. */
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
  readonly extraHeaders: Readonly<Record<string, string>>;
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
  readonly notes: readonly ParameterNote[];
  readonly startedAt: number;
  /** On the monotonic clock, like `startedAt` and `endedAt`. */
  readonly firstContentAt: number | undefined;
  readonly endedAt: number;
}

const errorBodyBytesMax = 64 * 1024;
const answerBytesMax = 64 * 1024 * 1024;

/** Never rejects. Resolves after `abort` too, with client_closed. */
export function runAttempt(input: AttemptInput): Promise<AttemptEnd> {
  return new Promise((resolve) => {
    const startedAt = monotonic();
    const state: AttemptState = { status: null, notes: [], firstContentAt: undefined, answer: undefined };
    let deadline: Deadline | undefined;
    let control: ExchangeControl | undefined;
    let isOver = false;

    const finish = (fault: Fault | undefined): void => {
      if (isOver) return;
      isOver = true;
      deadline?.cancel();
      if (fault !== undefined) control?.abort();
      resolve({ ...state, fault, startedAt, endedAt: monotonic() });
    };
    const guarded = (step: () => void): void => {
      if (isOver) return;
      try {
        step();
      } catch (error) {
        finish(asFault(error));
      }
    };

    guarded(() => {
      const encoded = input.adapter.encodeRequest(input.request, input.endpoint.target);
      state.notes = encoded.notes;
      const reader = createReader(input, state);
      control = openExchange(input, encoded, {
        head: (status, headers) => guarded(() => reader.head(status, headers)),
        data: (bytes) => guarded(() => {
          reader.data(bytes);
          if (deadline !== undefined && state.firstContentAt !== undefined) {
            deadline.cancel();
            deadline = undefined;
          }
        }),
        end: () => guarded(() => {
          reader.end();
          finish(undefined);
        }),
        fail: finish,
      });
      input.onOpen({ ...control, abort: () => finish(new Fault("client_closed", "The caller hung up.")) });
      if (input.request.stream && !isOver) deadline = firstContentDeadline(input.timeouts, reader, finish);
    });
  });
}

interface AttemptState {
  status: number | null;
  notes: readonly ParameterNote[];
  firstContentAt: number | undefined;
  answer: ChatAnswer | undefined;
}

interface Reader {
  readonly head: (status: number, headers: Readonly<Record<string, string>>) => void;
  readonly data: (bytes: Buffer) => void;
  readonly end: () => void;
  readonly isAlive: () => boolean;
}

function openExchange(input: AttemptInput, encoded: UpstreamRequest, events: Parameters<Upstream["open"]>[1]): ExchangeControl {
  const { timeouts } = input;
  return input.upstream.open(
    {
      url: encoded.url,
      headers: { ...encoded.headers, ...authorizationHeaders(input.endpoint.authorization), ...input.extraHeaders },
      body: encoded.body,
      headMs: input.request.stream ? timeouts.firstContentMs : timeouts.wholeAnswerMs,
      gapMs: timeouts.gapMs,
    },
    events,
  );
}

interface Deadline {
  readonly cancel: () => void;
}

/** Silence ends the attempt early; a provider that shows it is working (fault matrix, row 12) is given longer. */
function firstContentDeadline(timeouts: AttemptTimeouts, reader: Reader, finish: (fault: Fault) => void): Deadline {
  const late = () => finish(new Fault("upstream_timeout", "The provider sent no content in time."));
  const silence = setTimeout(() => (reader.isAlive() ? silence.refresh() : late()), timeouts.firstContentMs);
  const latest = setTimeout(late, timeouts.firstContentAliveMs);
  return {
    cancel: () => {
      clearTimeout(silence);
      clearTimeout(latest);
    },
  };
}

/** Reads one answer: a stream of events, a whole JSON body, or an error. Which of them is known at its head. */
function createReader(input: AttemptInput, state: AttemptState): Reader {
  let body: BodyReader | undefined;
  let stream: EventReader | undefined;
  let headers: Readonly<Record<string, string>> = {};
  return {
    head: (status, received) => {
      state.status = status;
      headers = received;
      if (status >= 300 && status < 400) {
        throw new Fault("upstream_redirected", "The provider answered with a redirect, which is never followed.");
      }
      const isStream = status < 300 && input.request.stream && (received["content-type"] ?? "").includes("text/event-stream");
      if (isStream) stream = createEventReader(input, state);
      else body = createBodyReader(status < 300 ? answerBytesMax : errorBodyBytesMax, status < 300);
    },
    data: (bytes) => {
      if (stream !== undefined) stream.push(bytes);
      else body?.push(bytes);
    },
    end: () => {
      if (stream !== undefined) stream.end();
      else if (body !== undefined) readBody(input, state, headers, body.text());
    },
    isAlive: () => stream?.isAlive() ?? false,
  };
}

function readBody(input: AttemptInput, state: AttemptState, headers: Readonly<Record<string, string>>, text: string): void {
  const status = state.status ?? 0;
  if (status >= 400) throw input.adapter.decodeError(status, headers, text);
  const answer = input.adapter.decodeResponse(parseJson(text), input.request, input.endpoint.target);
  state.firstContentAt = monotonic();
  // A server that ignores `stream` answers whole; the caller still gets the stream that was asked for.
  if (input.request.stream) input.onChunks(chunksOf(answer));
  else state.answer = answer;
}

interface EventReader {
  readonly push: (bytes: Buffer) => void;
  readonly end: () => void;
  readonly isAlive: () => boolean;
}

function createEventReader(input: AttemptInput, state: AttemptState): EventReader {
  const parser: SseParser = createSseParser();
  const decoder: StreamDecoder = input.adapter.openStream(input.request, input.endpoint.target);
  let readsSinceAsked = 0;

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
    if (state.firstContentAt === undefined && chunks.some((chunk) => chunk.choices.some((choice) => hasContent(choice.delta)))) {
      state.firstContentAt = monotonic();
    }
    input.onChunks(chunks);
  };

  return {
    push: (bytes) => {
      readsSinceAsked++;
      decode(parser.push(bytes));
    },
    end: () => {
      decode(parser.end());
      emit(decoder.end());
    },
    isAlive: () => {
      const alive = readsSinceAsked > 0;
      readsSinceAsked = 0;
      return alive;
    },
  };
}

interface BodyReader {
  readonly push: (bytes: Buffer) => void;
  readonly text: () => string;
}

/** Past its limit an error body is cut and an answer is refused. */
function createBodyReader(bytesMax: number, isAnswer: boolean): BodyReader {
  const parts: Buffer[] = [];
  let length = 0;
  return {
    push: (bytes) => {
      length += bytes.length;
      if (length <= bytesMax) parts.push(bytes);
      else if (isAnswer) throw new Fault("upstream_garbled", "The provider's answer is larger than 64 MiB.");
    },
    text: () => (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString("utf8"),
  };
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

/** A conversation with an endpoint: the request in its dialect, and its answer framed and decoded, streamed or whole. */

import { monotonic } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { ChatAdapter, StreamDecoder } from "../providers/adapter.ts";
import { hasContent, type ChatAnswer, type ChatChunk, type ChatRequest } from "../wire/chat.ts";
import { createFrameParser, mediaTypes } from "../wire/frames.ts";
import { mediaLimits, textLimits, type SseEvent, type SseLimits } from "../wire/sse.ts";
import { answerBytesMax, createBodyReader, parseJson, type Ending, type Errand, type Reader } from "./attempt.ts";

export interface Conversing {
  readonly request: ChatRequest;
  readonly endpoint: Endpoint;
  readonly adapter: ChatAdapter;
  /** Nothing is told before the answer is complete, so that all of it is kept. */
  readonly isHeld: boolean;
  /** All chunks of one read. Not called for an answer that is not streamed. */
  readonly onChunks: (chunks: readonly ChatChunk[]) => void;
}

export function chatErrand(input: Conversing): Errand<ChatAnswer> {
  const { adapter, endpoint: { target }, request } = input;
  return {
    isStream: request.stream,
    encode: () => adapter.encodeRequest(request, target),
    openReader: (headers, ending) => {
      const isEvents = request.stream && String(headers["content-type"] ?? "").toLowerCase().includes(mediaTypes[adapter.framing ?? "sse"]);
      return isEvents ? createEventReader(input, ending) : createBodyReader((body) => readWhole(input, ending, body));
    },
    decodeError: (status, headers, body) => adapter.decodeError(status, headers, body),
  };
}

/** What comes before the first content is held back, and sometimes all: it is bounded. */
const bytesBeforeContentMax = 4 * 1024 * 1024;

interface StreamLimits extends SseLimits {
  readonly bytesBeforeContentMax: number;
}

/** Only of an endpoint that gives media are lines taken that are as long as media. */
function limitsOf({ adapter, endpoint: { outputModalities } }: Conversing): StreamLimits {
  const givesMedia = outputModalities.has("image") || outputModalities.has("audio") || outputModalities.has("video");
  return givesMedia ? { ...mediaLimits, bytesBeforeContentMax: answerBytesMax } : { ...(adapter.limits ?? textLimits), bytesBeforeContentMax };
}

function createEventReader(input: Conversing, ending: Ending<ChatAnswer>): Reader {
  const limits = limitsOf(input);
  const parser = createFrameParser(input.adapter.framing, limits);
  const decoder: StreamDecoder = input.adapter.openStream(input.request, input.endpoint.target);
  let hasNews = false;
  let bytesHeld = 0;
  let hasSpoken = false;
  let isBroken = false;
  const finished = new Set<number>();

  /**
   * Whoever stops listening at the finish would not hear them, and the bill would be for a short answer. Signatures are no words: some
   * servers sign an answer when it is over.
   */
  const refuseLateWords = ({ choices }: ChatChunk): void => {
    for (const { index, delta, finish_reason: finish } of choices) {
      if (finished.size > 0 && finished.has(index) && hasContent({ ...delta, reasoning_details: (delta.reasoning_details ?? []).filter(isThought) })) throw new Fault("upstream_garbled", "The provider went on after the end of its answer.");
      if (finish !== null) finished.add(index);
    }
  };
  const decode = (events: readonly SseEvent[]): void => {
    const chunks: ChatChunk[] = [];
    let failure: unknown;
    try {
      for (const event of events) {
        for (const chunk of decoder.push(event)) {
          refuseLateWords(chunk);
          chunks.push(chunk);
        }
      }
    } catch (error) {
      failure = error;
    }
    emit(chunks);
    // What came before an error in the same read was said, and is delivered, before the error is.
    if (failure !== undefined) throw failure;
  };
  const emit = (chunks: readonly ChatChunk[]): void => {
    if (chunks.length === 0) return;
    hasSpoken = true;
    if (ending.firstContentAt === undefined && chunks.some((chunk) => chunk.choices.some((choice) => hasContent(choice.delta)))) {
      ending.firstContentAt = monotonic();
    }
    input.onChunks(chunks);
  };

  /** The event that the bytes end in. After the finish it may be half of one: there the connection broke, and the answer is whole. */
  const lastEvents = (): readonly SseEvent[] => {
    if (!decoder.isComplete()) return parser.end();
    try {
      return parser.end().filter(({ data }) => isJson(data));
    } catch {
      return [];
    }
  };

  return {
    push(bytes) {
      hasNews = true;
      bytesHeld += ending.firstContentAt === undefined || input.isHeld ? bytes.length : 0;
      try {
        if (bytesHeld > limits.bytesBeforeContentMax) throw new Fault("upstream_garbled", input.isHeld ? "The answer is too long to be held until it is complete." : "The provider sent too much without content.");
        decode(parser.push(bytes));
      } catch (error) {
        isBroken = true;
        throw error;
      }
    },
    end() {
      try {
        // A failure waits for the next bytes where something came whole before it.
        decode(parser.push(noBytes));
        decode(lastEvents());
        emit(decoder.end());
      } catch (error) {
        isBroken = true;
        throw error;
      }
    },
    isAlive() {
      const alive = hasNews;
      hasNews = false;
      return alive;
    },
    hasSpoken() {
      const spoken = hasSpoken;
      hasSpoken = false;
      return spoken;
    },
    isComplete: () => !isBroken && decoder.isComplete(),
    isEnded: () => decoder.isEnded(),
    usage: () => decoder.usage(),
  };
}

const noBytes = Buffer.alloc(0);

/** Rather than a signature. */
function isThought(detail: unknown): boolean {
  return typeof detail === "object" && detail !== null && (("text" in detail && detail.text !== "") || ("summary" in detail && detail.summary !== ""));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readWhole({ adapter, endpoint, request, onChunks }: Conversing, ending: Ending<ChatAnswer>, body: Buffer): void {
  const answer = adapter.decodeResponse(parseJson(body), request, endpoint.target);
  ending.firstContentAt = monotonic();
  // A server that ignores `stream` answers whole; the caller still gets the stream that was asked for.
  if (request.stream) onChunks(chunksOf(answer));
  else ending.answer = answer;
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

/**
 * One call to one endpoint: encode, authorize, open, read. It knows nothing of the caller, of money or of other endpoints, and
 * leaves to the errand what is asked and how the answer is read; it resolves, always, with how it ended.
 */

import { asFault, Fault } from "../base/fault.ts";
import { monotonic, wallClock } from "../base/clock.ts";
import type { ParameterNote, UpstreamRequest } from "../providers/adapter.ts";
import { authorizationHeaders, secretsOf, type ShownAuthorization } from "../providers/authorize.ts";
import type { Usage } from "../wire/chat.ts";
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

/** Nothing takes longer than this, however it drips. */
const answerMsMax = 30 * 60_000;

/** What is asked of an endpoint, and how its answer is read. */
export interface Errand<Answer> {
  /** The answer is told as it comes. */
  readonly isStream: boolean;
  /** @throws Fault for a request that this endpoint cannot be asked. */
  readonly encode: () => UpstreamRequest;
  /** Reads an answer of success; its head says of what kind it is. What is read is put into `ending`. */
  readonly openReader: (headers: UpstreamHeaders, ending: Ending<Answer>) => Reader;
  readonly decodeError: (status: number, headers: Readonly<Record<string, string>>, body: string) => Fault;
}

export interface AttemptInput<Answer> {
  readonly errand: Errand<Answer>;
  readonly authorization: ShownAuthorization;
  readonly upstream: Upstream;
  readonly timeouts: AttemptTimeouts;
  /** Headers that go to this endpoint besides the adapter's and the credential's. */
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  /** Hands out the control as soon as there is one, for back-pressure and for hanging up. */
  readonly onOpen: (control: ExchangeControl) => void;
}

export interface AttemptEnd<Answer> {
  readonly status: number | null;
  readonly fault: Fault | undefined;
  /** The answer, when it was not streamed. */
  readonly answer: Answer | undefined;
  /** What the upstream had reported when a stream was broken off. */
  readonly usage: Usage | undefined;
  readonly notes: readonly ParameterNote[];
  readonly startedAt: number;
  /** On the monotonic clock, like `startedAt` and `endedAt`. */
  readonly firstContentAt: number | undefined;
  readonly endedAt: number;
}

export type Ending<Answer> = { -readonly [Field in keyof AttemptEnd<Answer>]: AttemptEnd<Answer>[Field] };

/** Reads one answer. What it throws ends the attempt. */
export interface Reader {
  push(bytes: Buffer): void;
  end(): void;
  /** Has anything come since this was last asked, and is it of a kind that says the provider is at work? */
  isAlive(): boolean;
  /** Has it said anything since this was last asked? */
  hasSpoken(): boolean;
  /** Has it told its finish, and was everything read that came? */
  isComplete(): boolean;
  isEnded(): boolean;
  usage(): Usage | undefined;
}

/** Never rejects. Resolves after `abort` too, with the fault that was given as the reason. */
export function runAttempt<Answer>(input: AttemptInput<Answer>): Promise<AttemptEnd<Answer>> {
  return new Promise((resolve) => {
    const ending: Ending<Answer> = { status: null, fault: undefined, answer: undefined, usage: undefined, notes: [], startedAt: monotonic(), firstContentAt: undefined, endedAt: Number.NaN };
    let reader: Reader | undefined;
    let deadline: Deadline | undefined;
    let gaps: Gaps | undefined;
    let linger: NodeJS.Timeout | undefined;
    let isOver = false;

    const finish = (fault: Fault | undefined): void => {
      if (isOver) return;
      isOver = true;
      deadline?.cancel();
      gaps?.cancel();
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
          if (ending.firstContentAt === undefined) return;
          if (gaps === undefined) {
            deadline?.cancel();
            deadline = undefined;
            gaps = watchGaps(input.timeouts, control, ending.startedAt);
          }
          gaps.heard(reader?.hasSpoken() ?? false);
        },
        end() {
          reader?.end();
          finish(undefined);
        },
        fail(fault) {
          finish(verdictOn(fault, reader, input.authorization));
        },
      });
    } catch (error) {
      finish(asFault(error));
      return;
    }
    input.onOpen(control);
    if (isOver) return;
    deadline = input.errand.isStream ? firstContentDeadline(input.timeouts, control, () => reader?.isAlive() ?? false) : wholeAnswerDeadline(input.timeouts, control);
  });
}

/** How long the connection may stay open after the stream said that it has ended. */
const lingerMs = 250;

/**
 * An answer that was finished before its connection broke is whole: the finish is what counts (fault matrix, row 17). Undefined
 * for such a one. What was thrown while it was read is no fault of the connection's, and the reader is not complete after it.
 */
function verdictOn(fault: Fault, reader: Reader | undefined, authorization: ShownAuthorization): Fault | undefined {
  if (fault.code === "client_closed" || reader?.isComplete() !== true) return withoutCredential(fault, authorization);
  try {
    reader.end();
    return undefined;
  } catch (error) {
    return error instanceof Fault ? error : new Fault("upstream_garbled", "The provider's answer could not be read.", { cause: error });
  }
}

/** Some providers repeat the credential they were sent in their complaint about it. */
function withoutCredential(fault: Fault, authorization: ShownAuthorization): Fault {
  const clean = redactor(authorization);
  const message = clean(fault.message);
  const metadata = Object.fromEntries(Object.entries(fault.metadata).map(([name, value]) => [name, everyText(value, clean)]));
  if (message === fault.message && JSON.stringify(metadata) === JSON.stringify(fault.metadata)) return fault;
  return new Fault(fault.code, message, { metadata, ...(fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs }), cause: fault.code });
}

/** Half of a credential that ends a text which was cut is as good as one: so many characters of it are enough to know it by. */
const halfCharsMin = 6;

function redactor(authorization: ShownAuthorization): (text: string) => string {
  const secrets = secretsOf(authorization).filter((secret) => secret !== "");
  return (text) => secrets.reduce((clean, secret) => {
    const whole = clean.replaceAll(secret, "[redacted]");
    const end = whole.endsWith("…") ? whole.length - 1 : whole.length;
    for (let length = Math.min(secret.length, end); length >= halfCharsMin; length--) {
      if (whole.endsWith(secret.slice(0, length), end)) return `${whole.slice(0, end - length)}[redacted]`;
    }
    return whole;
  }, text);
}

function everyText(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === "string") return clean(value);
  if (Array.isArray(value)) return value.map((item) => everyText(item, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, everyText(item, clean)]));
}

function openExchange<Answer>(input: AttemptInput<Answer>, ending: Ending<Answer>, events: ExchangeEvents): ExchangeControl {
  const { authorization, errand, timeouts } = input;
  const { url, headers, body, notes } = errand.encode();
  ending.notes = notes;
  return input.upstream.open(
    {
      url,
      headers: { ...headers, ...authorizationHeaders(authorization, { url, headers, body }, wallClock()), ...input.extraHeaders },
      body,
      headMs: errand.isStream ? timeouts.firstContentMs : timeouts.wholeAnswerMs,
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

/** Watches an answer that has begun: for silence, for comments that stand for words, and for one without an end. */
interface Gaps {
  readonly heard: (hasSpoken: boolean) => void;
  readonly cancel: () => void;
}

function watchGaps({ gapMs, firstContentAliveMs }: AttemptTimeouts, control: ExchangeControl, startedAt: number): Gaps {
  const wordlessMs = Math.max(gapMs, firstContentAliveMs);
  let heardAt = monotonic();
  let spokenAt = heardAt;
  let timer: NodeJS.Timeout;
  // When they were is noted, and looked at when the time may be up: to set two timers again costs a tenth of what an event costs.
  const wait = (): void => {
    const now = monotonic();
    const silentUntil = Math.min(heardAt + gapMs, spokenAt + wordlessMs);
    const endlessAt = startedAt + answerMsMax;
    if (now >= endlessAt) control.abort(new Fault("upstream_timeout", "The provider's answer did not come to its end in half an hour."));
    else if (now >= silentUntil) control.abort(new Fault("stream_stalled", "The provider stopped sending in the middle of its answer."));
    else timer = setTimeout(wait, Math.min(silentUntil, endlessAt) - now);
  };
  wait();
  return {
    heard: (hasSpoken) => {
      heardAt = monotonic();
      if (hasSpoken) spokenAt = heardAt;
    },
    cancel: () => clearTimeout(timer),
  };
}

/** Not only to its head: a body may come drop by drop. */
function wholeAnswerDeadline({ wholeAnswerMs }: AttemptTimeouts, control: ExchangeControl): Deadline {
  const timer = setTimeout(() => control.abort(new Fault("upstream_timeout", "The provider did not answer in time.")), wholeAnswerMs);
  return { cancel: () => clearTimeout(timer) };
}

function readerOf<Answer>({ authorization, errand }: AttemptInput<Answer>, ending: Ending<Answer>, status: number, headers: UpstreamHeaders): Reader {
  ending.status = status;
  if (status >= 300 && status < 400) {
    throw new Fault("upstream_redirected", "The provider answered with a redirect, which is never followed.");
  }
  return status < 300 ? errand.openReader(headers, ending) : createErrorReader(errand, { status, headers, clean: redactor(authorization) });
}

const errorBodyBytesMax = 64 * 1024;

interface Refusal {
  readonly status: number;
  readonly headers: UpstreamHeaders;
  readonly clean: (text: string) => string;
}

/** Past its limit an error body is cut; it is cleaned before anything of it is cut away or read. */
function createErrorReader<Answer>({ decodeError }: Errand<Answer>, { status, headers, clean }: Refusal): Reader {
  let left = errorBodyBytesMax;
  const parts: Buffer[] = [];
  return {
    ...silent,
    push(bytes) {
      if (bytes.length <= left) parts.push(bytes);
      left -= bytes.length;
    },
    end() {
      throw decodeError(status, singleHeaders(headers), clean(Buffer.concat(parts).toString("utf8")));
    },
  };
}

/** Of a reader that says nothing before the end. */
const silent = { isAlive: () => false, hasSpoken: () => false, isComplete: () => false, isEnded: () => false, usage: () => undefined };

export const answerBytesMax = 64 * 1024 * 1024;

/** Gathers a whole answer. @throws Fault upstream_garbled for one that is larger than 64 MiB. */
export function createBodyReader(onEnd: (body: Buffer) => void): Reader {
  const parts: Buffer[] = [];
  let length = 0;
  return {
    ...silent,
    push(bytes) {
      length += bytes.length;
      if (length > answerBytesMax) throw new Fault("upstream_garbled", "The provider's answer is larger than 64 MiB.");
      parts.push(bytes);
    },
    end: () => onEnd(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)),
  };
}

/** @throws Fault upstream_garbled */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new Fault("upstream_garbled", "The provider's answer is not JSON.", { cause: error });
  }
}

function singleHeaders(headers: UpstreamHeaders): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) single[name] = typeof value === "string" ? value : value.join(", ");
  }
  return single;
}

/** The only owner of sockets to providers: one keep-alive pool per origin, no redirects, no retries, bytes up as they come. */

import { Agent, request, type Dispatcher } from "undici";
import { monotonic } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { createLookup } from "./addresses.ts";

export interface Exchange {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** The longest wait for the status line. */
  readonly headMs: number;
}

/** With lowercase names; one that came several times is a list. */
export type UpstreamHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What comes. A listener that throws aborts the exchange with what it threw. */
export interface ExchangeEvents {
  head(status: number, headers: UpstreamHeaders): void;
  data(bytes: Buffer): void;
  /** The last call, unless it throws. */
  end(): void;
  /** The last call, instead of `end`. */
  fail(fault: Fault): void;
}

export interface ExchangeControl {
  /** Ends the exchange now: `fail` is told the fault, before this returns. Does nothing after the last call. */
  abort(fault: Fault): void;
  pause(): void;
  resume(): void;
}

export interface Upstream {
  readonly open: (exchange: Exchange, events: ExchangeEvents) => ExchangeControl;
  readonly close: () => Promise<void>;
}

export function createUpstream(options: { readonly connectMs: number }): Upstream {
  const agent = new Agent({
    connect: { timeout: options.connectMs, lookup: createLookup(monotonic) },
    pipelining: 1,
    keepAliveTimeout: 10_000,
    // Providers name long keep-alives; ours ends first, so that a request is not written to a socket being closed.
    keepAliveMaxTimeout: 60_000,
    // A provider's answer is bounded by what reads it, not by undici.
    maxResponseSize: -1,
  });
  const places = new Map<string, { readonly origin: string; readonly path: string }>();

  return {
    open: (exchange, events) => {
      const { origin, path } = placeOf(places, exchange.url);
      const handler = new ExchangeHandler(events);
      agent.dispatch(
        {
          origin, path, method: "POST",
          headers: exchange.headers as Record<string, string>,
          body: exchange.body,
          headersTimeout: exchange.headMs,
          // How long a silence may be depends on what has been said: the attempt watches that.
          bodyTimeout: 0,
        },
        handler,
      );
      return handler;
    },
    close: () => agent.destroy(),
  };
}

/**
 * Asks a server on this machine a question that it may well not be there to answer: undefined for every kind of "no".
 * `withinMs` bounds the whole exchange, and the answer is read up to 1 MiB.
 */
export async function getJson(url: string, withinMs: number): Promise<unknown> {
  try {
    const answer = await request(url, { signal: AbortSignal.timeout(withinMs) });
    if (answer.statusCode === 200 && Number(answer.headers["content-length"] ?? 0) <= 1024 * 1024) return await answer.body.json();
    await answer.body.dump();
    return undefined;
  } catch {
    return undefined;
  }
}

/** What is thrown while bytes are read was made so by the bytes; the log keeps what it was. */
function readingFault(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault("upstream_garbled", "The provider's answer could not be read.", { cause: error });
}

/** undici calls handlers as objects of a class shape; this is the one place where that interface shows. */
class ExchangeHandler implements Dispatcher.DispatchHandler, ExchangeControl {
  readonly #events: ExchangeEvents;
  #controller: Dispatcher.DispatchController | undefined;
  #ending: Fault | "end" | undefined;

  constructor(events: ExchangeEvents) {
    this.#events = events;
  }

  abort(fault: Fault): void {
    if (this.#ending !== undefined) return;
    // Whose patience ends before there is a connection has not been kept waiting for an answer.
    const told = this.#controller === undefined && fault.code === "upstream_timeout" ? unconnected(fault) : fault;
    this.#ending = told;
    this.#controller?.abort(told);
    this.#events.fail(told);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ending instanceof Fault) controller.abort(this.#ending);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: UpstreamHeaders): void {
    if (this.#ending !== undefined) return;
    try {
      this.#events.head(status, headers);
    } catch (error) {
      this.abort(readingFault(error));
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (this.#ending !== undefined) return;
    try {
      this.#events.data(bytes);
    } catch (error) {
      this.abort(readingFault(error));
    }
  }

  onResponseEnd(): void {
    if (this.#ending !== undefined) return;
    try {
      this.#events.end();
      this.#ending = "end";
    } catch (error) {
      this.abort(readingFault(error));
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.abort(connectionFault(error));
  }
}

function placeOf(places: Map<string, { origin: string; path: string }>, url: string): { readonly origin: string; readonly path: string } {
  const known = places.get(url);
  if (known !== undefined) return known;
  const parsed = new URL(url);
  const place = { origin: parsed.origin, path: `${parsed.pathname}${parsed.search}` };
  // Bounded by the number of endpoints; the limit guards against an adapter that puts request data into its URL.
  if (places.size < 10_000) places.set(url, place);
  return place;
}

/** The fault matrix, rows 7 to 10, 18 and 19. The provider's name is added by the attempt. */
function connectionFault(error: Error): Fault {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  switch (code) {
    case "UND_ERR_HEADERS_TIMEOUT":
      return new Fault("upstream_timeout", "The provider did not answer in time.", { cause: error });
    case "UND_ERR_SOCKET":
    case "ECONNRESET":
    case "EPIPE":
      return new Fault("provider_disconnected", "The provider closed the connection before its answer was complete.", { cause: error });
    case "UND_ERR_CONNECT_TIMEOUT":
      return unconnected(error);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new Fault("upstream_unreachable", "The provider's host name could not be resolved.", { cause: error });
    case "ECONNREFUSED":
      return new Fault("upstream_refused", "The provider refused the connection.", { cause: error });
    default:
      return isTls(code)
        ? new Fault("upstream_untrusted", "The provider's certificate was refused.", { cause: error })
        : new Fault(code.startsWith("HPE_") ? "upstream_garbled" : "upstream_unreachable", "The connection to the provider failed.", { cause: error });
  }
}

function unconnected(cause: Error): Fault {
  return new Fault("upstream_unconnected", "The provider could not be connected to in time.", { cause });
}

function isTls(code: string): boolean {
  return code.startsWith("ERR_TLS") || code.startsWith("CERT_") || code.includes("CERTIFICATE") || code === "DEPTH_ZERO_SELF_SIGNED_CERT" || code === "SELF_SIGNED_CERT_IN_CHAIN";
}

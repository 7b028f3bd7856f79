/**
 * Step 1 of the walk, and the way back: plain node:http. Inference routes are answered here without a framework, because a
 * request on that path is allowed a few dozen microseconds; every other path goes to the management API.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { requestId as newRequestId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import type { RelayDeps } from "../relay/generate.ts";
import type { Surface } from "../surfaces/surface.ts";
import { toEnvelope } from "./envelope.ts";
import { answerInference, crossOriginHeaders, type InferenceDeps } from "./inference.ts";

export interface HttpDeps extends InferenceDeps {
  readonly api: { fetch(request: Request): Response | Promise<Response> };
  readonly clock: Clock;
  readonly log: Log;
}

export interface HttpServer {
  readonly port: number;
  /** Refuses new requests, lets those under way finish for at most `graceMs`, then closes what is left. */
  readonly drain: (graceMs: number) => Promise<void>;
}

const inference: ReadonlyMap<string, Surface> = new Map([["/api/v1/chat/completions", chatCompletions]]);

/** @throws Fault when the address cannot be listened on, naming the cause and the fix. */
export async function startServer(deps: HttpDeps, listen: { readonly host: string; readonly port: number }): Promise<HttpServer> {
  const api = getRequestListener((request) => deps.api.fetch(request));
  let isDraining = false;

  const server = createServer({ maxHeaderSize: 16 * 1024, keepAliveTimeout: 65_000, requestTimeout: 300_000 }, (message, response) => {
    const surface = inference.get(pathOf(message.url ?? "/"));
    if (surface === undefined || (message.method !== "POST" && message.method !== "OPTIONS")) {
      void api(message, response);
      return;
    }
    const id = newRequestId(deps.clock());
    if (message.method === "OPTIONS") {
      response.writeHead(204, [...crossOriginHeaders(message)]).end();
      return;
    }
    const answered = isDraining
      ? Promise.reject(new Fault("shutting_down", "This node is shutting down; send the request again.", { retryAfterMs: 1_000 }))
      : answerInference(deps, { surface, requestId: id, message, response });
    answered.catch((error: unknown) => refuse(deps.log, { surface, message, response, requestId: id, error }));
  });

  await listening(server, listen);
  return {
    port: (server.address() as AddressInfo).port,
    drain: async (graceMs) => {
      isDraining = true;
      await closed(server, deps.relay.underWay, graceMs);
    },
  };
}

function pathOf(target: string): string {
  // A proxy may name the whole address (RFC 9112, section 3.2.2).
  const path = target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/]*/i, "");
  const query = path.indexOf("?");
  return query === -1 ? path : path.slice(0, query);
}

interface Refusal {
  readonly surface: Surface;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly error: unknown;
}

function refuse(log: Log, { surface, message, response, requestId, error }: Refusal): void {
  const envelope = toEnvelope(error, requestId, surface.encodeFault);
  if (envelope.status === 500) log.error({ requestId, error }, "a request failed inside the gateway");
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // A body that was not read to its end would be taken for the next request on this connection.
  const headers = message.complete ? envelope.headers : { ...envelope.headers, connection: "close" };
  response.writeHead(envelope.status, [...crossOriginHeaders(message), ...Object.entries(headers).flat()]).end(envelope.body);
}

function listening(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? `port ${port} is in use; stop what uses it, or set PORT to another (PORT=0 picks a free one)`
        : error.code === "EACCES" ? `port ${port} needs more rights; set PORT to 1024 or more`
        : `${host} is not an address of this machine; set HOST`;
      reject(new Fault("invalid_request", `Cannot listen on ${host}:${port}: ${why}.`, { cause: error }));
    });
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
}

/** Time for what is told at the end of the grace to be written. */
const lastWordsMs = 1_000;

function closed(server: Server, underWay: RelayDeps["underWay"], graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // Connections that fall idle after their last answer would otherwise be waited for until their keep-alive ends.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const grace = setTimeout(() => {
      for (const request of underWay) request.waitsFor?.abort(new Fault("shutting_down", "This node is shutting down; send the request again."));
      setTimeout(() => server.closeAllConnections(), lastWordsMs).unref();
    }, graceMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(grace);
      resolve();
    });
  });
}

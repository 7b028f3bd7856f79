/**
 * Step 1 of the walk, and the way back: plain node:http. Inference routes are answered here without a framework, because a
 * request on that path is allowed a few dozen microseconds; every other path goes to the site and to the management API.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { requestId as newRequestId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { RelayDeps } from "../relay/generate.ts";
import type { Surface } from "../surfaces/surface.ts";
import type { TaskSurface } from "../surfaces/task-surface.ts";
import type { TaskName } from "../wire/task.ts";
import { basePath } from "./api/policy.ts";
import type { OperationName } from "./api/unknown-route.ts";
import { countTokens } from "./count-tokens.ts";
import { toEnvelope, type EncodeFault } from "./envelope.ts";
import { answerInference, crossOriginHeaders, type InferenceDeps } from "./inference.ts";
import type { SiteListener } from "./site.ts";
import { conversations, tasks } from "./surfaces.ts";
import { answerTask } from "./tasks.ts";

export interface HttpDeps extends InferenceDeps {
  readonly api: { fetch(request: Request): Response | Promise<Response> };
  /** Asked before the API; undefined where no site was built. */
  readonly site: SiteListener | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface HttpServer {
  readonly port: number;
  /** Refuses new requests, lets those under way finish for at most `graceMs`, then closes what is left. */
  readonly drain: (graceMs: number) => Promise<void>;
}

/** A route that is answered here: what it does with a request, and how it says that it cannot. */
interface Route {
  readonly answer: (deps: InferenceDeps, exchange: Exchange) => Promise<void>;
  readonly encodeFault: EncodeFault;
}

interface Exchange {
  readonly requestId: string;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

function conversation(surface: Surface, answer = answerInference): Route {
  return { answer: (deps, exchange) => answer(deps, { surface, ...exchange }), encodeFault: surface.encodeFault };
}

function task<Name extends TaskName>(surface: TaskSurface<Name>): Route {
  return { answer: (deps, exchange) => answerTask(deps, { surface, ...exchange }), encodeFault: surface.encodeFault };
}

const inference: ReadonlyMap<string, Route> = new Map([
  ["/api/v1/chat/completions", conversation(conversations["chat-completions"])],
  ["/api/v1/completions", conversation(conversations.completions)],
  ["/api/v1/responses", conversation(conversations.responses)],
  ["/api/v1/messages", conversation(conversations.messages)],
  ["/api/v1/messages/count_tokens", conversation(conversations.messages, countTokens)],
  ["/api/v1/embeddings", task(tasks.embeddings)],
  ["/api/v1/rerank", task(tasks.rerank)],
  ["/api/v1/images", task(tasks.images)],
  // Where OpenAI's clients look for it.
  ["/api/v1/images/generations", task(tasks.images)],
  ["/api/v1/audio/speech", task(tasks.speech)],
  ["/api/v1/audio/transcriptions", task(tasks.transcriptions)],
]);

/** What is answered here and not by the API, in its way of naming operations. */
export const inferenceOperations: readonly OperationName[] = [...inference.keys()].map((path) => `POST ${path.slice(basePath.length)}`);

/** @throws Fault when the address cannot be listened on, naming the cause and the fix. */
export async function startServer(deps: HttpDeps, listen: { readonly host: string; readonly port: number }): Promise<HttpServer> {
  const api = getRequestListener((request) => deps.api.fetch(request));
  let isDraining = false;

  const server = createServer({ maxHeaderSize: 16 * 1024, keepAliveTimeout: 65_000, requestTimeout: 300_000 }, (message, response) => {
    const path = pathOf(message.url ?? "/");
    const route = inference.get(path);
    if (route === undefined || (message.method !== "POST" && message.method !== "OPTIONS")) {
      if (deps.site?.(message, response) !== true) void api(message, response);
      return;
    }
    const id = newRequestId(deps.clock());
    if (message.method === "OPTIONS") {
      response.writeHead(204, [...crossOriginHeaders(message)]).end();
      return;
    }
    const answered = isDraining
      ? Promise.reject(new Fault("shutting_down", "This node is shutting down; send the request again.", { retryAfterMs: 1_000 }))
      : route.answer(deps, { requestId: id, message, response });
    answered.catch((error: unknown) => refuse(deps.log, { encodeFault: route.encodeFault, message, response, requestId: id, error }));
  });

  const unused = new Set<Socket>();
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.prependListener("request", ({ socket }) => unused.delete(socket));

  await listening(server, listen);
  return {
    port: (server.address() as AddressInfo).port,
    drain: async (graceMs) => {
      isDraining = true;
      await closed(server, { underWay: deps.relay.underWay, unused, graceMs });
    },
  };
}

function pathOf(target: string): string {
  // A proxy may name the whole address (RFC 9112, section 3.2.2).
  const path = target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/]*/i, "");
  const query = path.indexOf("?");
  return query === -1 ? path : path.slice(0, query);
}

interface Refusal extends Exchange {
  readonly encodeFault: EncodeFault;
  readonly error: unknown;
}

function refuse(log: Log, { encodeFault, message, response, requestId, error }: Refusal): void {
  const envelope = toEnvelope(error, requestId, encodeFault);
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

/** A request that is on its way when the node begins to stop has so long to arrive. */
const firstWordsMs = 1_000;

interface Closing extends Pick<RelayDeps, "underWay"> {
  /** Connections on which nobody has asked for anything: to the server they are not idle. */
  readonly unused: ReadonlySet<Socket>;
  readonly graceMs: number;
}

function closed(server: Server, { underWay, unused, graceMs }: Closing): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => unused.forEach((socket) => socket.destroy()), firstWordsMs).unref();
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

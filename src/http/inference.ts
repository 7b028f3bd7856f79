/** Steps 1 to 3 of the walk for every inference route, then the relay; and the relay's `Reply` over a node:http response. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import type { Key } from "../keys/key.ts";
import type { Presets } from "../presets/presets.ts";
import type { Reply } from "../relay/delivery.ts";
import { answer, type Replays } from "../relay/answer.ts";
import type { RelayDeps } from "../relay/generate.ts";
import type { Surface } from "../surfaces/surface.ts";
import type { ChatRequest } from "../wire/chat.ts";
import { attributionOf } from "./attribution.ts";
import { authenticate, requireKind, type KeyLookup } from "./authenticate.ts";
import { cacheHeaderNames, cacheWishesOf, originHeaders } from "./cache-headers.ts";

export interface InferenceDeps {
  readonly relay: RelayDeps;
  readonly replays: Replays;
  readonly keys: KeyLookup;
  readonly presets: Pick<Presets, "apply">;
  readonly clock: Clock;
  readonly bodyBytesMax: number;
}

/**
 * What a page of any origin is told; nothing for callers that are not pages. A key travels in a header that a page must set
 * itself, so no page can use a visitor's key without having it.
 */
export function crossOriginHeaders(message: IncomingMessage): readonly string[] {
  return message.headers.origin === undefined ? [] : openToBrowsers;
}

const openToBrowsers: readonly string[] = [
  "access-control-allow-origin", "*",
  "access-control-allow-headers", "*, authorization",
  "access-control-expose-headers", `x-generation-id, x-request-id, retry-after, ${cacheHeaderNames}`,
];

export interface InferenceRequest {
  readonly surface: Surface;
  readonly requestId: string;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Accepted {
  readonly key: Key;
  readonly body: Buffer;
  readonly request: ChatRequest;
}

/** Steps 1 and 2. @throws Fault. */
export async function readAuthorized(deps: InferenceDeps, message: IncomingMessage): Promise<Omit<Accepted, "request">> {
  const found = authenticate(credentialsOf(message), deps.keys, deps.clock());
  const key = found instanceof Promise ? await found : found;
  requireKind(key, "inference");
  return { key, body: await readBody(message, deps.bodyBytesMax) };
}

/** Steps 1 to 3. @throws Fault. */
export async function accept(deps: InferenceDeps, { surface, message }: Pick<InferenceRequest, "surface" | "message">): Promise<Accepted> {
  const { key, body } = await readAuthorized(deps, message);
  const applied = deps.presets.apply(withBetas(withSession(surface.parse(body), message.headers["x-session-id"]), message.headers), key.workspaceId);
  return { key, body, request: applied instanceof Promise ? await applied : applied };
}

/** Answers one request. Rejects with a Fault as long as nothing has been sent. */
export async function answerInference(deps: InferenceDeps, { surface, requestId, message, response }: InferenceRequest): Promise<void> {
  const { key, body, request } = await accept(deps, { surface, message });
  const directives = message.headers["x-windrose-sandbox"];
  const headers = ["x-request-id", requestId, ...crossOriginHeaders(message)];
  // Returned and not awaited: what waits holds all that it has read, and the body with it.
  return answer(deps, {
    call: {
      requestId, surface, request, key,
      wantsMetadata: wantsMetadata(message),
      app: attributionOf(message.headers),
      sandboxDirectives: typeof directives === "string" ? directives : undefined,
      reply: replyOver(response, headers, deps.relay.readerMs),
    },
    body, wishes: cacheWishesOf(message.headers),
    onOrigin: (origin) => headers.push(...originHeaders(origin)),
  });
}

/** Source: contract §1.1; the second name is the one it had before. */
export function wantsMetadata({ headers }: IncomingMessage): boolean {
  const asked = headers["x-openrouter-metadata"] ?? headers["x-openrouter-experimental-metadata"];
  return typeof asked === "string" && asked.toLowerCase() === "enabled";
}

/** The body's own session goes before the header's (contract §5.8). */
export function withSession<Request extends Pick<ChatRequest, "gateway">>(request: Request, header: string | string[] | undefined): Request {
  if (typeof header !== "string" || header === "" || header.length > sessionIdLengthMax || request.gateway.sessionId !== undefined) return request;
  return { ...request, gateway: { ...request.gateway, sessionId: header } };
}

const sessionIdLengthMax = 256;
const betasLengthMax = 2_048;

/** Features that one protocol names in a header; providers of that protocol are told. Source: contract §8.15. */
function withBetas(request: ChatRequest, headers: IncomingMessage["headers"]): ChatRequest {
  const named = headers["x-anthropic-beta"] ?? headers["anthropic-beta"];
  if (named === undefined || named.length > betasLengthMax) return request;
  const { anthropic_beta: own } = request.extra;
  const betas = [own, named].flatMap((list) => (typeof list === "string" ? list.split(",") : Array.isArray(list) ? list : []));
  const all = new Set(betas.map((beta) => (typeof beta === "string" ? beta.trim() : beta)).filter((beta) => beta !== ""));
  return { ...request, extra: { ...request.extra, anthropic_beta: [...all] } };
}

function credentialsOf(message: IncomingMessage): { authorization: string | undefined; "x-api-key": string | undefined } {
  const apiKey = message.headers["x-api-key"];
  return { authorization: message.headers.authorization, "x-api-key": typeof apiKey === "string" ? apiKey : undefined };
}

function readBody(message: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const declared = Number(message.headers["content-length"] ?? 0);
  if (declared > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    message.on("data", (part: Buffer) => {
      length += part.length;
      if (length > bytesMax) {
        message.removeAllListeners("data");
        message.pause();
        reject(tooLarge(bytesMax));
      } else {
        parts.push(part);
      }
    });
    message.on("end", () => resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length)));
    message.on("error", (error) => reject(new Fault("client_closed", "The connection closed before the request was complete.", { cause: error })));
  });
}

function tooLarge(bytesMax: number): Fault {
  return new Fault("payload_too_large", `The request body is larger than ${Math.floor(bytesMax / 1024 / 1024)} MiB. Send files by URL, or shorten the prompt.`);
}

function replyOver(response: ServerResponse, common: readonly string[], readerMs: number): Reply {
  // Of what one turn of the event loop brings; undici hands over each chunk of a read by itself.
  let gathered = "";
  const flush = (): void => {
    if (gathered === "" || response.destroyed) return;
    response.write(gathered);
    gathered = "";
  };
  return {
    start: (generationId) => {
      response.writeHead(200, [
        ...common, "x-generation-id", generationId, "content-type", "text/event-stream", "cache-control", "no-cache",
        // Reverse proxies of the nginx family hold streams back unless they are told not to.
        "x-accel-buffering", "no",
      ]);
    },
    whole: (generationId, text) => {
      // With its length said, head and body leave in one write.
      response.writeHead(200, [
        ...common, "x-generation-id", generationId, "content-type", "application/json", "cache-control", "no-store", "content-length", String(Buffer.byteLength(text)),
      ]);
      response.end(text);
      dropUnread(response, readerMs);
    },
    write: (text) => {
      if (gathered === "") process.nextTick(flush);
      gathered += text;
      return !response.writableNeedDrain;
    },
    end: (text) => {
      response.end(gathered + text);
      gathered = "";
      dropUnread(response, readerMs);
    },
    onDrain: (listener) => {
      response.on("drain", listener);
    },
    drop: () => response.destroy(),
    onHangUp: (listener) => onHangUp(response, listener),
  };
}

/** Tells when the caller is gone before the end of the answer. */
export function onHangUp(response: ServerResponse, listener: () => void): void {
  const { socket } = response.req;
  const gone = () => {
    if (!response.writableFinished) listener();
  };
  if (socket.destroyed) {
    listener();
    return;
  }
  // Listeners that come and go on a socket make dead requests outlive scavenges (measured: 25 KB a stream, a third of the processor
  // time of collecting). Only an answer that waits behind another on its connection, and has none yet, is never told itself.
  if (response.socket !== null) {
    response.once("close", gone);
    return;
  }
  socket.once("close", gone);
  response.once("finish", () => socket.off("close", gone));
}

/** What was said to its end must be read too: a caller that takes nothing for so long is given up (fault matrix, row 36). */
function dropUnread(response: ServerResponse, readerMs: number): void {
  const { socket } = response;
  if (response.writableFinished || socket === null || socket.writableLength === 0) return;
  let taken = socket.bytesWritten - socket.writableLength;
  const timer = setInterval(() => {
    const now = socket.bytesWritten - socket.writableLength;
    if (now === taken) response.destroy();
    taken = now;
  }, readerMs);
  response.once("close", () => clearInterval(timer));
}

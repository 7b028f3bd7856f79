/**
 * Stands between the gateway and a fake provider and makes trouble on the wire: it resets, stalls, cuts at any byte, sends
 * bytes that are no HTTP, or says something else in the provider's place. What it does is told per model, because that is
 * what a request carries, so that many tests can use one proxy at the same time.
 */

import { createServer as createTcpServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { assert } from "../../src/base/assert.ts";

/** What becomes of one request. */
export type Trouble =
  /** The provider's own answer, untouched. */
  | "none"
  | {
      /** So much of the provider's own answer goes through first: to the end of this text. Without it the provider is not asked. */
      readonly after?: string;
      /** What the proxy says then, as it is on the wire. A number is so many milliseconds of silence. */
      readonly say?: readonly (string | Uint8Array | number)[];
      readonly ending: Ending;
    };

/** A proper close, a reset, silence for ever, or the last piece again and again until the other side has had enough. */
export type Ending = "close" | "reset" | "stall" | "flood";

/** A request as it came from the gateway. */
export interface ProxiedRequest {
  readonly head: string;
  /** Milliseconds, on the clock of this process. */
  readonly at: number;
  /** Resolves when the gateway's side of the connection is closed. */
  readonly closed: Promise<void>;
}

export interface FaultProxy {
  /** "http://127.0.0.1:40123" */
  readonly origin: string;
  /** What happens to the requests for a model, one trouble each; the last one is for all that follow. */
  on(model: string, ...troubles: readonly Trouble[]): void;
  requestsFor(model: string): readonly ProxiedRequest[];
  /** The request for this model of this number (from 0), as soon as it is there. */
  received(model: string, index: number): Promise<ProxiedRequest>;
  close(): Promise<void>;
}

/** With a certificate it speaks TLS. `target` is the provider's origin. */
export async function startFaultProxy(target: string, certificate?: { readonly key: string; readonly cert: string }): Promise<FaultProxy> {
  const troubles = new Map<string, readonly Trouble[]>();
  const requests = new Map<string, ProxiedRequest[]>();
  const awaited: { model: string; index: number; resolve: (request: ProxiedRequest) => void }[] = [];
  const sockets = new Set<Socket>();
  const seen = (model: string) => requests.get(model) ?? [];

  const serve = async (socket: Socket): Promise<void> => {
    sockets.add(socket);
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.setNoDelay(true).on("error", () => undefined).once("close", () => sockets.delete(socket));
    const received = await readRequest(socket);
    if (received === undefined) return;
    const { head, body } = received;
    const model = /"model":\s*"([^"]*)"/.exec(body)?.[1] ?? "";
    const request = { head, at: performance.now(), closed };
    const index = seen(model).length;
    requests.set(model, [...seen(model), request]);
    for (const one of awaited) if (one.model === model && one.index === index) one.resolve(request);
    const script = troubles.get(model) ?? [];
    await play(script[Math.min(index, script.length - 1)] ?? "none", socket, () => ask(target, head, body));
  };
  const accept = (socket: Socket) => void serve(socket);
  const server = certificate === undefined ? createTcpServer(accept) : createTlsServer(certificate, accept);
  // A client that does not like the certificate says so in the handshake; that is what the test is about.
  server.on("tlsClientError", () => undefined);
  const port = await listen(server);

  return {
    origin: `${certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    on: (model, ...script) => void troubles.set(model, script),
    requestsFor: seen,
    received: (model, index) => {
      const already = seen(model)[index];
      return already === undefined ? new Promise((resolve) => awaited.push({ model, index, resolve })) : Promise.resolve(already);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** An origin where nobody listens. */
export async function refusingOrigin(): Promise<string> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

export interface DeafOrigin {
  readonly origin: string;
  close(): Promise<void>;
}

/** An origin whose system answers no more connections: its queue is full, and nobody ever takes one out of it. */
export async function deafOrigin(): Promise<DeafOrigin> {
  const listener = `
    const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:worker_threads").parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(listener, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  const waiting: Socket[] = [];
  // A queue of one takes two; one after the other, so that each is in it before the next comes.
  for (let place = 0; place < 2; place++) {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    waiting.push(socket);
    await new Promise((resolve) => socket.once("connect", resolve));
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of waiting) socket.destroy();
      await worker.terminate();
    },
  };
}

/** A whole HTTP answer as text, with its length said. */
export function httpAnswer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ "content-type": "application/json", ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" });
  return `HTTP/1.1 ${status} Whatever\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

/** The head of a chunked answer. */
export function chunkedHead(contentType: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`;
}

/** One chunk of the transfer encoding. An empty one is the end. */
export function chunkOf(piece: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(piece);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Undefined when the connection ends before the request does. */
async function readRequest(socket: Socket): Promise<{ readonly head: string; readonly body: string } | undefined> {
  let bytes = Buffer.alloc(0);
  return new Promise((resolve) => {
    socket.once("close", () => resolve(undefined));
    socket.on("data", (piece) => {
      bytes = Buffer.concat([bytes, piece]);
      const end = bytes.indexOf("\r\n\r\n");
      if (end === -1) return;
      const head = bytes.toString("latin1", 0, end);
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      if (bytes.length >= end + 4 + length) resolve({ head, body: bytes.toString("utf8", end + 4, end + 4 + length) });
    });
  });
}

/** The bytes of the provider's answer. It is asked to close after it, so that its end can be seen. */
function ask(target: string, head: string, body: string): Socket {
  const { hostname, port } = new URL(target);
  const socket = connect(Number(port), hostname).on("error", () => undefined);
  socket.write(`${head.replace(/^connection:.*$/im, "connection: close")}\r\n\r\n${body}`);
  return socket;
}

async function play(trouble: Trouble, socket: Socket, askProvider: () => Socket): Promise<void> {
  if (trouble === "none") {
    askProvider().pipe(socket);
    return;
  }
  const { after, say = [], ending } = trouble;
  if (after !== undefined) await passUntil(after, askProvider(), socket);
  for (const piece of say) {
    if (typeof piece === "number") await wait(piece);
    else await send(socket, piece);
  }
  if (ending === "close") socket.end();
  if (ending === "reset") socket.resetAndDestroy();
  if (ending === "flood") await flood(socket, say.at(-1));
}

async function flood(socket: Socket, piece: string | Uint8Array | number | undefined): Promise<void> {
  assert(piece !== undefined && typeof piece !== "number", "a flood is of something");
  while (!socket.destroyed) await send(socket, piece);
}

async function passUntil(mark: string, provider: Socket, socket: Socket): Promise<void> {
  let passed = "";
  for await (const piece of provider) {
    const from = passed.length;
    passed += (piece as Buffer).toString("latin1");
    const at = passed.indexOf(mark);
    await send(socket, Buffer.from(passed.slice(from, at === -1 ? undefined : at + mark.length), "latin1"));
    if (at !== -1) break;
  }
}

/** Resolves when the bytes are on their way, or nobody is left to take them; a turn of the event loop keeps pieces apart. */
async function send(socket: Socket, piece: string | Uint8Array): Promise<void> {
  if (!socket.destroyed) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  await nextTurn();
}

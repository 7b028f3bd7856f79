/**
 * A provider's server, faked over a real socket: it replays bytes, and can be slow, cut, silent and rude. A test scripts
 * what it answers, request by request, and reads what reached it. Nothing here waits for a clock: a pause lasts until
 * the test opens its gate.
 */

import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/** What the upstream does with one request. */
export type Reply =
  | Answer
  /** Takes the request and never says a word. */
  | "silence"
  /** Takes the request and resets the connection. */
  | "reset";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Each piece is one write, and so one chunk on the wire. A promise is a pause until it resolves. */
  readonly body: readonly (string | Uint8Array | Promise<unknown>)[];
  /** What follows the last piece: a proper end, a reset connection, or nothing for ever. */
  readonly ending: "end" | "cut" | "stall";
}

/** A request as it reached the upstream. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The JSON body; undefined when it is not a JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** Resolves when the other side closed the connection before it had the whole answer. */
  readonly abandoned: Promise<void>;
}

export interface FakeUpstream {
  /** "http://127.0.0.1:40123", to be extended by a base path. */
  readonly origin: string;
  readonly requests: readonly ReceivedRequest[];
  /** Scripts the answers to the next requests, one each; they are used before the standing one. */
  next(...replies: readonly Reply[]): void;
  /** Scripts the answer to every request that has none of its own. Without it such a request gets a 500. */
  always(reply: Reply | ((request: ReceivedRequest) => Reply)): void;
  /** The request of this number (from 0), as soon as it is there. */
  received(index: number): Promise<ReceivedRequest>;
  /** Forgets the requests and the script. */
  reset(): void;
  close(): Promise<void>;
}

/** A pause in an answer: `body: ["one", gate.opened, "two"]` writes "two" after `gate.open()`. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open?.() };
}

/** A whole JSON answer. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: [JSON.stringify(body)], ending: "end" };
}

/** An SSE answer of these pieces, as they are. */
export function sse(body: Answer["body"], ending: Answer["ending"] = "end"): Answer {
  return { status: 200, headers: { "content-type": "text/event-stream" }, body, ending };
}

/** One SSE event. */
export function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

export const done = event("[DONE]");

export function redirect(location: string): Answer {
  return { status: 307, headers: { location }, body: [], ending: "end" };
}

/** The recorded answer `test/fixtures/<name>`: `.json` as it is, `.chunks.txt` framed as SSE with its `[DONE]`. */
export function replay(name: string): Answer {
  const recorded = fixture(name);
  if (name.endsWith(".json")) return { ...json(null), body: [recorded] };
  return sse([...fixtureEvents(name), done]);
}

/** The events of a recorded stream, without its `[DONE]`. */
export function fixtureEvents(name: string): readonly string[] {
  return fixture(name).split("\n").filter((line) => line !== "").map((line) => event(line));
}

/** The text of a recorded answer. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
}

/** The same bytes in pieces of `size`, cut without regard for characters or lines. */
export function inPiecesOf(size: number, answer: Answer): Answer {
  const bytes = Buffer.concat(answer.body.filter((piece) => !(piece instanceof Promise)).map((piece) => Buffer.from(piece as string | Uint8Array)));
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += size) pieces.push(bytes.subarray(from, from + size));
  return { ...answer, body: pieces };
}

/** Listens on a free port of the loopback interface. */
export async function startFakeUpstream(): Promise<FakeUpstream> {
  let scripted: Reply[] = [];
  let standing: Reply | ((request: ReceivedRequest) => Reply) = json({ error: { message: "The test scripted no answer." } }, 500);
  let requests: ReceivedRequest[] = [];
  let awaited: { index: number; resolve: (request: ReceivedRequest) => void }[] = [];

  const server = createServer((incoming, response) => {
    void receive(incoming, response).then((request) => {
      requests.push(request);
      const reply = scripted.shift() ?? (typeof standing === "function" ? standing(request) : standing);
      for (const { index, resolve } of awaited) {
        if (index === requests.length - 1) resolve(request);
      }
      return play(reply, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    next: (...replies) => void scripted.push(...replies),
    always: (reply) => {
      standing = reply;
    },
    received: (index) => {
      const already = requests[index];
      return already === undefined ? new Promise((resolve) => awaited.push({ index, resolve })) : Promise.resolve(already);
    },
    reset: () => {
      scripted = [];
      requests = [];
      awaited = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<ReceivedRequest> {
  const abandoned = new Promise<void>((resolve) => {
    response.on("close", () => {
      if (!response.writableFinished) resolve();
    });
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of incoming) pieces.push(piece);
  const text = Buffer.concat(pieces).toString("utf8");
  return { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers, text, json: parsed(text), abandoned };
}

async function play(reply: Reply, response: ServerResponse): Promise<void> {
  if (reply === "silence") return;
  if (reply === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  response.socket?.setNoDelay(true);
  response.writeHead(reply.status, reply.headers);
  response.flushHeaders();
  for (const piece of reply.body) {
    if (piece instanceof Promise) {
      await piece;
    } else if (!response.destroyed) {
      response.write(piece);
      // The writes of one turn of the event loop leave as one packet; a turn each keeps the boundaries of the script.
      await nextTurn();
    }
  }
  if (reply.ending === "end") response.end();
  if (reply.ending === "cut") response.socket?.resetAndDestroy();
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

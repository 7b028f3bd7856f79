/**
 * The sandbox: simulated providers on a loopback port, which speak the `openai-chat` protocol as real ones do. The
 * gateway reaches them over the same HTTP path as any other provider. docs/sandbox.md is its manual.
 */

import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { assert } from "../base/assert.ts";
import { chance, monotonic, randomText, wallClock } from "../base/clock.ts";
import type { Chance, Clock } from "../base/clock.ts";
import { asFault, Fault, faults } from "../base/fault.ts";
import { composeAnswer } from "./answer.ts";
import { readDirectives } from "./directives.ts";
import { perform } from "./perform.ts";
import { profiles } from "./profiles.ts";
import type { Profile } from "./profiles.ts";
import { errorBody } from "./refusals.ts";
import { readRequest } from "./request.ts";
import { dueTimes } from "./schedule.ts";
import { answerScript, errorScript, refusalScript } from "./script.ts";

export interface SandboxOptions {
  /** The time of day, for `created`. */
  readonly clock?: Clock;
  /** Draws the delays. What is said does not depend on it. */
  readonly chance?: Chance;
  readonly host?: "127.0.0.1";
}

export interface Sandbox {
  readonly providers: readonly SandboxProvider[];
  /** How many answers are under way: zero soon after the last caller hung up. */
  readonly answering: () => number;
  /** Cuts off whatever is under way. */
  readonly close: () => Promise<void>;
}

export interface SandboxProvider {
  readonly slug: string;
  /** Begins with "Sandbox ". */
  readonly name: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** What a model costs here, as a multiple of its list price. */
  readonly priceFactor: number;
}

/** Listens on a port that the system chooses; ready to answer when the promise resolves. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const host = options.host ?? "127.0.0.1";
  const scene: Scene = { clock: options.clock ?? wallClock, chance: options.chance ?? chance, answering: new Set() };
  const server = createServer((request, response) => void serve(request, response, scene));
  // Longer than clients keep idle connections, so that they, and not we, close them.
  server.keepAliveTimeout = 90_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port: 0, backlog: 4_096 }, resolve);
  });
  const address = server.address();
  assert(typeof address === "object" && address !== null, "a listening server has an address");
  return {
    providers: profiles.map(({ prefix, slug, name, priceFactor }) => ({
      slug, name, priceFactor, baseUrl: `http://${host}:${address.port}/${prefix}/v1`,
    })),
    answering: () => scene.answering.size,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

interface Scene {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly answering: Set<ServerResponse>;
}

async function serve(request: IncomingMessage, response: ServerResponse, scene: Scene): Promise<void> {
  scene.answering.add(response);
  response.once("close", () => scene.answering.delete(response));
  try {
    await answer(request, response, scene);
  } catch (error) {
    const fault = asFault(error);
    if (fault.code === "client_closed") return;
    // The rest of a body that was not read would be taken for the next request.
    const headers: Record<string, string> = request.complete ? {} : { connection: "close" };
    const { status } = faults[fault.code];
    const { param } = fault.metadata;
    const type = status < 500 ? "invalid_request_error" : "server_error";
    perform(errorScript(status, errorBody({ message: fault.message, type, ...(typeof param === "string" ? { param } : {}) }), headers), [0], response, monotonic);
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, scene: Scene): Promise<void> {
  const profile = profileFor(request);
  const bytes = await readBody(request);
  const header = request.headers["x-windrose-sandbox"];
  const behaviour = readDirectives(Array.isArray(header) ? header.join(",") : (header ?? ""), profile.prefix);
  if (behaviour.refusal !== undefined) {
    perform(refusalScript(behaviour.refusal), [behaviour.slowMs], response, monotonic);
    return;
  }
  const asked = readRequest(bytes);
  const said = composeAnswer(asked, behaviour.lengthTokens);
  const script = answerScript(asked, said, {
    id: `chatcmpl-${randomText(24, "0123456789abcdefghijklmnopqrstuvwxyz")}`,
    created: Math.floor(scene.clock() / 1000),
    disturbance: behaviour.disturbance,
  });
  const pace = { fast: behaviour.fast, extraMs: behaviour.slowMs, hurried: behaviour.lengthTokens === undefined };
  const count = asked.stream ? script.frames.length : Math.max(1, said.usage.completionTokens);
  const due = dueTimes(count, profile, pace, scene.chance);
  // A whole answer leaves when its last token is there.
  perform(script, asked.stream ? due : due.subarray(-1), response, monotonic);
}

function profileFor(request: IncomingMessage): Profile {
  const path = (request.url ?? "").split("?")[0];
  const profile = profiles.find(({ prefix }) => path === `/${prefix}/v1/chat/completions`);
  if (profile === undefined) throw new Fault("not_found", "There is nothing here: the sandbox serves POST …/chat/completions.");
  if (request.method !== "POST") throw new Fault("method_not_allowed", "Use POST.");
  return profile;
}

const bodyBytesMax = 32 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new Fault("payload_too_large", `The body is larger than ${bodyBytesMax} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > bodyBytesMax) throw tooLarge;
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    request.on("data", (piece: Buffer) => {
      length += piece.length;
      if (length > bodyBytesMax) {
        request.pause();
        reject(tooLarge);
      } else pieces.push(piece);
    });
    request.on("end", () => resolve(Buffer.concat(pieces)));
    request.on("error", (cause) => reject(new Fault("client_closed", "The caller hung up.", { cause })));
  });
}

/**
 * A gateway between a caller and two fake providers, with a fault proxy in front of each: A, the cheaper and so the
 * preferred one, makes trouble; B is well. Every case has an A of its own (credential, health and all) under a name of its
 * own, and models of its own, so that no case sees another's failures and many can run at once.
 */

import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { assert } from "../../src/base/assert.ts";
import { call, type Json } from "./caller.ts";
import { done, event, json, sse, startFakeUpstream, type FakeUpstream } from "./fake-upstream.ts";
import { deafOrigin, refusingOrigin, startFaultProxy, type FaultProxy } from "./fault-proxy.ts";
import { startGateway, type Gateway, type NewKey } from "./gateway.ts";

/** Where a case's A is, other than behind the proxy at its address; "named" is the proxy by the name of provider.test. */
export type Place = "refusing" | "deaf" | "nowhere" | "expired" | "misnamed" | "named";

/** What a stage must know of a case. */
export interface Staged {
  readonly at?: Place | undefined;
  /** B's context, where it is not twice A's. */
  readonly contextOfB?: number | undefined;
  /** What B takes besides the usual parameters. */
  readonly parametersOfB?: readonly string[] | undefined;
}

/** One case's own names. */
export interface Cast {
  /** The slug of A where it is alone, for `provider.only`. */
  readonly alone: string;
  readonly nameOfA: string;
  readonly credentialOfA: string;
  readonly credentialOfB: string;
  model(scene: Scene): string;
  /** As the providers know it. */
  upstreamModel(scene: Scene): string;
}

/**
 * Health is kept per endpoint and account, so that what is asked of a case in one scene does not show in another; only the
 * pair and the other model share an account.
 */
export type Scene = "pair" | "other" | "alone" | "exhausted";
const accounts: readonly (readonly Scene[])[] = [["pair", "other"], ["alone"], ["exhausted"]];

export interface FaultStage {
  readonly gateway: Gateway;
  readonly proxyA: FaultProxy;
  readonly proxyB: FaultProxy;
  cast(index: number): Cast;
  ask(request: Asked): Promise<Told>;
  /**
   * How often A would be tried first for a model now, where nothing but the gateway's own judgement orders the two: never,
   * when it is held or down. Undefined when it would not be tried at all.
   */
  chanceOfA(key: string, model: string): Promise<number | undefined>;
  generation(key: string, id: string): Promise<Json>;
  /** What the key has used, in nano-dollars, of all that was answered before this was asked. */
  charged(key: string): Promise<number>;
  dispose(): Promise<void>;
}

export interface Asked {
  readonly key: string;
  readonly model: string;
  readonly stream: boolean;
  readonly body?: object | undefined;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The whole answer or refusal; of a stream, undefined. */
  readonly json: Json;
  /** The events of a stream, "[DONE]" included. */
  readonly events: readonly Json[];
  readonly comments: readonly string[];
  /** The text of the answer, however it came. */
  readonly content: string;
  readonly finishReason: string | null;
  /** Who answered. */
  readonly provider: string | undefined;
  readonly error: Json;
  readonly usage: Json;
}

/** Dollars per million tokens. */
const prices = { a: { prompt: "1", completion: "2" }, b: { prompt: "2", completion: "4" } };
export const usage = { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 };
/** What `usage` costs, in nano-dollars. */
export const costs = { a: 26_000, b: 52_000 };

const parameters = ["max_tokens", "temperature", "top_p", "stop", "seed", "tools", "tool_choice", "response_format"];

/** Generations are booked some ten times a second. */
const bookingMs = 50;

/** A model that has only a provider without trouble. */
const control = "faults/control";

/** The answer of both providers when they are well. */
export const words = ["The answer", " is", " 42."];
const wholeAnswer = json({ id: "c1", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: words.join("") }, finish_reason: "stop" }], usage });
export const contentEvents: readonly string[] = words.map((content) => event({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }] }));
export const finishEvent = event({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
export const usageEvent = event({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage });

export async function startFaultStage(cases: readonly Staged[], settings: object = {}, env: Readonly<Record<string, string>> = {}): Promise<FaultStage> {
  const [providerA, providerB] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  for (const provider of [providerA, providerB]) {
    provider.always((request) => (request.json?.["stream"] === true ? sse([...contentEvents, finishEvent, usageEvent, done]) : wholeAnswer));
  }
  const [proxyA, proxyB] = await Promise.all([startFaultProxy(providerA.origin), startFaultProxy(providerB.origin)]);
    const places = await openPlaces(providerA, proxyA);
  const casts = cases.map((_, index) => castOf(index));
  const gateway = await startGateway({
    config: {
      ...settings,
      providers: [
        { slug: "c", name: "C", protocol: "openai-chat", base_url: `${proxyB.origin}/v1`, credential: "credential-of-c", endpoints: [{ model: control, pricing: prices.b, context_length: 4096 }] },
        ...cases.flatMap(({ at, contextOfB = 8192, parametersOfB = ["top_k"] }, index) => {
          const cast = castOf(index);
          const endpoints = (scenes: readonly Scene[], more: object) => scenes.map((scene) => ({ model: cast.model(scene), upstream_model: cast.upstreamModel(scene), ...more }));
          const whereA = at === undefined ? proxyA.origin : places.origins[at];
          return accounts.flatMap((scenes) => [
            {
              slug: slugOf("a", index, scenes), name: cast.nameOfA, protocol: "openai-chat", base_url: `${whereA}/v1`, credential: cast.credentialOfA,
              endpoints: endpoints(scenes, { pricing: prices.a, context_length: 4096, supported_parameters: [...parameters, "top_k"] }),
            },
            {
              slug: slugOf("b", index, scenes), name: "B", protocol: "openai-chat", base_url: `${proxyB.origin}/v1`, credential: cast.credentialOfB,
              endpoints: endpoints(scenes, { pricing: prices.b, context_length: contextOfB, supported_parameters: [...parameters, ...parametersOfB] }),
            },
          ]);
        }),
      ],
    },
    env: { ...env, NODE_EXTRA_CA_CERTS: places.certificates },
  });

  const stage: FaultStage = {
    gateway, proxyA, proxyB,
    cast: (index) => {
      const cast = casts[index];
      assert(cast !== undefined, `there is no case ${index}`);
      return cast;
    },
    ask: async ({ key, model, stream, body }) => toldOf(await call(gateway.baseUrl, "/chat/completions", { key, body: bodyOf(model, { stream, ...body }) })),
    chanceOfA: async (key, model) => {
      const { json: explained } = await call(gateway.baseUrl, "/route", { key, body: bodyOf(model, { provider: {} }) });
      return explained.data.candidates.find((one: Json) => one.provider !== "B")?.first_try_probability;
    },
    generation: async (key, id) => {
      for (;;) {
        const { status, json: record } = await call(gateway.baseUrl, `/generation?id=${id}`, { key });
        if (status !== 404) return record.data;
        await wait(bookingMs);
      }
    },
    charged: async (key) => {
      // Generations are booked in the order in which they end, so that all before this one are in the books when it is.
      const last = await stage.ask({ key, model: control, stream: false });
      assert(last.status === 200, `the provider without trouble answers ${last.status}: ${last.text}`);
      await stage.generation(key, last.json.id);
      return nanodollars((await call(gateway.baseUrl, "/key", { key })).json.data.usage) - costs.b;
    },
    dispose: async () => {
      await gateway.dispose();
      await Promise.all([proxyA, proxyB, providerA, providerB, places].map((one) => one.close()));
    },
  };
  return stage;
}

/** A key with what it used still zero. */
export function newKey(stage: FaultStage): Promise<NewKey> {
  return stage.gateway.newKey();
}

export function nanodollars(dollars: number): number {
  return Math.round(dollars * 1e9);
}

function castOf(index: number): Cast {
  const upstreamModel = (scene: Scene) => `case-${index}-${scene}`;
  return {
    alone: slugOf("a", index, ["alone"]),
    nameOfA: `A ${index}`,
    credentialOfA: `credential-of-a-${index}-`, credentialOfB: `credential-of-b-${index}-`,
    upstreamModel,
    model: (scene) => `faults/${upstreamModel(scene)}`,
  };
}

function slugOf(letter: "a" | "b", index: number, scenes: readonly Scene[]): string {
  return `${letter}-${index}-${scenes[0]}`;
}

/** The cheapest first, so that the order is no matter of chance. */
function bodyOf(model: string, body: object = {}): object {
  return { model, messages: [{ role: "user", content: "What is the meaning of life?" }], provider: { sort: "price" }, ...body };
}

interface Places {
  readonly origins: Readonly<Record<Place, string>>;
  /** The file whose certificates the gateway is to trust: what is wrong with them is their date and their name alone. */
  readonly certificates: string;
  close(): Promise<unknown>;
}

async function openPlaces(provider: FakeUpstream, proxy: FaultProxy): Promise<Places> {
  const key = readFileSync(tlsFile("key.pem"), "utf8");
  const [cert = "", otherCert = ""] = readFileSync(tlsFile("certificates.pem"), "utf8").match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
  const [deaf, refusing, expired, misnamed] = await Promise.all([
    deafOrigin(), refusingOrigin(), startFaultProxy(provider.origin, { key, cert }), startFaultProxy(provider.origin, { key, cert: otherCert }),
  ]);
  return {
    origins: { deaf: deaf.origin, refusing, expired: expired.origin, misnamed: misnamed.origin, nowhere: "http://nowhere.invalid", named: proxy.origin.replace("127.0.0.1", "provider.test") },
    certificates: tlsFile("certificates.pem"),
    close: () => Promise.all([deaf.close(), expired.close(), misnamed.close()]),
  };
}

function tlsFile(name: string): string {
  return fileURLToPath(new URL(`tls/${name}`, import.meta.url));
}

function toldOf({ status, headers, text, json: body }: Awaited<ReturnType<typeof call>>): Told {
  const isStream = headers.get("content-type")?.startsWith("text/event-stream") === true;
  const lines = isStream ? text.split("\n") : [];
  const events: Json[] = lines.filter((line) => line.startsWith("data: ")).map((line) => (line === "data: [DONE]" ? "[DONE]" : JSON.parse(line.slice(6))));
  const chunks = events.filter((one) => one !== "[DONE]");
  const choices: Json[] = isStream ? chunks.flatMap((one) => one.choices) : (body?.choices ?? []);
  return {
    status, headers, text, events,
    json: isStream ? undefined : body,
    comments: lines.filter((line) => line.startsWith(":")),
    content: choices.map((choice) => (choice.delta ?? choice.message).content ?? "").join(""),
    finishReason: choices.map((choice) => choice.finish_reason).findLast((reason) => reason !== null && reason !== undefined) ?? null,
    provider: isStream ? chunks[0]?.provider : body?.provider,
    error: isStream ? chunks.find((one) => one.error !== undefined)?.error : body?.error,
    usage: isStream ? chunks.findLast((one) => one.usage !== undefined)?.usage : body?.usage,
  };
}

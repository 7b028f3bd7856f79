/** A gateway between a caller and two fake providers: what most end-to-end tests play on. */

import { call, openStream, type Called, type Json, type OpenedStream } from "./caller.ts";
import { startFakeUpstream, type FakeUpstream } from "./fake-upstream.ts";
import { startGateway, type Gateway } from "./gateway.ts";

export interface Stage {
  /** Speaks mistral-chat, and is tried before the second. */
  readonly first: FakeUpstream;
  /** Speaks openai-chat, and costs ten times as much. */
  readonly second: FakeUpstream;
  readonly gateway: Gateway;
  readonly key: string;
  /** A whole answer. `body` is added to a short prompt for the model and a preference for the first provider. */
  chat(model: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Called>;
  /** The same, streamed. */
  stream(model: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<OpenedStream>;
  /** The record of a generation, as soon as it is there. */
  generation(id: string): Promise<Json>;
  /** What the key has used, in dollars. */
  used(): Promise<number>;
  dispose(): Promise<void>;
}

/** Dollars per million tokens. The fractions of a nano-dollar that they make have to be rounded up. */
export const prices = { first: { prompt: "0.123457", completion: "0.3" }, second: { prompt: "1.23457", completion: "3" } };

/** What the first provider's stream `mistral/text.chunks.txt` costs: ⌈13 × 123.457⌉ + ⌈8 × 300⌉ nano-dollars. */
export const recordedStreamCost = 4005e-9;

/** What the first provider's answer `mistral/text.json` costs: ⌈13 × 123.457⌉ + ⌈434 × 300⌉ nano-dollars. */
export const recordedAnswerCost = 131_805e-9;

const parameters = ["max_tokens", "temperature", "top_p", "stop", "seed", "frequency_penalty", "presence_penalty", "response_format", "tools", "tool_choice"];

/**
 * Both providers serve every one of `models`, which are to be new slugs: health is kept per endpoint, so a test that has
 * a model of its own is not touched by the failures of another.
 */
export async function startStage(models: readonly string[], settings: object = {}): Promise<Stage> {
  const [first, second] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  const endpoints = (pricing: object, supported: readonly string[]) =>
    models.map((model) => ({ model, upstream_model: model.split("/")[1], pricing, context_length: 4096, supported_parameters: supported }));
  const gateway = await startGateway({
    config: {
      ...settings,
      providers: [
        { slug: "first", name: "First", protocol: "mistral-chat", base_url: `${first.origin}/v1`, credential: "first-credential", endpoints: endpoints(prices.first, parameters) },
        { slug: "second", name: "Second", protocol: "openai-chat", base_url: `${second.origin}/v1`, credential: "second-credential", endpoints: endpoints(prices.second, [...parameters, "top_k"]) },
      ],
    },
  });
  const { key } = await gateway.newKey();
  const request = (model: string, body: object, headers: Readonly<Record<string, string>>) => ({
    key, headers, body: { model, messages: [{ role: "user", content: "What is the meaning of life?" }], provider: { order: ["first", "second"] }, ...body },
  });
  return {
    first, second, gateway, key,
    chat: (model, body = {}, headers = {}) => call(gateway.baseUrl, "/chat/completions", request(model, body, headers)),
    stream: (model, body = {}, headers = {}) => openStream(gateway.baseUrl, "/chat/completions", request(model, { stream: true, ...body }, headers)),
    generation: async (id) => {
      for (;;) {
        const { status, json } = await call(gateway.baseUrl, `/generation?id=${id}`, { key });
        if (status !== 404) return json.data;
      }
    },
    used: async () => (await call(gateway.baseUrl, "/key", { key })).json.data.usage,
    dispose: async () => {
      await Promise.all([gateway.dispose(), first.close(), second.close()]);
    },
  };
}

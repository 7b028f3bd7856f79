/** One provider that speaks a protocol of its own, behind the gateway, over real sockets. */

import { call, openStream, type Called, type OpenedStream } from "./caller.ts";
import { startFakeUpstream, type FakeUpstream } from "./fake-upstream.ts";
import { startGateway } from "./gateway.ts";

export interface ProviderStage {
  readonly upstream: FakeUpstream;
  /** A whole answer. `body` is added to a question for the first of the models. */
  ask(body?: object): Promise<Called>;
  /** The same, streamed. */
  stream(body?: object): Promise<OpenedStream>;
  dispose(): Promise<void>;
}

export interface ProviderOptions {
  /** One that the gateway knows the protocol of. */
  readonly slug: string;
  /** Of its API on the upstream: "/v2". */
  readonly path?: string;
  readonly credential: string;
  /** Several, because health is kept per endpoint: what breaks one must not touch the other tests. */
  readonly models: readonly string[];
  /** What all of its endpoints have: the upstream's name of the model, prices, limits. */
  readonly endpoint: object;
  /** What else they take than `max_tokens`, `temperature`, tools, schemas and reasoning. */
  readonly parameters?: readonly string[];
  readonly question: object;
}

const usual = ["max_tokens", "temperature", "tools", "tool_choice", "response_format", "structured_outputs", "reasoning"];

export async function startProviderStage({ slug, path = "", credential, models, endpoint, parameters = [], question }: ProviderOptions): Promise<ProviderStage> {
  const upstream = await startFakeUpstream();
  const endpoints = models.map((model) => ({ ...endpoint, model, supported_parameters: [...usual, ...parameters] }));
  const gateway = await startGateway({ config: { providers: [{ slug, base_url: `${upstream.origin}${path}`, credential, endpoints }] } });
  const { key } = await gateway.newKey();
  const asked = (body: object) => ({ key, body: { model: models[0], messages: [question], ...body } });
  return {
    upstream,
    ask: (body = {}) => call(gateway.baseUrl, "/chat/completions", asked(body)),
    stream: (body = {}) => openStream(gateway.baseUrl, "/chat/completions", asked({ stream: true, ...body })),
    dispose: async () => {
      await Promise.all([gateway.dispose(), upstream.close()]);
    },
  };
}

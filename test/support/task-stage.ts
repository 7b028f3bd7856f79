/** A gateway between a caller and two fake providers that do tasks: what the end-to-end tests of tasks play on. */

import { call, type Called, type Json } from "./caller.ts";
import { startFakeUpstream, type FakeUpstream } from "./fake-upstream.ts";
import { startGateway, type Gateway } from "./gateway.ts";

export interface TaskStage {
  /** Is tried before the second. */
  readonly first: FakeUpstream;
  /** Speaks openai-chat, and costs ten times as much. */
  readonly second: FakeUpstream;
  readonly gateway: Gateway;
  readonly key: string;
  post(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Called>;
  /** The record of a generation, as soon as it is there. */
  generation(id: string): Promise<Json>;
  dispose(): Promise<void>;
}

export interface TaskOffer {
  readonly model: string;
  readonly output: string;
  readonly pricing: { readonly first: object; readonly second: object };
  readonly contextLength?: number;
}

/** Both providers serve every model; the upstream's name of it is what follows the slash. */
export async function startTaskStage(protocol: string, offers: readonly TaskOffer[], quirks: object = {}): Promise<TaskStage> {
  const [first, second] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  const endpoints = (who: "first" | "second") => offers.map(({ model, output, pricing, contextLength = 8192 }) => ({
    model, upstream_model: model.split("/")[1], pricing: pricing[who], context_length: contextLength,
    input_modalities: ["text", "image", "audio"], output_modalities: output.split("+"),
  }));
  const gateway = await startGateway({
    config: {
      providers: [
        { slug: "first", name: "First", protocol, base_url: `${first.origin}/v1`, credential: "first-credential", quirks, endpoints: endpoints("first") },
        { slug: "second", name: "Second", protocol: "openai-chat", base_url: `${second.origin}/v1`, credential: "second-credential", endpoints: endpoints("second") },
      ],
    },
  });
  const { key } = await gateway.newKey();
  return {
    first, second, gateway, key,
    post: (path, body, headers = {}) => call(gateway.baseUrl, path, { key, headers, body: { provider: { order: ["first", "second"] }, ...body } }),
    generation: async (id) => {
      for (;;) {
        const { status, json } = await call(gateway.baseUrl, `/generation?id=${id}`, { key });
        if (status !== 404) return json.data;
      }
    },
    dispose: async () => {
      await Promise.all([gateway.dispose(), first.close(), second.close()]);
    },
  };
}

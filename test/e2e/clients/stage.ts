/**
 * What the real clients play on: the sandbox, which answers in words of its own, and two translated upstreams, of which one
 * speaks Anthropic's protocol and the other OpenAI's, so that every client meets a dialect that is not its own.
 */

import type { Json } from "../../support/caller.ts";
import { inPiecesOf, json, startFakeUpstream, type Answer, type FakeUpstream } from "../../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../../support/gateway.ts";
import { anthropicMessages } from "../matrix/protocols/anthropic-messages.ts";
import { openaiChat } from "../matrix/protocols/chat.ts";
import type { Protocol } from "../matrix/protocols/protocol.ts";
import { calls, fitting, pricing, text, type Said, type Sent } from "../matrix/scene.ts";

export interface ClientStage {
  readonly gateway: Gateway;
  readonly upstream: FakeUpstream;
  /** For the translated upstream. */
  readonly key: string;
  readonly sandboxKey: string;
  /** The upstream answers every request by what it asks for: a schema, tools whose results are not there yet, or words. */
  answerAll(): void;
  /** What reached the upstream with the last request. */
  lastSent(): Sent;
  dispose(): Promise<void>;
}

export const models = {
  /** Of the catalog; the sandbox serves it. */
  sandbox: "mistralai/ministral-8b",
  translated: "acme/translated",
  /** Its upstream is always out of capacity. */
  limited: "acme/limited",
  /** Of the catalog, but no provider that is configured has it. */
  unserved: "mistralai/mistral-small",
  missing: "acme/nothing",
} as const;

export const strange = "sk-wr-v1-nobody";

export async function startClientStage(protocol: Protocol): Promise<ClientStage> {
  const upstream = await startFakeUpstream();
  const supported = ["max_tokens", "temperature", "tools", "tool_choice", "parallel_tool_calls", "response_format", "structured_outputs"];
  const endpoints = [models.translated, models.limited].map((model) => ({
    model, upstream_model: model === models.limited ? "limited" : protocol.upstreamModel, pricing, context_length: 100_000, supported_parameters: supported,
  }));
  const gateway = await startGateway({
    config: { providers: [{ slug: "translated", name: "Translated", protocol: protocol.name, base_url: `${upstream.origin}/v1`, credential: protocol.credential, endpoints }] },
  });
  const [{ key }, { key: sandboxKey }] = await Promise.all([gateway.newKey(), gateway.newKey({ sandbox: true })]);
  return {
    gateway, upstream, key, sandboxKey,
    answerAll: () => {
      upstream.reset();
      upstream.always(({ json: body }) => replyTo(protocol, body as Json));
    },
    lastSent: () => protocol.read(upstream.requests.at(-1)?.json as Json),
    dispose: async () => {
      await Promise.all([gateway.dispose(), upstream.close()]);
    },
  };
}

export const translatedFor = { openai: anthropicMessages, anthropic: openaiChat } as const;

function replyTo(protocol: Protocol, body: Json): Answer {
  if (body.model === "limited") return json({ type: "error", error: { type: "rate_limit_error", message: "Slow down." } }, 429);
  const said = saidTo(protocol.read(body));
  if (body.stream !== true) return json(protocol.whole(said));
  const { mediaType, frame, end = "" } = protocol;
  return inPiecesOf(11, { status: 200, headers: { "content-type": mediaType }, body: [...protocol.lines(said).map(frame), end], ending: "end" });
}

function saidTo({ turns, tools, schema }: Sent): Said {
  if (tools.length > 0 && !turns.some((turn) => "resultOf" in turn)) return { calls };
  return schema === undefined ? text : fitting;
}


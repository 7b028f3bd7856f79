/** Every task in every protocol that has it, over real sockets: the provider's own words out, one answer in, paid to the nano-dollar. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { call, type Json } from "../support/caller.ts";
import { json, replay, startFakeUpstream, type Answer, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

const inputs = ["sunny day at the beach", "rainy day in the city"];
const embed = { input: inputs };
const rank = { query: "rain", documents: inputs };
const draw = { prompt: "An otter" };
const say = { input: "Grüße", voice: "Kore" };
const write = { input_audio: { data: Buffer.alloc(800).toString("base64"), format: "wav" } };

const googleAnswer = (mimeType: string, data: string, tokens: number) => json({
  candidates: [{ content: { parts: [{ inlineData: { mimeType, data } }] }, finishReason: "STOP" }], usageMetadata: { promptTokenCount: 5, candidatesTokenCount: tokens, totalTokenCount: tokens + 5 },
});
const voyageRanks = json({ object: "list", data: [{ index: 0, relevance_score: 0.1 }, { index: 1, relevance_score: 0.7 }], usage: { total_tokens: 9 } });
const rankedAs = (answer: Json) => answer.results.map(({ index }: { index: number }) => index);
const firstNumber = (answer: Json) => answer.data[0].embedding[0];
const written = (answer: Json) => answer.text.slice(0, 7);
const drawn = (answer: Json) => answer.data[0].media_type;

interface Cell {
  readonly route: string;
  readonly output: string;
  readonly protocol: string;
  readonly body: object;
  readonly reply: Answer;
  readonly path: string;
  readonly gist: (answer: Json, text: string) => unknown;
  readonly expected: unknown;
  /** Dollars, at a dollar a million tokens, ten a million characters, a cent a search or picture and a tenth of one a second. */
  readonly cost: number;
}

const pricing = { prompt: "1", completion: "1" };
const units: Readonly<Record<string, object>> = { rerank: { search: "0.01" }, image: { image_output: "0.01" }, speech: { character: "10" }, transcription: { second: "0.001" } };

const cells: readonly Cell[] = [
  { route: "/embeddings", output: "embeddings", protocol: "openai-chat", body: embed, reply: replay("openai/embedding.json"), path: "/embeddings", gist: firstNumber, expected: 0.0057293195, cost: 12e-6 },
  { route: "/embeddings", output: "embeddings", protocol: "mistral-chat", body: embed, reply: replay("openai/embedding.json"), path: "/embeddings", gist: firstNumber, expected: 0.0057293195, cost: 12e-6 },
  { route: "/embeddings", output: "embeddings", protocol: "cohere-v2", body: embed, reply: replay("cohere/embedding.json"), path: "/embed", gist: firstNumber, expected: 0.03302002, cost: 10e-6 },
  { route: "/embeddings", output: "embeddings", protocol: "voyage-embeddings", body: embed, reply: replay("voyage/embedding.json"), path: "/embeddings", gist: firstNumber, expected: 0.000344163, cost: 12e-6 },
  {
    route: "/embeddings", output: "embeddings", protocol: "google-generative", body: embed, path: "/models/m:batchEmbedContents", gist: firstNumber, expected: 0.5, cost: 7e-6,
    reply: json({ embeddings: [{ values: [0.5] }, { values: [1] }], usageMetadata: { promptTokenCount: 7 } }),
  },
  { route: "/rerank", output: "rerank", protocol: "openai-chat", body: rank, reply: json({ results: [{ index: 1, relevance_score: 0.7 }, { index: 0, relevance_score: 0.1 }], usage: { total_tokens: 9 } }), path: "/rerank", gist: rankedAs, expected: [1, 0], cost: 9e-6 },
  { route: "/rerank", output: "rerank", protocol: "cohere-v2", body: rank, reply: replay("cohere/reranking.1.json"), path: "/rerank", gist: rankedAs, expected: [1, 0], cost: 0.01 },
  { route: "/rerank", output: "rerank", protocol: "voyage-embeddings", body: rank, reply: voyageRanks, path: "/rerank", gist: rankedAs, expected: [1, 0], cost: 9e-6 },
  { route: "/images", output: "image", protocol: "openai-chat", body: draw, reply: replay("openai/images.image-edit.json"), path: "/images/generations", gist: drawn, expected: "image/png", cost: 0.01 },
  { route: "/images", output: "image", protocol: "google-generative", body: draw, reply: googleAnswer("image/jpeg", "/9j/AAAA", 1290), path: "/models/m:generateContent", gist: drawn, expected: "image/jpeg", cost: 0.011295 },
  { route: "/audio/speech", output: "speech", protocol: "openai-chat", body: say, reply: { status: 200, headers: { "content-type": "audio/pcm" }, body: ["sound"], ending: "end" }, path: "/audio/speech", gist: (_, text) => text, expected: "sound", cost: 50e-6 },
  { route: "/audio/speech", output: "audio", protocol: "google-generative", body: say, reply: googleAnswer("audio/L16;codec=pcm;rate=24000", Buffer.from("sound").toString("base64"), 50), path: "/models/m:generateContent", gist: (_, text) => text, expected: "sound", cost: 55e-6 },
  { route: "/audio/transcriptions", output: "transcription", protocol: "openai-chat", body: write, reply: replay("openai/transcription.json"), path: "/audio/transcriptions", gist: written, expected: "Galileo", cost: 0.037 },
  {
    route: "/audio/transcriptions", output: "transcription", protocol: "mistral-chat", body: write, path: "/audio/transcriptions", gist: written, expected: "Galileo", cost: 0.002639,
    reply: json({ text: "Galileo was", usage: { prompt_audio_seconds: 2, prompt_tokens: 4, completion_tokens: 635, total_tokens: 639 } }),
  },
];

const modelOf = ({ output, protocol }: Cell) => `acme/${output}-${protocol}`;

let upstream: FakeUpstream;
let gateway: Gateway;
let key: string;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const replies = new Map(cells.map((cell) => [`/${cell.output}-${cell.protocol}${cell.path}`, cell.reply]));
  upstream.always(({ path }) => replies.get(path) ?? json({ error: { message: `The test has no answer for ${path}` } }, 404));
  gateway = await startGateway({
    config: {
      providers: cells.map((cell) => ({
        slug: `${cell.output}-${cell.protocol}`, name: cell.protocol, protocol: cell.protocol, base_url: `${upstream.origin}/${cell.output}-${cell.protocol}`, credential: "secret",
        endpoints: [{
          model: modelOf(cell), upstream_model: "m", context_length: 8192, pricing: { ...pricing, ...units[cell.output] }, input_modalities: ["text", "audio"], output_modalities: [cell.output],
        }],
      })),
    },
  });
  key = (await gateway.newKey()).key;
});

afterAll(async () => {
  await Promise.all([gateway.dispose(), upstream.close()]);
});

test.each(cells)("$route at $protocol", async (cell) => {
  const { status, json: answer, text, headers } = await call(gateway.baseUrl, cell.route, { key, body: { model: modelOf(cell), ...cell.body } });
  expect(status, text).toBe(200);
  expect(cell.gist(answer, text)).toEqual(cell.expected);
  const id = headers.get("x-generation-id") as string;
  for (;;) {
    const record = await call(gateway.baseUrl, `/generation?id=${id}`, { key });
    if (record.status === 404) continue;
    expect(record.json.data).toMatchObject({ total_cost: cell.cost, usage_estimated: false, provider_name: cell.protocol });
    break;
  }
});

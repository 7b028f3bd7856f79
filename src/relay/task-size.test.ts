import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { picodollars } from "../base/money.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { Pricing } from "../catalog/price.ts";
import type { Usage } from "../wire/chat.ts";
import type { TaskRequest } from "../wire/task.ts";
import { head } from "../../test/support/task-target.ts";
import { soundSeconds } from "./sound.ts";
import { sizeOf, taskBill, worstTaskCost } from "./task-size.ts";

const tokens: Pricing = { prompt: picodollars(1_000_000n), completion: picodollars(2_000_000n) };
const free: Pricing = { prompt: picodollars(0n), completion: picodollars(0n) };
const wave = (bytesPerSecond: number, bytes: number): Buffer => {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0).toString();
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(bytesPerSecond, 28);
  return Buffer.concat([header, Buffer.alloc(bytes)]);
};

const requests: { readonly [Name in TaskRequest["task"]]: TaskRequest } = {
  embeddings: { ...head, task: "embeddings", inputs: ["one", [1, 2, 3]], dimensions: undefined, encoding: "float", inputType: undefined },
  rerank: { ...head, task: "rerank", query: "q", documents: Array.from({ length: 150 }, () => ({ text: "a document" })), top: undefined },
  image: { ...head, task: "image", prompt: "An otter", references: [], parameters: { n: 2 } },
  speech: { ...head, task: "speech", input: "Grüße 👋", voice: undefined, format: "pcm", speed: undefined, references: [] },
  transcription: { ...head, task: "transcription", audio: wave(32_000, 64_000), format: "wav", language: undefined, prompt: undefined, temperature: undefined, isVerbose: false, granularities: [] },
};

describe("what is owed", () => {
  const none: Usage = { promptTokens: 0, completionTokens: 0 };
  test.each<{ name: string; task: TaskRequest["task"]; reported: Usage | undefined; pricing: Pricing; total: bigint; isEstimated: boolean }>([
    { name: "tokens as counted", task: "embeddings", reported: { promptTokens: 12, completionTokens: 0 }, pricing: tokens, total: 12_000n, isEstimated: false },
    { name: "searches as counted", task: "rerank", reported: { ...none, searches: 2 }, pricing: { ...free, search: picodollars(2_000_000_000n) }, total: 4_000_000n, isEstimated: false },
    { name: "searches that nobody counted", task: "rerank", reported: undefined, pricing: { ...free, search: picodollars(2_000_000_000n) }, total: 4_000_000n, isEstimated: true },
    { name: "pictures as made", task: "image", reported: { ...none, images: 2 }, pricing: { ...free, imageOutput: picodollars(40_000_000_000n) }, total: 80_000_000n, isEstimated: false },
    { name: "characters, which we count", task: "speech", reported: undefined, pricing: { ...free, character: picodollars(15_000_000n) }, total: 105_000n, isEstimated: false },
    { name: "seconds, to the thousandth", task: "transcription", reported: { ...none, seconds: 1.5004 }, pricing: { ...free, second: picodollars(100_000_000n) }, total: 150_100n, isEstimated: false },
    { name: "seconds that nobody counted, by the file", task: "transcription", reported: undefined, pricing: { ...free, second: picodollars(100_000_000n) }, total: 200_000n, isEstimated: true },
    { name: "the price of the request alone", task: "embeddings", reported: { promptTokens: 12, completionTokens: 0 }, pricing: { ...free, request: picodollars(1_000_000_000n) }, total: 1_000_000n, isEstimated: false },
    { name: "nothing where all is free", task: "embeddings", reported: { promptTokens: 12, completionTokens: 0 }, pricing: free, total: 0n, isEstimated: false },
  ])("is $name", ({ task, reported, pricing, total, isEstimated }) => {
    expect(taskBill(reported, sizeOf(requests[task]), pricing)).toMatchObject({ total, isEstimated });
  });

  test.each<{ name: string; task: TaskRequest["task"]; reported: Usage | undefined }>([
    { name: "none", task: "embeddings", reported: undefined },
    { name: "no tokens where tokens are paid for", task: "transcription", reported: { ...none, seconds: 2 } },
    { name: "more than the prompt can be", task: "embeddings", reported: { promptTokens: 1_000_000, completionTokens: 0 } },
    { name: "more than the answer can be", task: "image", reported: { promptTokens: 5, completionTokens: 1_000_000 } },
  ])("is guessed where the count is $name", ({ task, reported }) => {
    const bill = taskBill(reported, sizeOf(requests[task]), tokens);
    expect(bill.isEstimated).toBe(true);
    expect(bill.total).toBeGreaterThan(0n);
  });
});

test("no guess costs more than what was held for it", () => {
  const price = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(picodollars);
  const pricing = fc.record({ prompt: price, completion: price, search: price, character: price, second: price, imageOutput: price, image: price, request: price });
  fc.assert(fc.property(fc.constantFrom(...Object.values(requests)), pricing, (request, prices) => {
    const size = sizeOf(request);
    expect(taskBill(undefined, size, prices).total).toBeLessThanOrEqual(worstTaskCost([{ pricing: prices } as Endpoint], size));
  }));
});

test("the length of a sound is what its file says, within reason", () => {
  expect(soundSeconds(wave(32_000, 64_000))).toEqual({ usual: 2, most: 2 });
  for (const bytes of [wave(0, 64_000), wave(4_000_000_000, 64_000), Buffer.alloc(64_044), Buffer.alloc(10)]) {
    const { usual, most } = soundSeconds(bytes);
    expect(usual).toBeCloseTo(bytes.length / 8_000);
    expect(most).toBeGreaterThan(usual);
  }
});

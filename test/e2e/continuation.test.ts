/** Continuation (`provider.continue`): text that breaks off is finished by another provider, and says where. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../support/caller.ts";
import { done, event, sse, type Answer } from "../support/fake-upstream.ts";
import { prices, startStage, type Stage } from "../support/stage.ts";

const models = ["acme/broken", "acme/repeated", "acme/finished-by-none", "acme/json", "acme/thoughts", "acme/garbled", "acme/unasked", "acme/whole-chain"];

let stage: Stage;

beforeAll(async () => {
  stage = await startStage(models);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
});

afterAll(() => stage.dispose());

const said = "It was the best of times, it was the worst of times, ";
const rest = "it was the age of wisdom.";
const usage = { prompt_tokens: 30, completion_tokens: 7, total_tokens: 37 };

const chunk = (delta: object, finish: string | null = null, more: object = {}): string =>
  event({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }], ...more });

/** A stream that is cut after these words. */
const cut = (...deltas: readonly object[]): Answer => sse(deltas.map((delta) => chunk(delta)), "cut");
/** One that goes on with these words, and ends well. */
const ending = (...words: readonly string[]): Answer => sse([...words.map((content) => chunk({ content })), chunk({}, "stop", { usage }), done]);

/** The second provider breaks off; the first one, which takes prefixes, may go on. */
const asked = { provider: { order: ["second", "first"], continue: true } };

const textOf = (events: readonly Json[]): string =>
  events.filter((one) => one !== "[DONE]").flatMap(({ choices }) => choices).map(({ delta }) => delta.content ?? "").join("");

describe("a text that breaks off", () => {
  test("is finished by another provider that was told what had been said, and the seam is marked", async () => {
    stage.second.next(cut({ role: "assistant", content: said.slice(0, 20) }, { content: said.slice(20) }));
    stage.first.next(ending("it was the age", " of wisdom."));
    const events = await (await stage.stream("acme/broken", asked)).rest();
    expect(textOf(events)).toBe(said + rest);
    expect(stage.first.requests[0]?.json?.["messages"]).toMatchObject([{ role: "user" }, { role: "assistant", content: said, prefix: true }]);
    expect(events.some(({ error }) => error !== undefined)).toBe(false);
    const last = events.at(-2);
    expect(last.openrouter_metadata.seams).toEqual([{ at: said.length, from: "Second", to: "First" }]);
    expect(new Set(events.slice(0, -1).map(({ id }) => id)).size).toBe(1);

    const record = await stage.generation(events[0].id);
    expect(record.provider_responses).toMatchObject([
      { provider_name: "Second", kind: "try", fault: "provider_disconnected" },
      { provider_name: "First", kind: "continuation", fault: null },
    ]);
    const [broken, continued] = record.provider_responses;
    expect(broken.cost, "its words were delivered").toBeGreaterThan((Buffer.byteLength(said) / 4) * (Number(prices.second.completion) / 1e6));
    expect(record.total_cost).toBeCloseTo(broken.cost + continued.cost, 12);
    expect(record.total_cost).toBe(last.usage.cost);
    expect(record.finish_reason).toBe("stop");
  });

  test("does not say twice what the other one repeats", async () => {
    stage.second.next(cut({ content: said }));
    stage.first.next(ending("it was the worst", " of times, it was the age of wisdom."));
    expect(textOf(await (await stage.stream("acme/repeated", asked)).rest())).toBe(said + rest);
  });

  test("ends with one typed error when nobody can finish it, and is free", async () => {
    stage.second.next(cut({ content: said }));
    stage.first.next(cut());
    const events = await (await stage.stream("acme/finished-by-none", asked)).rest();
    expect(textOf(events)).toBe(said);
    expect(events.at(-2)).toMatchObject({ error: { metadata: { error_type: "provider_unavailable" } }, choices: [{ finish_reason: "error" }] });
    expect((await stage.generation(events[0].id)).total_cost).toBe(0);
  });
});

describe("nothing is joined", () => {
  const cases: readonly { name: string; model: string; body: object; deltas: readonly object[] }[] = [
    { name: "without being asked for", model: "acme/unasked", body: { provider: { order: ["second", "first"] } }, deltas: [{ content: said }] },
    { name: "in a JSON answer", model: "acme/json", body: { ...asked, response_format: { type: "json_object" } }, deltas: [{ content: '{"a":' }] },
    { name: "where tools may be called", model: "acme/json", body: { ...asked, tools: [{ type: "function", function: { name: "f", parameters: {} } }] }, deltas: [{ content: said }] },
    { name: "to signed reasoning", model: "acme/thoughts", body: asked, deltas: [{ reasoning_details: [{ type: "reasoning.text", text: "Hm.", signature: "s" }] }, { content: said }] },
    { name: "to reasoning alone", model: "acme/thoughts", body: asked, deltas: [{ reasoning: "Hm." }] },
  ];
  test("to what was garbled, for nobody knows what of it was lost", async () => {
    stage.second.next(sse([chunk({ content: said }), event("{nonsense"), chunk({ content: rest }), chunk({}, "stop", { usage }), done]));
    const events = await (await stage.stream("acme/garbled", asked)).rest();
    expect(textOf(events)).toBe(said);
    expect(events.at(-2)).toMatchObject({ error: { metadata: { error_type: "provider_unavailable" } }, choices: [{ finish_reason: "error" }] });
    expect(stage.first.requests).toHaveLength(0);
  });

  test.each(cases)("$name", async ({ model, body, deltas }) => {
    stage.second.next(cut(...deltas));
    const events = await (await stage.stream(model, body)).rest();
    expect(events.at(-2)).toMatchObject({ error: { metadata: { error_type: "provider_unavailable" } }, choices: [{ finish_reason: "error" }] });
    expect(stage.first.requests).toHaveLength(0);
  });
});

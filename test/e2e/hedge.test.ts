/** Hedging (`provider.hedge`): a second provider beside one that is slower than it usually is. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, type Json } from "../support/caller.ts";
import { gate, json, replay, type Answer } from "../support/fake-upstream.ts";
import { prices, startStage, type Stage } from "../support/stage.ts";

const models = ["acme/slow-stream", "acme/slow-whole", "acme/unasked", "acme/with-tools", "acme/by-key", "acme/both-fail"];
const order = ["first", "second"];
const hedge = { provider: { order, hedge: true } };

let stage: Stage;

beforeAll(async () => {
  stage = await startStage(models);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.first.always((request) => replay(request.json?.["stream"] === true ? "mistral/text.chunks.txt" : "mistral/text.json"));
  stage.second.always((request) => replay(request.json?.["stream"] === true ? "openai/text.chunks.txt" : "openai/text.json"));
});

afterAll(() => stage.dispose());

/** After so many answers the gateway knows what is usual for the first provider, and the hedges are earned. */
async function makeKnown(model: string, stream: boolean, key = stage.key): Promise<void> {
  const body = { model, stream, messages: [{ role: "user", content: "What is the meaning of life?" }], provider: { order } };
  for (let count = 0; count < 200; count += 20) {
    await Promise.all(Array.from({ length: 20 }, () => call(stage.gateway.baseUrl, "/chat/completions", { key, body })));
  }
  stage.first.reset();
}

/** Takes the request, and answers when the gate is opened. */
function waiting(answer: Answer): { readonly reply: Answer; readonly open: () => void } {
  const { opened, open } = gate();
  return { reply: { ...answer, body: [opened, ...answer.body] }, open };
}

describe("a provider that is slower than usual", () => {
  test("is overtaken in a stream: the other answers, the slow call is closed, and both are on record", async () => {
    await makeKnown("acme/slow-stream", true);
    const slow = waiting(replay("mistral/text.chunks.txt"));
    stage.first.next(slow.reply);
    const events = await (await stage.stream("acme/slow-stream", hedge)).rest();
    expect(new Set(events.slice(0, -1).map(({ provider }) => provider))).toEqual(new Set(["Second"]));
    await (await stage.first.received(0)).abandoned;
    const record = await stage.generation(events[0].id);
    expect(record.provider_responses).toMatchObject([
      { provider_name: "First", status: 200, kind: "try", fault: null },
      { provider_name: "Second", status: 200, kind: "hedge", fault: null, cost: record.total_cost },
    ]);
    const [overtaken] = record.provider_responses;
    expect(overtaken.cost, "it has taken the prompt in").toBeGreaterThan(0);
    expect(overtaken.cost, "and said nothing").toBeLessThan((20 * Number(prices.first.prompt)) / 1e6);
    slow.open();
  });

  test("is overtaken in a whole answer", async () => {
    await makeKnown("acme/slow-whole", false);
    const slow = waiting(replay("mistral/text.json"));
    stage.first.next(slow.reply);
    const answer = await stage.chat("acme/slow-whole", hedge);
    expect([answer.status, answer.json.provider]).toEqual([200, "Second"]);
    await (await stage.first.received(0)).abandoned;
    slow.open();
  });

  test("is waited for when nobody asked for a hedge, and when a tool may be called", async () => {
    for (const [model, body] of [
      ["acme/unasked", {}],
      ["acme/with-tools", { ...hedge, tools: [{ type: "function", function: { name: "pay", parameters: { type: "object" } } }] }],
    ] as const) {
      await makeKnown(model, false);
      const slow = waiting(replay("mistral/text.json"));
      stage.first.next(slow.reply);
      const answering = stage.chat(model, body);
      await stage.first.received(0);
      // Twice as long as the shortest time after which a hedge starts.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      slow.open();
      expect((await answering).json.provider).toBe("First");
      expect(stage.second.requests).toHaveLength(0);
    }
  });

  test("is overtaken for a key that wants all its requests hedged, unless one says otherwise", async () => {
    const made = await call(stage.gateway.baseUrl, "/keys", { key: stage.gateway.managementKey, body: { name: "hedged", hedge: true } });
    expect(made.json.data.hedge).toBe(true);
    const key: string = made.json.key;
    await makeKnown("acme/by-key", false, key);
    const slow = waiting(replay("mistral/text.json"));
    stage.first.next(slow.reply, replay("mistral/text.json"));
    const body = { model: "acme/by-key", messages: [{ role: "user", content: "Hi" }], provider: { order } };
    expect((await call(stage.gateway.baseUrl, "/chat/completions", { key, body })).json.provider).toBe("Second");
    slow.open();
    const refused = await call(stage.gateway.baseUrl, "/chat/completions", { key, body: { ...body, provider: { order, hedge: false } } });
    expect(refused.json.provider).toBe("First");
  });

  test("and another that fails: the last word is the slow one's", async () => {
    await makeKnown("acme/both-fail", false);
    stage.second.always(json({ error: { message: "Internal" } }, 500));
    const slow = waiting(replay("mistral/text.json"));
    stage.first.next(slow.reply);
    const answering = stage.chat("acme/both-fail", hedge);
    await stage.second.received(0);
    slow.open();
    const answer = await answering;
    expect([answer.status, answer.json.provider]).toEqual([200, "First"]);
    const { provider_responses: tried } = await stage.generation(answer.json.id);
    // The failure and the slow answer may come at the same moment.
    expect(tried.map(({ provider_name: name, kind }: Json) => `${name} ${kind}`).sort()).toEqual(["First try", "Second hedge"]);
  });
});

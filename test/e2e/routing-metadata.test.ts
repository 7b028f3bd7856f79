/** `X-OpenRouter-Metadata: enabled`: how a request was routed, on success and on failure. Source: contract §5.10. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { json, replay } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";

const models = ["acme/plain", "acme/second-try", "acme/streamed", "acme/nobody", "acme/breaks"];
const asked = { "X-OpenRouter-Metadata": "Enabled" };

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

const failure = json({ error: { message: "Internal" } }, 500);
const both = (model: string, selected: "First" | "Second" | undefined) => ["First", "Second"].map((provider) => ({ provider, model, selected: provider === selected }));

describe("a caller who asks for it reads how the request was routed", () => {
  test("in a whole answer", async () => {
    const { json: answer } = await stage.chat("acme/plain", {}, asked);
    expect(answer.openrouter_metadata).toEqual({
      requested: "acme/plain", strategy: "direct", region: null, summary: "available=2, selected=First", attempt: 1, is_byok: false,
      endpoints: { total: 2, available: both("acme/plain", "First") },
      attempts: [{ provider: "First", model: "acme/plain", status: 200 }],
    });
  });

  test("after a fallback", async () => {
    stage.first.next(failure);
    const { json: answer } = await stage.chat("acme/second-try", {}, asked);
    expect(answer.openrouter_metadata).toMatchObject({
      summary: "available=2, selected=Second", attempt: 2, endpoints: { available: both("acme/second-try", "Second") },
      attempts: [{ provider: "First", status: 500 }, { provider: "Second", status: 200 }],
    });
  });

  test("on the last event of a stream", async () => {
    const events = await (await stage.stream("acme/streamed", {}, asked)).rest();
    expect(events.at(-2).openrouter_metadata).toMatchObject({ attempt: 1, summary: "available=2, selected=First", attempts: [{ status: 200 }] });
    expect(events.slice(0, -2).filter((event) => "openrouter_metadata" in event)).toEqual([]);
  });

  test("beside the error when everybody failed, with nothing selected", async () => {
    stage.first.always(failure);
    stage.second.always(failure);
    const { status, json: answer } = await stage.chat("acme/nobody", {}, asked);
    expect(status).toBe(502);
    expect(answer.openrouter_metadata).toMatchObject({ attempt: 2, summary: "available=2", endpoints: { available: both("acme/nobody", undefined) }, attempts: [{ status: 500 }, { status: 500 }] });
  });

  test("beside the error inside a stream that breaks", async () => {
    const { body } = replay("mistral/text.chunks.txt");
    stage.first.next({ ...replay("mistral/text.chunks.txt"), body: body.slice(0, 4), ending: "cut" });
    const events = await (await stage.stream("acme/breaks", {}, asked)).rest();
    expect(events.at(-2)).toMatchObject({ error: { code: 502 }, openrouter_metadata: { attempt: 1, attempts: [{ provider: "First", status: 200 }] } });
  });

  test("when nobody was tried at all", async () => {
    const { status, json: answer } = await stage.chat("acme/plain", { provider: { only: ["elsewhere"] } }, asked);
    expect(status).toBe(404);
    expect(answer.openrouter_metadata).toMatchObject({ requested: "acme/plain", attempt: 0, summary: "available=0", endpoints: { available: [] } });
  });
});

test("nobody else does", async () => {
  const whole = await stage.chat("acme/plain", {}, { "X-OpenRouter-Metadata": "yes" });
  expect(whole.text).not.toContain("openrouter_metadata");
  const unknown = await stage.chat("acme/plain", { provider: { only: ["elsewhere"] } });
  expect(unknown.text).not.toContain("openrouter_metadata");
});

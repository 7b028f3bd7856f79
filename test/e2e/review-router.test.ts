/** Findings of a hostile reading of the router's live path: each states what holds since. */

import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call } from "../support/caller.ts";
import { event, json, replay, sse, type Answer } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";

const models = Array.from({ length: 40 }, (_, index) => `acme/m${index}`);
let used = 0;
/** Health is kept per endpoint: each case has a model of its own. */
const model = () => models[used++] as string;
const usage = { prompt_tokens: 30, completion_tokens: 7, total_tokens: 37 };
const whole = (message: object, finish = "stop", more: object = { usage }): Answer =>
  json({ id: "w", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }], ...more });
const ms = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

describe("a caller cannot", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(models);
  });
  beforeEach(() => {
    stage.first.reset();
    stage.second.reset();
  });
  afterAll(() => stage.dispose());

  /** What somebody else is answered by the first provider alone. */
  const innocent = async (own: string) => {
    stage.first.always(whole({ content: "Fine." }));
    const { key } = await stage.gateway.newKey();
    const { status, json: body } = await call(stage.gateway.baseUrl, "/chat/completions", { key, body: { model: own, messages: [{ role: "user", content: "Hi" }], provider: { only: ["first"] } } });
    return [status, body.error?.message];
  };

  test("switch an endpoint off for everybody by naming what does not exist", async () => {
    const own = model();
    stage.first.always(json({ error: { message: "Vector store with id ['vs_nobodys'] not found.", type: "invalid_request_error", param: null, code: null } }, 404));
    const answer = await stage.chat(own, { provider: { only: ["first"] } });
    expect([answer.status, answer.json.error.metadata.error_type]).toEqual([400, "invalid_request"]);
    expect(await innocent(own)).toEqual([200, undefined]);
  });

  test("have an endpoint closed to everybody by asking it to reason, nor is the answer given up early (row 11)", async () => {
    const own = model();
    stage.first.always(replay("mistral/text.chunks.txt"));
    const body = { model: own, stream: true, messages: [{ role: "user", content: "Hi" }], provider: { order: ["first", "second"] } };
    for (let count = 0; count < 40; count += 20) await Promise.all(Array.from({ length: 20 }, () => call(stage.gateway.baseUrl, "/chat/completions", { key: stage.key, body })));
    stage.first.reset();
    stage.second.always(replay("openai/text.chunks.txt"));
    const fixture = replay("mistral/text.chunks.txt");
    const answers = Array.from({ length: 2 }, async () => {
      stage.first.next({ ...fixture, body: [ms(3_500), ...fixture.body] });
      return (await (await stage.stream(own, { reasoning: { effort: "high" } })).nextEvent()).provider;
    });
    expect(await Promise.all(answers)).toEqual(["First", "First"]);
    expect(await innocent(own)).toEqual([200, undefined]);
  });

  test("make a list of providers that every endpoint is compared with without end", async () => {
    const answer = await stage.chat(model(), { provider: { order: Array.from({ length: 1_000 }, () => "x") } });
    expect([answer.status, answer.json.error.message]).toEqual([400, "provider.order must have at most 256 entries; this has 1,000."]);
  });

  test("read what a provider said in the log of what could not be read", async () => {
    const own = model();
    stage.first.always({ ...json({}), body: ["hunter2 is the word"] });
    await stage.chat(own, { provider: { only: ["first"] } });
    expect(stage.gateway.output()).toContain("a provider's answer could not be read");
    expect(stage.gateway.output()).not.toContain("hunter2");
  });

  test.each([
    ["in a code", (secret: string) => ({ code: `no such key ${secret}`, message: "Bad request" })],
    ["in the name of a parameter", (secret: string) => ({ param: secret, message: "Bad request" })],
    ["where the text is cut", (secret: string) => ({ message: `${"word ".repeat(97)}${secret}` })],
  ] as const)("learn the provider's credential %s, of a refusal or in a stream", async (_name, error) => {
    const own = model();
    const body = { error: error("first-credential") };
    stage.first.next(json(body, 400));
    const refused = await stage.chat(own, { provider: { only: ["first"] } });
    expect(refused.text).toContain("[redacted]");
    expect(refused.text).not.toContain("first-cred");
    stage.first.next(sse([event(body)]));
    const streamed = await call(stage.gateway.baseUrl, "/chat/completions", { key: stage.key, body: { model: own, stream: true, messages: [{ role: "user", content: "Hi" }], provider: { only: ["first"] } } });
    expect(streamed.text).not.toContain("first-cred");
  });

  test("hold up a node that stops with a connection on which nothing was asked", async () => {
    const quiet = await startStage(["acme/quiet"], { timeouts: { drain_ms: 60_000 } });
    const { hostname, port } = new URL(quiet.gateway.baseUrl);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("connect", resolve));
    await call(quiet.gateway.baseUrl, "/models", {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    expect(await quiet.gateway.stop()).toBe(0);
    await closed;
    await quiet.dispose();
  }, 30_000);
});

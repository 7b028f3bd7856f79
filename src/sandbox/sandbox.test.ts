import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { seededChance } from "../base/clock.ts";
import { directiveNames } from "./directives.ts";
import { isObject } from "./json.ts";
import { refusals } from "./refusals.ts";
import { startSandbox } from "./sandbox.ts";
import type { Sandbox } from "./sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ clock: () => 1_760_000_000_000, chance: seededChance(1) });
});
afterAll(() => sandbox.close());

const question = { model: "mistralai/ministral-8b", messages: [{ role: "user", content: "What is the meaning of life?" }] };
const weather = { type: "function" as const, function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } } };

function baseUrl(slug = "sandbox-swift"): string {
  const provider = sandbox.providers.find((candidate) => candidate.slug === slug);
  if (provider === undefined) expect.unreachable();
  return provider.baseUrl;
}

function post(body: unknown, directives: string, slug?: string): Promise<Response> {
  return fetch(`${baseUrl(slug)}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer anything", "x-windrose-sandbox": directives },
    body: typeof body === "string" ? body : body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
  });
}

/** The bytes until the end or the break of the connection, read with the bare client: fetch hides what came before a break. */
function readToBreak(body: object, directives: string): Promise<{ status: number; text: string; broke: boolean }> {
  return new Promise((resolve) => {
    const outgoing = open(body, directives, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("close", () => resolve({ status: response.statusCode ?? 0, text, broke: !response.complete }));
      response.on("error", () => undefined);
    });
    outgoing.on("error", () => resolve({ status: 0, text: "", broke: true }));
  });
}

function open(body: object, directives: string, onResponse: (response: IncomingMessage) => void): ReturnType<typeof httpRequest> {
  const outgoing = httpRequest(`${baseUrl()}/chat/completions`, { method: "POST", agent: false, headers: { "x-windrose-sandbox": directives } }, onResponse);
  outgoing.end(JSON.stringify(body));
  return outgoing;
}

/** The events of a stream, parsed; "[DONE]" and what does not parse stay text. */
function eventsOf(text: string): unknown[] {
  return text.split("\n\n").filter((event) => event !== "").map((event) => {
    expect(event.startsWith("data: ")).toBe(true);
    const data = event.slice("data: ".length);
    return data.startsWith("{") && data.endsWith("}") ? JSON.parse(data) : data;
  });
}

async function readWhole(directive: string): Promise<string> {
  return (await post(question, `${directive},fast`)).text();
}

async function contentOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  expect(body).toHaveProperty("choices.0.message.content");
  return isObject(body) && Array.isArray(body["choices"]) ? body["choices"][0].message.content : undefined;
}

describe("the sandbox, over a socket", () => {
  test("offers three providers, told apart by name and address", () => {
    expect(sandbox.providers.map(({ slug, name }) => ({ slug, name }))).toEqual([
      { slug: "sandbox-swift", name: "Sandbox Swift" }, { slug: "sandbox-steady", name: "Sandbox Steady" }, { slug: "sandbox-thrifty", name: "Sandbox Thrifty" },
    ]);
    expect(new Set(sandbox.providers.map((provider) => provider.baseUrl)).size).toBe(3);
  });

  test("gives the same bytes of content for the same request, at every provider, with and without delays", async () => {
    const texts = await Promise.all([
      post(question, "fast").then(contentOf), post(question, "").then(contentOf), post(question, "fast", "sandbox-thrifty").then(contentOf),
    ]);
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain("What is the meaning of life?");
  });

  test("answers in the shape of a chat completion", async () => {
    expect(await (await post({ ...question, max_tokens: 3 }, "fast")).json()).toEqual({
      id: expect.stringMatching(/^chatcmpl-\w{24}$/), object: "chat.completion", created: 1_760_000_000, model: "mistralai/ministral-8b", system_fingerprint: "fp_windrose_sandbox",
      choices: [{ index: 0, message: { role: "assistant", content: expect.any(String), refusal: null }, logprobs: null, finish_reason: "length" }],
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15, prompt_tokens_details: { cached_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 0 } },
    });
  });

  test("sends usage in a stream only to those who ask for it", async () => {
    const asked = eventsOf(await (await post({ ...question, stream: true, stream_options: { include_usage: true } }, "fast")).text());
    expect(asked.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 12 } });
    const silent = eventsOf(await (await post({ ...question, stream: true }, "fast")).text());
    expect(silent.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: "stop" }] });
    expect([asked.at(-1), silent.at(-1)]).toEqual(["[DONE]", "[DONE]"]);
  });

  const requests = [
    { name: "words", fields: {} },
    { name: "reasoning", fields: { reasoning_effort: "low" as const } },
    { name: "tool calls", fields: { tools: [weather], tool_choice: "required" as const } },
    { name: "structured words, cut", fields: { response_format: { type: "json_object" as const }, max_tokens: 9 } },
  ];
  test.each(requests)("the OpenAI client reads the same $name from a stream as from a whole answer", async ({ fields }) => {
    const client = new OpenAI({ apiKey: "anything", baseURL: baseUrl(), maxRetries: 0, defaultHeaders: { "x-windrose-sandbox": "fast" } });
    const messages = [{ role: "user" as const, content: "Is the weather in 東京 🎏 fine?" }];
    const whole = await client.chat.completions.create({ model: "m", messages, ...fields });
    const pieces = await client.chat.completions.create({ model: "m", messages, ...fields, stream: true, stream_options: { include_usage: true } });
    let content = "";
    let calls = "";
    let usage: unknown;
    let finish: unknown;
    for await (const piece of pieces) {
      content += piece.choices[0]?.delta.content ?? "";
      for (const call of piece.choices[0]?.delta.tool_calls ?? []) calls += call.function?.arguments ?? "";
      finish = piece.choices[0]?.finish_reason ?? finish;
      usage = piece.usage ?? usage;
    }
    const [choice] = whole.choices;
    expect({ content, finish, usage }).toEqual({ content: choice?.message.content ?? "", finish: choice?.finish_reason, usage: whole.usage });
    expect(calls).toBe(choice?.message.tool_calls?.map((call) => (call.type === "function" ? call.function.arguments : "")).join("") ?? "");
  });
});

describe("bad requests", () => {
  const cases = [
    { name: "malformed JSON", body: "{\"model\":", status: 400, says: "could not parse" },
    { name: "a list", body: "[1]", status: 400, says: "must be a JSON object" },
    { name: "invalid UTF-8", body: new Uint8Array([123, 255, 125]), status: 400, says: "could not parse" },
    { name: "no model", body: { messages: question.messages }, status: 400, says: "'model'" },
    { name: "no messages", body: { model: "m", messages: [] }, status: 400, says: "'messages'" },
    { name: "a message without a role", body: { model: "m", messages: [{}] }, status: 400, says: "'messages[0].role'" },
    { name: "max_tokens of nothing", body: { ...question, max_tokens: 0 }, status: 400, says: "'max_tokens'" },
    { name: "a tool that is not there", body: { ...question, tools: [weather], tool_choice: { type: "function", function: { name: "x" } } }, status: 400, says: "'tool_choice'" },
  ];
  test.each(cases)("$name: $status", async ({ body, status, says }) => {
    const response = await post(body, "fast");
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(says), type: "invalid_request_error" } });
  });

  test("an unknown directive is refused with a list of the known ones", async () => {
    const response = await post(question, "explode");
    expect(response.status).toBe(400);
    const text = await response.text();
    for (const name of directiveNames) expect(text).toContain(name);
  });

  test("another path is 404, another method 405, a body beyond 32 MiB 413", async () => {
    expect((await fetch(`${baseUrl()}/embeddings`, { method: "POST" })).status).toBe(404);
    expect((await fetch(`${baseUrl()}/chat/completions`)).status).toBe(405);
    const status = await new Promise((resolve) => {
      const outgoing = httpRequest(`${baseUrl()}/chat/completions`, { method: "POST", agent: false, headers: { "content-length": 32 * 1024 * 1024 + 1 } }, (response) => {
        resolve(response.statusCode);
        outgoing.destroy();
      });
      outgoing.on("error", () => undefined);
      outgoing.flushHeaders();
    });
    expect(status).toBe(413);
  });

  test("a body of many pieces is counted as it comes", async () => {
    const status = await new Promise((resolve) => {
      const outgoing = httpRequest(`${baseUrl()}/chat/completions`, { method: "POST", agent: false }, (response) => {
        resolve(response.statusCode);
        outgoing.destroy();
      });
      outgoing.on("error", () => undefined);
      const piece = Buffer.alloc(1024 * 1024, " ");
      const send = (left: number): void => void (left > 0 && !outgoing.destroyed && outgoing.write(piece, () => send(left - 1)));
      send(33);
    });
    expect(status).toBe(413);
  });
});

describe("faults on demand", () => {
  const cases = Object.entries(refusals).map(([name, refusal]) => ({ name, status: refusal.status }));
  test.each(cases)("$name is refused with $status, streaming or not", async ({ name, status }) => {
    for (const stream of [false, true]) {
      const answer = await readToBreak({ ...question, stream }, `${name};retry-after=2`);
      expect(answer).toMatchObject({ status, broke: false });
      if (name !== "html" && name !== "redirect") expect(JSON.parse(answer.text)).toHaveProperty("error.message");
    }
  });

  test("retry-after is sent with a refusal", async () => {
    expect((await post(question, "429;retry-after=2")).headers.get("retry-after")).toBe("2");
    expect((await post(question, "429")).headers.get("retry-after")).toBeNull();
  });

  test("a directive for one provider leaves the others in peace", async () => {
    expect((await post(question, "swift:503,fast", "sandbox-swift")).status).toBe(503);
    expect((await post(question, "swift:503,fast", "sandbox-steady")).status).toBe(200);
  });

  test("cut breaks the connection after some content", async () => {
    const answer = await readToBreak({ ...question, stream: true }, "cut,fast");
    expect(answer).toMatchObject({ status: 200, broke: true });
    const events = eventsOf(answer.text);
    expect(events.length).toBeGreaterThan(10);
    expect(events.at(-1)).toMatchObject({ choices: [{ finish_reason: null }] });
    expect(await readToBreak(question, "cut,fast")).toMatchObject({ status: 200, broke: true, text: expect.stringMatching(/^\{"id"/) });
  });

  test("reset breaks the connection before any answer", async () => {
    expect(await readToBreak(question, "reset")).toEqual({ status: 0, text: "", broke: true });
  });

  const endings = [
    { name: "truncate", last: { choices: [{ delta: { content: expect.any(String) }, finish_reason: null }] } },
    { name: "no-done", last: { choices: [{ delta: {}, finish_reason: "stop" }] } },
    { name: "error-first", last: { error: { type: "server_error" } } },
    { name: "error-mid", last: { error: { type: "server_error" } } },
  ];
  test.each(endings)("$name ends a stream cleanly, but not well", async ({ name, last }) => {
    const answer = await readToBreak({ ...question, stream: true }, `${name},fast`);
    expect(answer).toMatchObject({ status: 200, broke: false });
    const events = eventsOf(answer.text);
    expect(events.at(-1)).toMatchObject(last);
    expect(events.length === 1).toBe(name === "error-first");
  });

  test("whole answers can be an error, half, garbled or empty, with status 200", async () => {
    expect(JSON.parse(await readWhole("error-first"))).toHaveProperty("error.message");
    expect(JSON.parse(await readWhole("error-mid"))).toHaveProperty("error.message");
    for (const directive of ["truncate", "garbled"]) {
      const text = await readWhole(directive);
      expect(() => JSON.parse(text)).toThrow();
    }
    expect(JSON.parse(await readWhole("empty"))).toMatchObject({ choices: [{ message: { content: "" }, finish_reason: "stop" }], usage: { completion_tokens: 0 } });
  });

  test("usage can be missing or nonsense", async () => {
    for (const stream of [false, true]) {
      const body = { ...question, stream, stream_options: { include_usage: true } };
      expect(await (await post(body, "no-usage,fast")).text()).not.toContain("usage");
      expect(await (await post(body, "bad-usage,fast")).text()).toContain("\"prompt_tokens\":-12");
    }
  });

  test("stall gives headers and then nothing, until the caller hangs up", async () => {
    for (const stream of [false, true]) {
      const response = await new Promise<IncomingMessage>((resolve) => open({ ...question, stream }, "stall", resolve).on("error", () => undefined));
      expect(response.statusCode).toBe(200);
      await vi.waitUntil(() => sandbox.answering() === 1);
      response.destroy();
      await vi.waitUntil(() => sandbox.answering() === 0);
    }
  });

  test("stall-mid gives content and then nothing, until the caller hangs up", async () => {
    const response = await new Promise<IncomingMessage>((resolve) => open({ ...question, stream: true }, "stall-mid,fast", resolve).on("error", () => undefined));
    const [first] = await response.setEncoding("utf8").take(1).toArray();
    expect(eventsOf(String(first))[1]).toMatchObject({ choices: [{ delta: { content: expect.any(String) } }] });
    await vi.waitUntil(() => sandbox.answering() === 0);
  });
});

describe("callers who leave or lag", () => {
  test("a caller who hangs up ends a long stream at once", async () => {
    const response = await new Promise<IncomingMessage>((resolve) => open({ ...question, stream: true }, "length=20000", resolve).on("error", () => undefined));
    await vi.waitUntil(() => sandbox.answering() === 1);
    response.destroy();
    await vi.waitUntil(() => sandbox.answering() === 0);
  });

  test("a caller who reads late gets every byte", async () => {
    const response = await new Promise<IncomingMessage>((resolve) => open({ ...question, stream: true }, "length=20000,fast", resolve));
    response.pause();
    // Another answer passes meanwhile: one slow reader holds nobody up.
    expect((await post(question, "fast")).status).toBe(200);
    const pieces = await response.setEncoding("utf8").toArray();
    const events = eventsOf(pieces.join(""));
    expect(events).toHaveLength(20_000 + 3);
  });

  test("closing cuts off whatever is under way", async () => {
    const other = await startSandbox();
    const [provider] = other.providers;
    const stalled = fetch(`${provider?.baseUrl}/chat/completions`, { method: "POST", headers: { "x-windrose-sandbox": "stall" }, body: JSON.stringify(question) }).then((response) => response.text());
    const broken = expect(stalled).rejects.toThrow();
    await vi.waitUntil(() => other.answering() === 1);
    await other.close();
    await broken;
  });
});

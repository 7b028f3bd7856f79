/** Media at addresses, files for models that take none, answers that need mending, and what became of parameters: over real sockets. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, openStream, type Json } from "../support/caller.ts";
import { fixture, json, replay, startFakeUpstream, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { pdf } from "../support/pdf.ts";

const png = Buffer.from("\x89PNG\r\n\x1a\n and its pixels", "latin1");
const report = pdf("The answer is forty-two.");
const asked = { "X-OpenRouter-Metadata": "enabled" };

let google: FakeUpstream;
let openai: FakeUpstream;
let gateway: Gateway;
let key: string;
let media: Server;
let origin: string;
let visits: string[] = [];

const supported = ["max_tokens", "temperature", "seed", "response_format", "structured_outputs"];
const endpoint = (model: string, input: readonly string[]) => ({ model, upstream_model: "m", pricing: { prompt: "1", completion: "1" }, context_length: 100_000, input_modalities: input, supported_parameters: supported });

beforeAll(async () => {
  [google, openai] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  media = createServer((request, response) => {
    visits.push(request.url ?? "");
    if (request.url === "/report.pdf") response.end(report);
    else if (request.url?.startsWith("/a.png") === true) response.end(png);
    else response.writeHead(200, { "content-type": "image/png" }).end("<html>a page of the intranet</html>");
  });
  await new Promise<void>((resolve) => media.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(media.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  gateway = await startGateway({
    config: {
      media_hosts: [host],
      providers: [
        { slug: "first", name: "Google-like", protocol: "google-generative", base_url: `${google.origin}/v1beta`, credential: "one", endpoints: [endpoint("acme/sees", ["text", "image"]), endpoint("acme/both", ["text", "image", "file"])] },
        { slug: "second", name: "OpenAI-like", protocol: "openai-chat", base_url: `${openai.origin}/v1`, credential: "two", endpoints: [endpoint("acme/sees", ["text", "image"]), endpoint("acme/reads", ["text"]), endpoint("acme/both", ["text"])] },
      ],
    },
  });
  ({ key } = await gateway.newKey());
});

beforeEach(() => {
  visits = [];
  google.reset();
  openai.reset();
  google.always(replay("google-ai-studio/text.json"));
  openai.always(replay("openai/text.json"));
});

afterAll(async () => {
  media.closeAllConnections();
  await Promise.all([gateway.dispose(), google.close(), openai.close(), new Promise((resolve) => media.close(resolve))]);
});

const body = (model: string, content: Json, more: object = {}) => ({ model, messages: [{ role: "user", content }], ...more });
const ask = (model: string, content: Json, more: object = {}) => call(gateway.baseUrl, "/chat/completions", { key, headers: asked, body: body(model, content, more) });
const image = (url: string) => ({ type: "image_url", image_url: { url } });
const file = (data: string) => ({ type: "file", file: { filename: "report.pdf", file_data: data } });
const inline = () => file(`data:application/pdf;base64,${report.toString("base64")}`);
const text = '<file name="report.pdf">\nThe answer is forty-two.\n</file>';

/** The body of the first request that reached a provider. */
function received(upstream: FakeUpstream): Json {
  return upstream.requests[0]?.json;
}

describe("an image at an address", () => {
  test("is fetched for a provider that does not open addresses, once, however often it is named", async () => {
    const { status, json: answer } = await ask("acme/sees", [image(`${origin}/a.png`), image(`${origin}/a.png`)], { provider: { only: ["first"] } });
    expect([status, answer.provider]).toEqual([200, "Google-like"]);
    const data = { inlineData: { mimeType: "image/png", data: png.toString("base64") } };
    expect(received(google).contents[0].parts).toEqual([data, data]);
    expect(visits).toEqual(["/a.png"]);
  });

  test("is left to a provider that opens it itself", async () => {
    await ask("acme/sees", [image(`${origin}/a.png`)], { provider: { only: ["second"] } });
    expect(received(openai).messages[0].content).toEqual([image(`${origin}/a.png`)]);
    expect(visits).toEqual([]);
  });

  test("is not fetched again for the next attempt", async () => {
    google.next(json({ error: { code: 500, message: "no", status: "INTERNAL" } }, 500));
    await ask("acme/sees", [image(`${origin}/a.png`)], { provider: { only: ["first"] } });
    expect(google.requests).toHaveLength(2);
    expect(visits).toEqual(["/a.png"]);
  });

  test.each([
    ["something else", () => `${origin}/page`],
    ["this machine", () => origin.replace("127.0.0.1", "localhost").replace("http:", "https:")],
    ["the cloud's own services", () => "https://169.254.169.254/latest/meta-data"],
    ["plain http of a stranger", () => "http://example.com/a.png"],
  ])("that leads to %s is a 400 that names its place", async (_what, url) => {
    const fresh = await gateway.newKey();
    const { status, json: answer, text: said } = await call(gateway.baseUrl, "/chat/completions", { key: fresh.key, headers: asked, body: body("acme/sees", [{ type: "text", text: "Look:" }, image(url())], { provider: { only: ["first"] } }) });
    expect(status).toBe(400);
    expect(answer.error).toMatchObject({ metadata: { error_type: "invalid_request", field: "messages[0].content[1]" } });
    expect(answer.error.message).toContain("messages[0].content[1]: ");
    expect(said).not.toContain("intranet");
    expect(google.requests).toEqual([]);
    expect((await call(gateway.baseUrl, "/key", { key: fresh.key })).json.data.usage).toBe(0);
  });

  test("that cannot be fetched is a 400 for a stream, too", async () => {
    const opened = await openStream(gateway.baseUrl, "/chat/completions", { key, body: body("acme/sees", [image(`${origin}/page`)], { stream: true, provider: { only: ["first"] } }) });
    expect(opened.status).toBe(400);
    await opened.rest();
  });
});

describe("a PDF", () => {
  test("is text for a model that takes no files, comes back as an annotation, and is told", async () => {
    const { status, json: answer } = await ask("acme/reads", [{ type: "text", text: "Well?" }, inline()]);
    expect(status).toBe(200);
    expect(received(openai).messages[0].content).toEqual([{ type: "text", text: "Well?" }, { type: "text", text }]);
    expect(answer.choices[0].message.annotations).toEqual([{ type: "file", file: { hash: expect.stringMatching(/^[0-9a-f]{64}$/), name: "report.pdf", content: [{ type: "text", text }] } }]);
    expect(answer.openrouter_metadata.pipeline).toEqual([{ type: "plugin", name: "file-parser", summary: expect.any(String), data: { engine: "cloudflare-ai", files: ["report.pdf"] } }]);
  });

  test("may lie at an address", async () => {
    expect((await ask("acme/reads", [{ type: "file", file: { file_data: `${origin}/report.pdf` } }])).status).toBe(200);
    expect(received(openai).messages[0].content[0].text).toContain("forty-two");
  });

  test("is given as it is to an endpoint that takes files, which is preferred", async () => {
    const { json: answer } = await ask("acme/both", [inline()]);
    expect(answer.provider).toBe("Google-like");
    expect(received(google).contents[0].parts[0].inlineData).toEqual({ mimeType: "application/pdf", data: report.toString("base64") });
    expect(answer.openrouter_metadata).not.toHaveProperty("pipeline");
  });

  test("in a stream comes back on the first chunk that speaks", async () => {
    openai.always(replay("openai/text.chunks.txt"));
    const events = await (await openStream(gateway.baseUrl, "/chat/completions", { key, body: body("acme/reads", [inline()], { stream: true }) })).rest();
    expect(events.filter((event) => event.choices?.[0]?.delta?.annotations !== undefined).map((event) => event.choices[0].delta.annotations[0].file.name)).toEqual(["report.pdf"]);
  });

  test("that was read is given back when the provider fails", async () => {
    openai.always(json({ error: { message: "no such thing", type: "invalid_request_error" } }, 400));
    const { status, json: answer } = await ask("acme/reads", [inline()]);
    expect(status).toBe(400);
    expect(answer.error.metadata.file_annotations).toEqual([{ type: "file", file: expect.objectContaining({ name: "report.pdf" }) }]);
  });

  test("that is broken is a 400 that names its place, and calls nobody", async () => {
    const { status, json: answer } = await ask("acme/reads", [file(`data:application/pdf;base64,${Buffer.from("%PDF-1.4 not really").toString("base64")}`)]);
    expect([status, answer.error.metadata.field]).toEqual([400, "messages[0].content[0]"]);
    expect(openai.requests).toEqual([]);
  });

  test("is not read where that is switched off: no endpoint takes it", async () => {
    expect((await ask("acme/reads", [inline()], { plugins: [{ id: "file-parser", enabled: false }] })).status).toBe(404);
  });

  test("is not read by an engine that is not offered", async () => {
    const { status, json: answer } = await ask("acme/reads", "Hello", { plugins: [{ id: "file-parser", pdf: { engine: "mistral-ocr" } }] });
    expect([status, answer.error.metadata.field]).toEqual([400, "plugins[0].pdf.engine"]);
  });
});

const saying = (content: string) => {
  const answer = JSON.parse(fixture("openai/text.json"));
  return json({ ...answer, choices: [{ ...answer.choices[0], message: { ...answer.choices[0].message, content } }] });
};

describe("response-healing", () => {
  const wanted = { response_format: { type: "json_object" } };

  test("mends what was asked for as JSON, and says so", async () => {
    openai.always(saying("```json\n{'a': 1,}\n```"));
    const { json: answer } = await ask("acme/reads", "JSON, please", { ...wanted, plugins: [{ id: "response-healing" }] });
    expect(JSON.parse(answer.choices[0].message.content)).toEqual({ a: 1 });
    expect(answer.openrouter_metadata.pipeline).toMatchObject([{ type: "response_healing", name: "response-healing" }]);
  });

  test("does nothing that nobody asked for", async () => {
    openai.always(saying("{'a': 1,}"));
    const { json: answer } = await ask("acme/reads", "JSON, please", wanted);
    expect(answer.choices[0].message.content).toBe("{'a': 1,}");
    expect(answer.openrouter_metadata).not.toHaveProperty("pipeline");
  });
});

describe("what became of parameters", () => {
  test("is told in the answer of a caller who asks, and in the record", async () => {
    const { json: answer } = await ask("acme/sees", "Hello", { top_k: 3, seed: 7, plugins: [{ id: "fusion" }], provider: { only: ["first"] } });
    const notes = [
      { parameter: "top_k", action: "dropped", detail: expect.any(String) },
      { parameter: "seed", action: "translated", detail: expect.any(String) },
      { parameter: "plugins", action: "dropped", detail: "there is no plugin fusion" },
    ];
    expect(answer.openrouter_metadata.parameter_notes).toEqual(expect.arrayContaining(notes.filter(({ parameter }) => parameter !== "seed")));
    for (;;) {
      const { status, json: record } = await call(gateway.baseUrl, `/generation?id=${answer.id}`, { key });
      if (status === 404) continue;
      expect(record.data.parameter_notes).toEqual(answer.openrouter_metadata.parameter_notes);
      break;
    }
  });

  test("is told before, for every endpoint of a model", async () => {
    const { status, json: answer } = await call(gateway.baseUrl, "/capabilities?model=acme/sees");
    expect(status).toBe(200);
    expect(answer.data.endpoints.map((one: Json) => [one.endpoint, one.parameters.top_k.carriage, one.parameters.temperature.carriage]).sort()).toEqual([
      ["acme/sees@first", "dropped", "sent"], ["acme/sees@second", "dropped", "sent"],
    ]);
    expect(answer.data.protocols.map((one: Json) => one.protocol)).toContain("bedrock-converse");
  });

  test("and for a provider; what there is not is a 404", async () => {
    const { json: answer } = await call(gateway.baseUrl, "/capabilities?provider=second");
    expect(answer.data.endpoints).toHaveLength(3);
    expect((await call(gateway.baseUrl, "/capabilities?provider=nobody")).status).toBe(404);
    expect((await call(gateway.baseUrl, "/capabilities?model=no/body")).status).toBe(404);
    expect((await call(gateway.baseUrl, "/capabilities")).json.data.endpoints).toEqual([]);
  });
});

/** Speech both ways over real sockets: sound that passes through as it is made, and sound that is sent to be written down. */

import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fixture, gate, json, replay, type Answer } from "../support/fake-upstream.ts";
import { expectValid } from "../support/openapi.ts";
import { startTaskStage, type TaskStage } from "../support/task-stage.ts";

const byCharacter = { first: { prompt: "0", completion: "0", character: "15" }, second: { prompt: "0", completion: "0", character: "30" } };
const bySecond = { first: { prompt: "0", completion: "0", second: "0.0001" }, second: { prompt: "2.5", completion: "10", audio: "6" } };
const offers = [
  ...["plain", "fallback", "slow", "cut", "hung", "sdk", "silent", "disguise"].map((name) => ({ model: `acme/${name}`, output: "speech", pricing: byCharacter })),
  ...["whisper", "form", "limits", "elsewhere", "whisper-sdk", "unsaid"].map((name) => ({ model: `acme/${name}`, output: "transcription", pricing: bySecond, contextLength: 448 })),
];
const sound = Buffer.from(Uint8Array.from({ length: 4_000 }, (_, index) => (index * 7) % 256));
const speaking = (body: Answer["body"], ending: Answer["ending"] = "end"): Answer => ({ status: 200, headers: { "content-type": "audio/mpeg" }, body, ending });
const speak = (body: object) => fetch(`${stage.gateway.baseUrl}/audio/speech`, {
  method: "POST", headers: { authorization: `Bearer ${stage.key}`, "content-type": "application/json" }, body: JSON.stringify({ provider: { order: ["first", "second"] }, ...body }),
});

let stage: TaskStage;

beforeAll(async () => {
  stage = await startTaskStage("openai-chat", offers);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
});

afterAll(() => stage.dispose());

describe("speech", () => {
  beforeEach(() => {
    stage.first.always(speaking([sound.subarray(0, 1_000), sound.subarray(1_000)]));
    stage.second.always(speaking([sound]));
  });

  test("is the sound itself, at the price of its characters", async () => {
    const response = await speak({ model: "acme/plain", input: "Grüße 👋", voice: "alloy", response_format: "mp3", speed: 1.5 });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "audio/mpeg"]);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(sound);
    expect(stage.first.requests[0]).toMatchObject({ path: "/v1/audio/speech", json: { model: "plain", input: "Grüße 👋", voice: "alloy", response_format: "mp3", speed: 1.5 } });
    const record = await stage.generation(response.headers.get("x-generation-id") as string);
    expect(record).toMatchObject({ api_type: "tts", total_cost: 105_000e-9, usage_estimated: false });
    expectValid("GET /generation", 200, { data: record });
  });

  test("is pcm where nothing else is said", async () => {
    const response = await speak({ model: "acme/plain", input: "Hi" });
    expect(response.headers.get("content-type")).toBe("audio/pcm");
    expect(stage.first.requests[0]?.json).toHaveProperty("response_format", "pcm");
    await response.arrayBuffer();
  });

  test("is heard while it is still being made", async () => {
    const heard = gate();
    stage.first.next(speaking([sound.subarray(0, 1_000), heard.opened, sound.subarray(1_000)]));
    const response = await speak({ model: "acme/slow", input: "Hi" });
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body ?? []) {
      pieces.push(piece);
      heard.open();
    }
    expect(Buffer.concat(pieces)).toEqual(sound);
  });

  test.each([
    { name: "breaks", model: "acme/fallback", reply: json({ error: { message: "Internal error" } }, 500) },
    { name: "says nothing", model: "acme/silent", reply: speaking([]) },
    { name: "says an error with status 200", model: "acme/disguise", reply: json({ error: { message: "Overloaded" } }) },
  ])("comes from another provider when the first $name", async ({ model, reply }) => {
    stage.first.always(reply);
    const response = await speak({ model, input: "Hi" });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(sound);
    expect(stage.second.requests).toHaveLength(1);
    expect(await stage.generation(response.headers.get("x-generation-id") as string)).toMatchObject({ provider_name: "Second", total_cost: 60_000e-9 });
  });

  test("that breaks off is never passed off as whole, nor spliced, nor charged", async () => {
    const heard = gate();
    stage.first.next(speaking([sound.subarray(0, 1_000), heard.opened], "cut"));
    const response = await speak({ model: "acme/cut", input: "Hi" });
    heard.open();
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect(stage.second.requests).toHaveLength(0);
    expect(await stage.generation(response.headers.get("x-generation-id") as string)).toMatchObject({ total_cost: 0, finish_reason: "error" });
  });

  test("that nobody listens to any more is ended at the provider, and paid for", async () => {
    stage.first.next(speaking([sound.subarray(0, 1_000)], "stall"));
    const abort = new AbortController();
    const response = await fetch(`${stage.gateway.baseUrl}/audio/speech`, {
      method: "POST", signal: abort.signal, headers: { authorization: `Bearer ${stage.key}`, "content-type": "application/json" }, body: JSON.stringify({ model: "acme/hung", input: "Hi", provider: { only: ["first"] } }),
    });
    const id = response.headers.get("x-generation-id") as string;
    abort.abort();
    await (await stage.first.received(0)).abandoned;
    expect(await stage.generation(id)).toMatchObject({ cancelled: true, total_cost: 30_000e-9 });
  });

  test.each([
    { more: { input: "  " }, field: "input" },
    { more: { response_format: "opus" }, field: "response_format" },
    { more: { voice: "" }, field: "voice" },
    { more: { speed: 0 }, field: "speed" },
  ])("of $more is refused", async ({ more, field }) => {
    const response = await speak({ model: "acme/plain", input: "Hi", ...more });
    const answer = (await response.json()) as { error: { metadata: { field: string } } };
    expect([response.status, answer.error.metadata.field]).toEqual([400, field]);
  });

  test("OpenAI's client hears it", async () => {
    const client = new OpenAI({ apiKey: stage.key, baseURL: stage.gateway.baseUrl, maxRetries: 0 });
    const response = await client.audio.speech.create({ model: "acme/sdk", input: "Hi", voice: "alloy", response_format: "mp3" });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(sound);
  });
});

describe("transcription", () => {
  const text: string = JSON.parse(fixture("openai/transcription.json")).text;
  const inputAudio = { data: sound.toString("base64"), format: "wav" };

  beforeEach(() => {
    stage.first.always(replay("openai/transcription.json"));
    stage.second.always(json({ text: "By tokens.", usage: { type: "tokens", input_tokens: 100, output_tokens: 10, total_tokens: 110, input_token_details: { audio_tokens: 100, text_tokens: 0 } } }));
  });

  test("of sound in base64 goes as a file, and costs its seconds", async () => {
    const { status, json: answer, headers, text: said } = await stage.post("/audio/transcriptions", { model: "acme/whisper", input_audio: inputAudio, language: "en", temperature: 0.5 });
    expect(status, said).toBe(200);
    expectValid("POST /audio/transcriptions", 200, answer);
    expect(answer).toMatchObject({ text, usage: { seconds: 37, cost: 0.0037 } });
    expect(answer).not.toHaveProperty("words");
    const [sent] = stage.first.requests;
    expect(sent?.path).toBe("/v1/audio/transcriptions");
    expect(sent?.text).toContain('name="language"\r\n\r\nen\r\n');
    // What it cost is by how long it was, which is only said to who asks for everything.
    expect(sent?.text).toContain('name="response_format"\r\n\r\nverbose_json\r\n');
    expect(sent?.text).toContain('filename="audio.wav"');
    expect(await stage.generation(headers.get("x-generation-id") as string)).toMatchObject({ api_type: "stt", total_cost: 0.0037 });
  });

  test("in full has its words and their times", async () => {
    const { json: answer } = await stage.post("/audio/transcriptions", { model: "acme/whisper", input_audio: inputAudio, response_format: "verbose_json", timestamp_granularities: ["word"] });
    expectValid("POST /audio/transcriptions", 200, answer);
    expect(answer).toMatchObject({ task: "transcribe", language: "english", words: [{ word: "Galileo", start: 0 }, {}, {}, {}, {}] });
    expect(stage.first.requests[0]?.text).toContain('name="timestamp_granularities[]"\r\n\r\nword\r\n');
  });

  test("by another provider costs its tokens", async () => {
    stage.first.always(json({ error: { message: "Internal error" } }, 500));
    const { json: answer } = await stage.post("/audio/transcriptions", { model: "acme/elsewhere", input_audio: inputAudio });
    expect(answer).toMatchObject({ text: "By tokens.", usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110, cost: 0.0007 } });
  });

  test("whose length nobody says is estimated, and marked", async () => {
    stage.first.always(json({ text: "No count." }));
    const { json: answer } = await stage.post("/audio/transcriptions", { model: "acme/unsaid", input_audio: inputAudio });
    expect(answer).toMatchObject({ text: "No count.", usage: { estimated: true, cost: 50_000e-9 } });
  });

  test("of a form, with OpenAI's client", async () => {
    const client = new OpenAI({ apiKey: stage.key, baseURL: stage.gateway.baseUrl, maxRetries: 0 });
    const file = await toFile(sound, "speech.mp3");
    // In a form an object is its JSON.
    const provider = { provider: JSON.stringify({ only: ["first"] }) };
    const answer = await client.audio.transcriptions.create(Object.assign({ model: "acme/form", file }, provider));
    expect(answer.text).toBe(text);
    expect(stage.first.requests[0]?.text).toContain('filename="audio.mp3"');
    const verbose = await client.audio.transcriptions.create(Object.assign({ model: "acme/whisper-sdk", file, response_format: "verbose_json" as const, timestamp_granularities: ["word" as const, "segment" as const], language: "en" }, provider));
    expect(verbose.words?.[0]).toMatchObject({ word: "Galileo" });
  });

  test.each([
    { more: { input_audio: { data: "", format: "wav" } }, field: "input_audio.data" },
    { more: { input_audio: { data: "data:audio/wav;base64,AAAA", format: "wav" } }, field: "input_audio.data" },
    { more: { input_audio: { data: "no base64 at all!!!", format: "wav" } }, field: "input_audio.data" },
    { more: { input_audio: { ...inputAudio, format: '"; x="' } }, field: "input_audio.format" },
    { more: { response_format: "srt" }, field: "response_format" },
    { more: { timestamp_granularities: ["word"] }, field: "timestamp_granularities" },
  ])("of $more is refused", async ({ more, field }) => {
    const { status, json: answer } = await stage.post("/audio/transcriptions", { model: "acme/limits", input_audio: inputAudio, ...more });
    expect([status, answer.error.metadata.field]).toEqual([400, field]);
    expectValid("POST /audio/transcriptions", 400, answer);
  });

  test("of a form that is none is refused", async () => {
    const response = await fetch(`${stage.gateway.baseUrl}/audio/transcriptions`, { method: "POST", headers: { authorization: `Bearer ${stage.key}`, "content-type": "multipart/form-data; boundary=x" }, body: "--x\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nacme/limits" });
    expect(response.status).toBe(400);
    expect(stage.first.requests).toHaveLength(0);
  });
});

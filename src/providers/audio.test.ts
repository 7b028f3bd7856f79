import { describe, expect, test } from "vitest";
import type { SpeechRequest } from "../wire/speech.ts";
import type { TranscriptionRequest } from "../wire/transcription.ts";
import { head, recordedJson, targetOf } from "../../test/support/task-target.ts";
import { readForm } from "../surfaces/form.ts";
import { googleSpeech } from "./google-generative/speech.ts";
import { openaiSpeech } from "./openai-tasks/speech.ts";
import { openaiTranscriptions } from "./openai-tasks/transcriptions.ts";

const speechOf = (given: Partial<SpeechRequest> = {}): SpeechRequest => ({ ...head, task: "speech", input: "Grüße", voice: undefined, format: "pcm", speed: undefined, references: [], ...given });

describe("speech", () => {
  test("in OpenAI's words", () => {
    const { url, body } = openaiSpeech.encodeRequest(speechOf({ voice: "alloy", format: "mp3", speed: 2, extra: { instructions: "Slowly." } }), targetOf());
    expect([url, JSON.parse(String(body))]).toEqual(["https://u.test/v1/audio/speech", { model: "m", input: "Grüße", voice: "alloy", response_format: "mp3", speed: 2, instructions: "Slowly." }]);
  });

  test("in Google's words", () => {
    const { url, body, notes } = googleSpeech.encodeRequest(speechOf({ voice: "Kore", speed: 2 }), targetOf());
    expect([url, JSON.parse(String(body))]).toEqual(["https://u.test/v1/models/m:generateContent", {
      contents: [{ role: "user", parts: [{ text: "Grüße" }] }],
      generationConfig: { responseModalities: ["AUDIO"], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } } },
    }]);
    expect(notes).toMatchObject([{ parameter: "speed", action: "dropped" }]);
  });

  test.each([
    { name: "mp3 of Google", adapter: googleSpeech, given: { format: "mp3" as const } },
    { name: "another's voice of Google", adapter: googleSpeech, given: { references: [{ type: "text" }] } },
    { name: "another's voice of OpenAI", adapter: openaiSpeech, given: { references: [{ type: "text" }] } },
  ])("is not asked for as $name", ({ adapter, given }) => {
    expect(() => adapter.encodeRequest(speechOf(given), targetOf())).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  test.each([
    ["audio/mpeg", "audio/pcm"], ["application/octet-stream", "audio/pcm"], ["application/json", undefined], ["text/html", undefined], ["", undefined],
  ])("of type %s passes as %s", (given, passed) => {
    expect(openaiSpeech.passes?.(given, speechOf())).toBe(passed);
  });

  test("of Google's is decoded", () => {
    const parts = [{ inlineData: { mimeType: "audio/L16;codec=pcm;rate=24000", data: Buffer.from("so").toString("base64") } }, { inlineData: { mimeType: "audio/L16;codec=pcm;rate=24000", data: Buffer.from("und").toString("base64") } }];
    const { answer, usage } = googleSpeech.decodeResponse({ candidates: [{ content: { parts } }], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 50, totalTokenCount: 53 } }, speechOf(), targetOf());
    expect(Buffer.from(answer.bytes).toString()).toBe("sound");
    expect(usage).toMatchObject({ promptTokens: 3, completionTokens: 50 });
  });
});

const openai = openaiTranscriptions("openai-chat");
const transcriptionOf = (given: Partial<TranscriptionRequest> = {}): TranscriptionRequest => ({
  ...head, task: "transcription", audio: Buffer.from([0, 13, 10, 255]), format: "wav", language: undefined, prompt: undefined, temperature: undefined, isVerbose: false, granularities: [], ...given,
});

function sent(given: Partial<TranscriptionRequest> = {}, upstreamModel = "m") {
  const { url, headers, body } = openai.encodeRequest(transcriptionOf(given), { ...targetOf(), upstreamModel });
  return { url, ...readForm(body as Uint8Array, headers["content-type"] ?? "") };
}

describe("a transcription", () => {
  test("is asked for with a form, whose file is the sound byte by byte", () => {
    const { url, fields, files } = sent({ language: "de", prompt: "Käse", temperature: 0, granularities: ["word", "segment"], isVerbose: true });
    expect(url).toBe("https://u.test/v1/audio/transcriptions");
    expect(Object.fromEntries(fields)).toEqual({ model: ["m"], response_format: ["verbose_json"], language: ["de"], prompt: ["Käse"], temperature: ["0"], "timestamp_granularities[]": ["word", "segment"] });
    expect(files.get("file")).toEqual({ filename: "audio.wav", bytes: Buffer.from([0, 13, 10, 255]) });
  });

  test("of Whisper is asked for in full, for its length", () => {
    expect(sent().fields.get("response_format")).toEqual(["json"]);
    expect(sent({}, "whisper-large-v3").fields.get("response_format")).toEqual(["verbose_json"]);
  });

  test("as it was recorded", () => {
    const { answer, usage } = openai.decodeResponse(recordedJson("openai/transcription.json"), transcriptionOf(), targetOf());
    expect(answer).toMatchObject({ language: "english", duration: 36.709999084472656, words: [{ word: "Galileo" }, {}, {}, {}, {}], segments: undefined });
    expect(answer.text).toHaveLength(138);
    expect(usage).toEqual({ promptTokens: 0, completionTokens: 0, seconds: 37 });
  });

  test.each([
    { body: { text: "a", usage: { type: "tokens", input_tokens: 9, output_tokens: 2, input_token_details: { audio_tokens: 8 } } }, usage: { promptTokens: 9, completionTokens: 2, promptAudioTokens: 8 } },
    { body: { text: "a", usage: { prompt_audio_seconds: 203, prompt_tokens: 4, completion_tokens: 635, total_tokens: 3264 } }, usage: { promptTokens: 4, completionTokens: 635, seconds: 203 } },
    { body: { text: "a", duration: 2.5 }, usage: { promptTokens: 0, completionTokens: 0, seconds: 2.5 } },
    { body: { text: "a", usage: { seconds: -1 } }, usage: undefined },
    { body: { text: "" }, usage: undefined },
  ])("counts $body", ({ body, usage }) => {
    expect(openai.decodeResponse(body, transcriptionOf(), targetOf()).usage).toEqual(usage);
  });

  test("without text is none", () => {
    expect(() => openai.decodeResponse({ task: "transcribe" }, transcriptionOf(), targetOf())).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });
});

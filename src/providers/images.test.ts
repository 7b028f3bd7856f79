import { describe, expect, test } from "vitest";
import type { ImageRequest } from "../wire/image.ts";
import { head, recordedJson, targetOf } from "../../test/support/task-target.ts";
import { googleImages } from "./google-generative/images.ts";
import { quirksOf } from "./known-quirks.ts";
import { openaiImages } from "./openai-tasks/images.ts";
import { mediaTypeOf } from "./pictures.ts";
import type { TaskAdapter } from "./task-adapter.ts";

const requestOf = (given: Partial<ImageRequest> = {}): ImageRequest => ({ ...head, task: "image", prompt: "An otter ä", references: [], parameters: {}, ...given });
const dataUrl = "data:image/png;base64,iVBORw0KGgo=";

function encode(adapter: TaskAdapter<"image">, given: Partial<ImageRequest> = {}, target = targetOf()) {
  const { url, headers, body, notes } = adapter.encodeRequest(requestOf(given), target);
  const text = Buffer.from(body as Uint8Array).toString("utf8");
  return { url, headers, notes, text, body: text.startsWith("{") ? (JSON.parse(text) as unknown) : undefined };
}

describe("OpenAI's", () => {
  test.each([
    { provider: "openai", parameters: { n: 2, size: "1024x1024", quality: "high" }, body: { model: "m", prompt: "An otter ä", n: 2, size: "1024x1024", quality: "high" } },
    { provider: "openai", parameters: { aspect_ratio: "9:16" }, body: { model: "m", prompt: "An otter ä", size: "1024x1536" } },
    { provider: "openai", parameters: { aspect_ratio: "auto", seed: 1, resolution: "4K" }, body: { model: "m", prompt: "An otter ä", size: "auto" } },
    { provider: "xai", parameters: { aspect_ratio: "9:16", resolution: "2K" }, body: { model: "m", prompt: "An otter ä", response_format: "b64_json", aspect_ratio: "9:16", resolution: "2K" } },
    { provider: "nobody", parameters: {}, body: { model: "m", prompt: "An otter ä", response_format: "b64_json" } },
  ])("request to $provider with $parameters", ({ provider, parameters, body }) => {
    expect(encode(openaiImages, { parameters }, targetOf(undefined, quirksOf(provider)))).toMatchObject({ url: "https://u.test/v1/images/generations", body });
  });

  test("request says what became of a shape that it cannot say", () => {
    const { notes } = encode(openaiImages, { parameters: { aspect_ratio: "3:2", seed: 1, resolution: "4K" } });
    expect(notes.map(({ parameter, action }) => [parameter, action])).toEqual([["seed", "dropped"], ["resolution", "dropped"], ["aspect_ratio", "translated"]]);
  });

  test("request with pictures is a form, whose boundary is none of theirs", () => {
    const { url, headers, text } = encode(openaiImages, { references: [dataUrl, dataUrl], parameters: { n: 2 } });
    expect(url).toBe("https://u.test/v1/images/edits");
    const boundary = /boundary=(.+)$/.exec(headers["content-type"] ?? "")?.[1] as string;
    expect(text.split(`--${boundary}`)).toHaveLength(8);
    expect(text).toContain('name="image[]"; filename="image-1.png"');
    expect(text).toContain('name="n"\r\n\r\n2\r\n');
  });

  test.each(["https://a.example/a.png", "data:image/png,raw", "data:text/plain;base64,AAAA", 'data:image/x"y;base64,AAAA'])("request does not fetch or forward %s", (url) => {
    expect(() => encode(openaiImages, { references: [url] })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  test.each([
    { file: "openai/images.image.json", images: 2 },
    { file: "openai/images.image-edit.json", images: 1 },
  ])("answer $file as it was recorded", ({ file, images }) => {
    const { answer, usage } = openaiImages.decodeResponse(recordedJson(file), requestOf(), targetOf());
    expect(answer.images.map(({ mediaType }) => mediaType)).toEqual(Array.from({ length: images }, () => "image/png"));
    expect(usage).toEqual({ promptTokens: 0, completionTokens: 0, images });
  });

  test("answer with an address is none", () => {
    expect(() => openaiImages.decodeResponse({ data: [{ url: "https://a.example/a.png" }] }, requestOf(), targetOf())).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });
});

describe("Google's", () => {
  test("request", () => {
    expect(encode(googleImages, { references: [dataUrl], parameters: { aspect_ratio: "16:9", resolution: "2K", seed: 7, quality: "high" } })).toMatchObject({
      url: "https://u.test/v1/models/m:generateContent",
      notes: [{ parameter: "quality", action: "dropped" }],
      body: {
        contents: [{ role: "user", parts: [{ text: "An otter ä" }, { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }] }],
        generationConfig: { responseModalities: ["TEXT", "IMAGE"], imageConfig: { aspectRatio: "16:9", imageSize: "2K" }, seed: 7 },
      },
    });
  });

  test.each([{ parameters: { n: 2 } }, { references: ["https://a.example/a.png"] }])("request cannot say %o", (given) => {
    expect(() => encode(googleImages, given)).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  test("answer", () => {
    const parts = [{ text: "Here:" }, { inlineData: { mimeType: "image/png", data: "/9j/AAAA" } }];
    const { answer, usage } = googleImages.decodeResponse({ candidates: [{ content: { parts }, finishReason: "STOP" }], usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 1290, totalTokenCount: 1294 } }, requestOf(), targetOf());
    // It said png, and made a jpeg.
    expect(answer.images).toEqual([{ base64: "/9j/AAAA", mediaType: "image/jpeg" }]);
    expect(usage).toMatchObject({ promptTokens: 4, completionTokens: 1290, images: 1 });
  });

  test.each([
    { body: { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }, code: "content_policy_violation" },
    { body: { candidates: [{ finishReason: "IMAGE_SAFETY" }] }, code: "content_policy_violation" },
    { body: { candidates: [{ content: { parts: [{ text: "No." }] }, finishReason: "STOP" }] }, code: "empty_completion" },
    { body: {}, code: "upstream_garbled" },
  ])("answer without a picture is $code", ({ body, code }) => {
    expect(() => googleImages.decodeResponse(body, requestOf(), targetOf())).toThrow(expect.objectContaining({ code }));
  });
});

test.each([["iVBORw0KGgoAA", "image/png"], ["UklGRiQ", "image/webp"], ["PHN2ZyB4", "image/svg+xml"], ["AAAA", undefined]])("%s is %s", (base64, type) => {
  expect(mediaTypeOf(base64)).toBe(type);
});

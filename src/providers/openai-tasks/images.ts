/**
 * Pictures as OpenAI makes them, and those who make them under the same routes.
 * Source: https://platform.openai.com/docs/api-reference/images, https://docs.x.ai/docs/guides/image-generations
 */

import type { ImageParameters, ImageRequest } from "../../wire/image.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { readDataUrl } from "../data-url.ts";
import { asObject, type JsonObject } from "../json.ts";
import { writeForm, type FormFile } from "../multipart.ts";
import { readPictures } from "../pictures.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, jsonRequest, passedFields, readAnswer, unsupported } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";
import type { Usage } from "../../wire/chat.ts";

export const openaiImages: TaskAdapter<"image"> = {
  protocol: "openai-chat",
  task: "image",
  encodeRequest: (request, target) => {
    const notes: ParameterNote[] = [];
    const body = {
      ...target.quirks.images.fields, ...passedFields(request, target, notes), model: target.upstreamModel, prompt: request.prompt, ...parametersOf(request.parameters, target, notes),
    };
    return request.references.length === 0 ? jsonRequest(`${target.baseUrl}/images/generations`, body, notes) : editRequest(request, target, body, notes);
  },
  decodeResponse: (body) => {
    const answer = readAnswer(body);
    const images = readPictures(answer["data"]);
    return { answer: { images }, upstreamId: undefined, usage: readUsage(asObject(answer["usage"]), images.length) };
  },
  decodeError: upstreamFault,
};

function editRequest({ references }: ImageRequest, { baseUrl }: Target, body: JsonObject, notes: readonly ParameterNote[]): UpstreamRequest {
  const files = references.map((url, index): FormFile => {
    const picture = readDataUrl(url);
    if (picture === undefined) throw unsupported("input_references", "This endpoint does not fetch URLs: send the picture as a data URL.");
    const subtype = /^image\/([a-z0-9]{1,8})$/.exec(picture.mediaType)?.[1];
    if (subtype === undefined) throw unsupported("input_references", "This endpoint takes pictures alone.");
    return { name: references.length === 1 ? "image" : "image[]", filename: `image-${index}.${subtype}`, mediaType: picture.mediaType, bytes: Buffer.from(picture.base64, "base64") };
  });
  const form = writeForm(Object.entries(body).map(([name, value]) => [fieldName(name), typeof value === "string" ? value : JSON.stringify(value)]), files);
  return { url: `${baseUrl}/images/edits`, headers: { "content-type": form.contentType, accept: "application/json" }, body: form.body, notes };
}

/** Names come from callers too. */
function fieldName(name: string): string {
  return name.replaceAll(/[^\w[\].-]/g, "_");
}

function parametersOf({ aspect_ratio: ratio, resolution, seed, ...plain }: ImageParameters, { quirks }: Target, notes: ParameterNote[]): JsonObject {
  if (quirks.images.shape === "aspect_ratio") return { ...plain, ...present({ aspect_ratio: ratio, resolution, seed }) };
  if (seed !== undefined) notes.push({ parameter: "seed", action: "dropped", detail: "not known to this provider" });
  if (resolution !== undefined && resolution !== "1K") notes.push({ parameter: "resolution", action: "dropped", detail: "this provider makes pictures of 1K alone" });
  const size = plain.size ?? (ratio === undefined ? undefined : nearestSize(ratio));
  if (ratio !== undefined && plain.size === undefined) notes.push({ parameter: "aspect_ratio", action: "translated", detail: `sent as the size ${size}` });
  return { ...plain, ...present({ size }) };
}

/** Those that OpenAI makes. */
function nearestSize(ratio: string): string {
  const [width = 1, height = 1] = ratio.split(":").map(Number);
  if (ratio === "auto") return "auto";
  const steepness = width / height;
  return steepness > 1.2 ? "1536x1024" : steepness < 1 / 1.2 ? "1024x1536" : "1024x1024";
}

function present(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function readUsage(raw: JsonObject | undefined, images: number): Usage {
  const promptTokens = count(raw?.["input_tokens"]) ?? count(raw?.["prompt_tokens"]) ?? 0;
  const completionTokens = count(raw?.["output_tokens"]) ?? count(raw?.["completion_tokens"]) ?? 0;
  return { promptTokens, completionTokens, ...(completionTokens === 0 ? {} : { completionImageTokens: completionTokens }), images };
}

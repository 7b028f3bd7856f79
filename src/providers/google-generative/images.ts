/** Pictures by models that give them in a conversation. Source: https://ai.google.dev/gemini-api/docs/image-generation */

import { Fault } from "../../base/fault.ts";
import type { ImageRequest } from "../../wire/image.ts";
import type { ParameterNote, Target } from "../adapter.ts";
import { readDataUrl } from "../data-url.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { mediaTypeOf } from "../pictures.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { garbled, jsonRequest, readAnswer, unsupported } from "../task-json.ts";
import { decodeError } from "./errors.ts";
import { urlOf } from "./place.ts";
import { readUsage } from "./usage.ts";

export const googleImages: TaskAdapter<"image"> = {
  protocol: "google-generative",
  task: "image",
  encodeRequest: (request, target) => {
    const notes: ParameterNote[] = [];
    return jsonRequest(urlOf(target, false), bodyOf(request, target, notes), notes);
  },
  decodeResponse: (body) => {
    const answer = readAnswer(body);
    const images = mediaParts(answer).filter(({ mimeType }) => mimeType.startsWith("image/")).map(({ data, mimeType }) => ({ base64: data, mediaType: mediaTypeOf(data) ?? mimeType }));
    if (images.length === 0) throw refusalOf(answer);
    const usage = readUsage(asObject(answer["usageMetadata"]));
    return { answer: { images }, upstreamId: asText(answer["responseId"]), usage: usage === undefined ? undefined : { ...usage, images: images.length } };
  },
  decodeError,
};

function bodyOf({ prompt, references, parameters, extra }: ImageRequest, _target: Target, notes: ParameterNote[]): object {
  const { n = 1, aspect_ratio, resolution, seed, ...others } = parameters;
  if (n > 1) throw unsupported("n", "This endpoint makes one picture at a time.");
  for (const parameter of [...Object.keys(others), ...Object.keys(extra)]) notes.push({ parameter, action: "dropped", detail: "not known to this provider" });
  const shape = { ...(aspect_ratio === undefined || aspect_ratio === "auto" ? {} : { aspectRatio: aspect_ratio }), ...(resolution === undefined ? {} : { imageSize: resolution }) };
  return {
    contents: [{ role: "user", parts: [{ text: prompt }, ...references.map(pictureOf)] }],
    generationConfig: { responseModalities: ["TEXT", "IMAGE"], ...(Object.keys(shape).length === 0 ? {} : { imageConfig: shape }), ...(seed === undefined ? {} : { seed }) },
  };
}

function pictureOf(url: string): object {
  const picture = readDataUrl(url);
  if (picture === undefined) throw unsupported("input_references", "This endpoint does not fetch URLs: send the picture as a data URL.");
  return { inlineData: { mimeType: picture.mediaType, data: picture.base64 } };
}

export function mediaParts(answer: JsonObject): readonly { readonly mimeType: string; readonly data: string }[] {
  return asList(answer["candidates"]).flatMap((candidate) => asList(asObject(asObject(candidate)?.["content"])?.["parts"])).flatMap((part) => {
    const inline = asObject(asObject(part)?.["inlineData"]);
    const data = asText(inline?.["data"]);
    return data === undefined ? [] : [{ data, mimeType: asText(inline?.["mimeType"]) ?? "" }];
  });
}

/** Why there is nothing to see or to hear. */
export function refusalOf(answer: JsonObject): Fault {
  const reason = asText(asObject(answer["promptFeedback"])?.["blockReason"]) ?? asText(asObject(asList(answer["candidates"])[0])?.["finishReason"]);
  if (reason !== undefined && /SAFETY|PROHIBITED|BLOCKLIST|SPII|RECITATION/.test(reason)) return new Fault("content_policy_violation", `The provider refused the request (${reason}).`);
  return reason === undefined ? garbled("has no candidates") : new Fault("empty_completion", "The provider's answer was empty.");
}

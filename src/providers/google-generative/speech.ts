/** Speech by models that answer in sound. Source: https://ai.google.dev/gemini-api/docs/speech-generation */

import type { ParameterNote } from "../adapter.ts";
import { asObject, asText } from "../json.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { jsonRequest, readAnswer, unsupported } from "../task-json.ts";
import { decodeError } from "./errors.ts";
import { mediaParts, refusalOf } from "./images.ts";
import { urlOf } from "./place.ts";
import { readUsage } from "./usage.ts";

export const googleSpeech: TaskAdapter<"speech"> = {
  protocol: "google-generative",
  task: "speech",
  encodeRequest: (request, target) => {
    const { input, voice, format, speed, references, extra } = request;
    if (format !== "pcm") throw unsupported("response_format", "This endpoint speaks pcm alone.");
    if (references.length > 0) throw unsupported("input_references", "This endpoint has voices of its own alone.");
    const notes: ParameterNote[] = [...(speed === undefined ? [] : ["speed"]), ...Object.keys(extra)].map((parameter) => ({ parameter, action: "dropped", detail: "not known to this provider" }));
    return jsonRequest(urlOf(target, false), {
      contents: [{ role: "user", parts: [{ text: input }] }],
      generationConfig: {
        responseModalities: ["AUDIO"],
        ...(voice === undefined ? {} : { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } } }),
      },
    }, notes);
  },
  decodeResponse: (body) => {
    const answer = readAnswer(body);
    const sounds = mediaParts(answer).filter(({ mimeType }) => mimeType.startsWith("audio/"));
    if (sounds.length === 0) throw refusalOf(answer);
    return {
      answer: { bytes: Buffer.concat(sounds.map(({ data }) => Buffer.from(data, "base64"))) },
      upstreamId: asText(answer["responseId"]),
      usage: readUsage(asObject(answer["usageMetadata"])),
    };
  },
  decodeError,
};

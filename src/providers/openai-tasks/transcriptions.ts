/**
 * Speech to text as OpenAI has it, and Mistral.
 * Source: https://platform.openai.com/docs/api-reference/audio/createTranscription, https://docs.mistral.ai/capabilities/audio
 */

import type { Usage } from "../../wire/chat.ts";
import type { TranscriptionRequest } from "../../wire/transcription.ts";
import type { ParameterNote, Target } from "../adapter.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import { writeForm } from "../multipart.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, garbled, passedFields, readAnswer } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";

export function openaiTranscriptions(protocol: "openai-chat" | "mistral-chat"): TaskAdapter<"transcription"> {
  return {
    protocol,
    task: "transcription",
    encodeRequest: (request, target) => {
      const notes: ParameterNote[] = [];
      const form = writeForm(fieldsOf(request, target, notes), [{ name: "file", filename: `audio.${request.format}`, mediaType: "application/octet-stream", bytes: request.audio }]);
      return { url: `${target.baseUrl}/audio/transcriptions`, headers: { "content-type": form.contentType, accept: "application/json" }, body: form.body, notes };
    },
    decodeResponse: (body) => {
      const answer = readAnswer(body);
      const { text, segments, words } = answer;
      if (typeof text !== "string") throw garbled("has no text");
      const usage = readUsage(answer);
      return {
        answer: { text, duration: amount(answer["duration"]) ?? usage?.seconds, language: asText(answer["language"]), segments: objects(segments), words: objects(words) },
        upstreamId: undefined,
        usage,
      };
    },
    decodeError: upstreamFault,
  };
}

function fieldsOf(request: TranscriptionRequest, target: Target, notes: ParameterNote[]): readonly (readonly [string, string])[] {
  const { language, prompt, temperature, isVerbose, granularities } = request;
  // Whisper says how long the sound was only when it is asked for everything, and is paid by that length.
  const isDetailed = isVerbose || /whisper/i.test(target.upstreamModel);
  const passed = Object.entries(passedFields(request, target, notes)).filter(([name]) => /^[\w[\].-]+$/.test(name));
  return [
    ["model", target.upstreamModel],
    ["response_format", isDetailed ? "verbose_json" : "json"],
    ...(language === undefined ? [] : [["language", language] as const]),
    ...(prompt === undefined ? [] : [["prompt", prompt] as const]),
    ...(temperature === undefined ? [] : [["temperature", String(temperature)] as const]),
    ...granularities.map((one) => ["timestamp_granularities[]", one] as const),
    ...passed.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const),
  ];
}

/** Seconds, or tokens, or both. The count of seconds in `usage` is what is billed; `duration` is what was heard. */
function readUsage(answer: JsonObject): Usage | undefined {
  const raw = asObject(answer["usage"]);
  const seconds = amount(raw?.["seconds"]) ?? amount(raw?.["prompt_audio_seconds"]) ?? amount(answer["duration"]);
  const promptTokens = count(raw?.["input_tokens"]) ?? count(raw?.["prompt_tokens"]);
  if (seconds === undefined && promptTokens === undefined) return undefined;
  const audio = count(asObject(raw?.["input_token_details"])?.["audio_tokens"]);
  return {
    promptTokens: promptTokens ?? 0,
    completionTokens: count(raw?.["output_tokens"]) ?? count(raw?.["completion_tokens"]) ?? 0,
    ...(audio === undefined ? {} : { promptAudioTokens: audio }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}

const secondsMax = 1_000_000;

function amount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= secondsMax ? value : undefined;
}

function objects(value: unknown): readonly JsonObject[] | undefined {
  return Array.isArray(value) ? value.map(asObject).filter((item) => item !== undefined) : undefined;
}

/** The same request in two forms: JSON with the sound in base64, and a form with the sound as a file, as OpenAI's clients send it. */

import { Fault } from "../../base/fault.ts";
import type { TranscriptionRequest } from "../../wire/transcription.ts";
import { isAbsent } from "../body.ts";
import { invalid, numberIn, oneOf, record, text, textList, type Fields } from "../check.ts";
import { readForm } from "../form.ts";
import { readHead, readTaskJson } from "../task-fields.ts";

const own = ["input_audio", "file", "language", "prompt", "temperature", "response_format", "timestamp_granularities", "timestamp_granularities[]"];
const soundBytesMax = 25 * 1024 * 1024;

/** @throws Fault invalid_request naming the field and what was expected; payload_too_large. */
export function parse(body: Uint8Array, contentType: string): TranscriptionRequest {
  const isForm = contentType.toLowerCase().startsWith("multipart/form-data");
  const { fields, sound } = isForm ? readFormRequest(body, contentType) : readJsonRequest(body, contentType);
  if (sound.audio.length === 0) throw invalid(isForm ? "file" : "input_audio.data", "must not be empty");
  if (sound.audio.length > soundBytesMax) throw new Fault("payload_too_large", "The sound is larger than 25 MiB. Send it in pieces, or compressed.");
  const temperature = isForm && typeof fields["temperature"] === "string" ? Number(fields["temperature"]) : fields["temperature"];
  const isVerbose = !isAbsent(fields["response_format"]) && oneOf(["json", "verbose_json"])(fields["response_format"], "response_format") === "verbose_json";
  return {
    ...readHead(fields, own),
    task: "transcription",
    ...sound,
    language: isAbsent(fields["language"]) ? undefined : text(32)(fields["language"], "language"),
    prompt: isAbsent(fields["prompt"]) ? undefined : text(10_000)(fields["prompt"], "prompt"),
    temperature: isAbsent(temperature) ? undefined : numberIn(0, 2)(temperature, "temperature"),
    isVerbose,
    granularities: readGranularities(fields, isVerbose),
  };
}

type Sound = Pick<TranscriptionRequest, "audio" | "format">;

interface Read {
  readonly fields: Fields;
  readonly sound: Sound;
}

function readJsonRequest(body: Uint8Array, contentType: string): Read {
  const fields = readTaskJson(body, contentType);
  const given = record(fields["input_audio"], "input_audio");
  const data = text(Number.MAX_SAFE_INTEGER)(given["data"], "input_audio.data");
  if (data.startsWith("data:")) throw invalid("input_audio.data", "must be base64 by itself, not a data URL");
  const audio = Buffer.from(data, "base64");
  // What is no base64 is passed over in silence.
  if (audio.length < Math.floor((data.length * 3) / 4) - 3) throw invalid("input_audio.data", "must be base64");
  return { fields, sound: { audio, format: readFormat(given["format"], "input_audio.format") } };
}

function readFormRequest(body: Uint8Array, contentType: string): Read {
  const form = readForm(body, contentType);
  const file = form.files.get("file");
  if (file === undefined) throw invalid("file", "is required: the sound, as a file");
  const fields: Fields = {};
  for (const [name, values] of form.fields) if (name !== "__proto__") fields[name] = name.endsWith("[]") ? values : values[0];
  if (typeof fields["provider"] === "string") fields["provider"] = readObject(fields["provider"]);
  return { fields, sound: { audio: file.bytes, format: readFormat(file.filename.slice(file.filename.lastIndexOf(".") + 1).toLowerCase(), "file") } };
}

/** An object has no place in a form but as its JSON. */
function readObject(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    throw invalid("provider", "must be a JSON object");
  }
}

/** It becomes part of a file's name. */
function readFormat(value: unknown, path: string): string {
  const format = text(16)(value, path);
  if (!/^[a-z0-9]+$/i.test(format)) throw invalid(path, 'must say how the sound is coded, such as "wav" or "mp3"');
  return format.toLowerCase();
}

function readGranularities(fields: Fields, isVerbose: boolean): readonly string[] {
  const given = fields["timestamp_granularities[]"] ?? fields["timestamp_granularities"];
  if (isAbsent(given)) return [];
  const path = "timestamp_granularities";
  const wanted = textList(typeof given === "string" ? [given] : given, path).map((item, index) => oneOf(["word", "segment"])(item, `${path}[${index}]`));
  if (wanted.length > 0 && !isVerbose) throw invalid(path, "needs response_format verbose_json");
  return [...new Set(wanted)];
}

import type { SpeechRequest } from "../../wire/speech.ts";
import { isAbsent } from "../body.ts";
import { invalid, list, numberIn, oneOf, record, text } from "../check.ts";
import { readHead, readTaskJson } from "../task-fields.ts";

const own = ["input", "voice", "response_format", "speed", "input_references", "stream_format"];
const inputLengthMax = 100_000;
const spokenTextMax = 10_000;
/** 20 MiB, in base64. */
const soundLengthMax = 20 * 1024 * 1024;

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array, contentType: string): SpeechRequest {
  const fields = readTaskJson(body, contentType);
  const input = text(inputLengthMax)(fields["input"], "input");
  if (input.trim() === "") throw invalid("input", "must not be empty");
  // Events of sound are another dialect's; the bytes themselves come as they are made.
  if (!isAbsent(fields["stream_format"])) oneOf(["audio"])(fields["stream_format"], "stream_format");
  return {
    ...readHead(fields, own),
    task: "speech",
    input,
    voice: isAbsent(fields["voice"]) ? undefined : readVoice(fields["voice"]),
    format: isAbsent(fields["response_format"]) ? "pcm" : oneOf(["mp3", "pcm"])(fields["response_format"], "response_format"),
    speed: isAbsent(fields["speed"]) ? undefined : numberIn(0.1, 10)(fields["speed"], "speed"),
    references: isAbsent(fields["input_references"]) ? [] : readReferences(fields["input_references"]),
  };
}

function readVoice(value: unknown): string {
  const voice = text(256)(value, "voice");
  if (voice === "") throw invalid("voice", "must not be empty");
  return voice;
}

function readReferences(value: unknown): SpeechRequest["references"] {
  const kinds = new Set<string>();
  return list(value, "input_references").map((item, index) => {
    const path = `input_references[${index}]`;
    const reference = record(item, path);
    const kind = oneOf(["input_audio", "text"])(reference["type"], `${path}.type`);
    if (kinds.has(kind)) throw invalid(path, "must be the only one of its kind");
    kinds.add(kind);
    if (kind === "text") text(spokenTextMax)(reference["text"], `${path}.text`);
    else text(soundLengthMax)(record(reference["input_audio"], `${path}.input_audio`)["data"], `${path}.input_audio.data`);
    return reference;
  });
}

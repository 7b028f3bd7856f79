/** What request bodies of several dialects have in common: the JSON itself, the models asked for and the fields meant for the gateway. */

import { Fault } from "../base/fault.ts";
import { invalid, isRecord, record, text, textList, type Fields } from "./check.ts";

const byteOrderMark = 0xfeff;

/** @throws Fault invalid_request when the body is not a JSON object. */
export function readJson(body: Buffer): Fields {
  if (body.length === 0) throw new Fault("invalid_request", "The request body is empty; send a JSON object.");
  let value: unknown;
  try {
    const written = body.toString("utf8");
    value = JSON.parse(written.charCodeAt(0) === byteOrderMark ? written.slice(1) : written);
  } catch (error) {
    throw new Fault("invalid_request", `The request body is not valid JSON: ${jsonComplaint(error)}`, { cause: error });
  }
  if (!isRecord(value)) throw new Fault("invalid_request", "The request body must be a JSON object.");
  return value;
}

/** V8 quotes the text around the error; a prompt must not travel into an error message, so only the position is kept. */
function jsonComplaint(error: unknown): string {
  const position = error instanceof Error ? /position \d+( \(line \d+ column \d+\))?/.exec(error.message)?.[0] : undefined;
  return position === undefined ? "it ends too early or holds an unexpected character." : `unexpected character at ${position}.`;
}

const slug = text(256);
const modelsMax = 64;

export function readModels(fields: Fields): readonly string[] {
  const given = isAbsent(fields["models"]) ? [] : textList(fields["models"], "models");
  if (given.length > modelsMax) throw invalid("models", `takes at most ${modelsMax} models; this has ${given.length.toLocaleString("en")}`);
  const models = new Set(isAbsent(fields["model"]) ? [] : [slug(fields["model"], "model")]);
  given.forEach((model, index) => models.add(slug(model, `models[${index}]`)));
  // A request that names a preset and no model leaves the choice to the preset.
  if (models.size === 0 && !isAbsent(fields["preset"])) models.add(`@preset/${slug(fields["preset"], "preset")}`);
  if (models.size === 0 || models.has("")) throw invalid("model", 'must name a model, such as "mistralai/ministral-8b"');
  return [...models];
}

/** At most 16 pairs, keys up to 64 characters, values up to 512 (contract §2.1). */
export function readMetadata(value: unknown, path: string): unknown {
  const metadata = record(value, path);
  const keys = Object.keys(metadata);
  if (keys.length > 16) throw invalid(path, "takes at most 16 pairs");
  for (const key of keys) {
    if (key.length > 64 || /[[\]]/.test(key)) throw invalid(`${path}.${key.slice(0, 64)}`, "must be a key of at most 64 characters without brackets");
    text(512)(metadata[key], `${path}.${key}`);
  }
  return metadata;
}

export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/**
 * Cuts OpenRouter's published OpenAPI document down to the operations that we answer and what they reach, without its
 * prose and examples: npx tsx tools/trim-openapi.ts openapi.yaml > test/fixtures/openapi/openrouter.json
 */

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { assert } from "../src/base/assert.ts";

const paths = [
  "/audio/transcriptions", "/chat/completions", "/credits", "/datasets/app-rankings", "/datasets/rankings-daily", "/embeddings", "/embeddings/models", "/endpoints/zdr", "/generation", "/images", "/images/models", "/images/models/{author}/{slug}/endpoints", "/key", "/keys", "/keys/{hash}", "/messages", "/model/{author}/{slug}",
  "/models", "/models/count", "/models/user", "/models/{author}/{slug}/endpoints",
  "/presets", "/presets/{slug}", "/presets/{slug}/chat/completions", "/presets/{slug}/messages", "/presets/{slug}/responses", "/presets/{slug}/versions", "/presets/{slug}/versions/{version}", "/providers", "/rerank", "/responses",
];

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const file = process.argv[2];
assert(file !== undefined, "usage: tsx tools/trim-openapi.ts <openapi.yaml>");
process.stdout.write(`${JSON.stringify(trim(parse(readFileSync(file, "utf8"))), null, 1)}\n`);

function trim(document: Json): Json {
  const kept = { paths: Object.fromEntries(paths.map((path) => [path, withoutProse(at(document, "paths", path))])) };
  const schemas = new Map<string, Json>();
  const wanted = referencesIn(kept);
  for (const name of wanted) {
    if (schemas.has(name)) continue;
    const schema = withoutProse(at(document, "components", "schemas", name));
    schemas.set(name, schema);
    wanted.push(...referencesIn(schema));
  }
  return {
    openapi: at(document, "openapi"),
    info: at(document, "info"),
    ...kept,
    components: { schemas: Object.fromEntries([...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

function at(value: Json, ...steps: readonly string[]): Json {
  return steps.reduce((inner, step) => {
    assert(inner !== null && typeof inner === "object" && !Array.isArray(inner), `no ${step} in the document`);
    const next = inner[step];
    assert(next !== undefined, `no ${step} in the document`);
    return next;
  }, value);
}

/** Under `properties` a name is a field; anywhere else these names are prose for people and generators. */
function withoutProse(value: Json, isNames = false): Json {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => isNames || !isProse(name))
      .map(([name, inner]) => [name, withoutProse(inner, !isNames && (name === "properties" || name === "schemas"))]),
  );
}

/** What is sent is not held against the document. */
function isProse(name: string): boolean {
  return name === "requestBody" || name === "description" || name === "summary" || name === "example" || name === "examples" || name.startsWith("x-");
}

function referencesIn(value: Json): string[] {
  return [...JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? "");
}

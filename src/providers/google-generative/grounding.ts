/** Where an answer has its facts from, as annotations. Source: ai.google.dev/gemini-api/docs/google-search, "groundingMetadata". */

import { asList, asObject, asText, type JsonObject } from "../json.ts";
import type { ModelTraits } from "./traits.ts";

interface Source {
  readonly url: string;
  readonly title: string;
}

/**
 * One citation for each source of each passage, and one without a place for a source that no passage names. `text` is
 * what the answer said: Google counts the bytes of it, our callers its characters.
 */
export function annotationsOf(grounding: JsonObject, text: string): readonly object[] {
  const sources = asList(grounding["groundingChunks"]).map(sourceOf);
  const characters = characterOffsets(text);
  const cited = new Set<number>();
  const annotations: object[] = [];
  for (const item of asList(grounding["groundingSupports"])) {
    const support = asObject(item);
    const segment = asObject(support?.["segment"]);
    for (const index of asList(support?.["groundingChunkIndices"])) {
      const source = typeof index === "number" ? sources[index] : undefined;
      if (source === undefined) continue;
      cited.add(index as number);
      annotations.push(citation(source, { start: characters(segment?.["startIndex"]), end: characters(segment?.["endIndex"]) }));
    }
  }
  sources.forEach((source, index) => {
    if (source !== undefined && !cited.has(index)) annotations.push(citation(source, { start: 0, end: 0 }));
  });
  return annotations;
}

/** Searches that are charged for. */
export function webSearchesOf(grounding: JsonObject, { paysBySearch }: ModelTraits): number {
  const queries = new Set(asList(grounding["webSearchQueries"]).filter((query) => asText(query) !== undefined)).size;
  return paysBySearch ? queries : Math.min(1, queries);
}

function sourceOf(chunk: unknown): Source | undefined {
  const fields = asObject(chunk);
  const source = asObject(fields?.["web"]) ?? asObject(fields?.["retrievedContext"]) ?? asObject(fields?.["maps"]);
  const url = asText(source?.["uri"]);
  return url === undefined ? undefined : { url, title: asText(source?.["title"]) ?? "" };
}

function citation({ url, title }: Source, { start, end }: { readonly start: number; readonly end: number }): object {
  return { type: "url_citation", url_citation: { url, title, start_index: start, end_index: end } };
}

/** A missing offset is 0: Google leaves zeros out. */
function characterOffsets(text: string): (bytes: unknown) => number {
  const length = Buffer.byteLength(text);
  if (length === text.length) return (bytes) => (typeof bytes === "number" ? bytes : 0);
  const offsets = new Uint32Array(length + 1).fill(text.length);
  let byte = 0;
  let character = 0;
  for (const point of text) {
    const width = Buffer.byteLength(point);
    offsets.fill(character, byte, byte + width);
    byte += width;
    character += point.length;
  }
  return (bytes) => (typeof bytes === "number" ? (offsets[Math.min(bytes, length)] ?? 0) : 0);
}

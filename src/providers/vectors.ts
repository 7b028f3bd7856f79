/** The vectors of an answer, one for each input and all as long as they say. */

import type { Vector } from "../wire/embedding.ts";
import { asList, asObject } from "./json.ts";
import { count, garbled } from "./task-json.ts";

/** Those of `data`, in the order of their indexes. @throws Fault upstream_garbled when one is missing, or is no vector. */
export function indexedVectors(data: unknown, expected: number): readonly Vector[] {
  const vectors: (Vector | undefined)[] = Array.from({ length: expected });
  asList(data).forEach((item, position) => {
    const entry = asObject(item);
    const index = count(entry?.["index"]) ?? position;
    if (index < expected) vectors[index] = readVector(entry?.["embedding"]);
  });
  return complete(vectors, expected);
}

/** Those of a plain list. @throws Fault upstream_garbled */
export function listedVectors(list: unknown, expected: number): readonly Vector[] {
  return complete(asList(list).map(readVector), expected);
}

function complete(vectors: readonly (Vector | undefined)[], expected: number): readonly Vector[] {
  const present = vectors.filter((vector) => vector !== undefined);
  if (present.length !== expected || vectors.length !== expected) throw garbled(`has ${present.length} vectors for ${expected} inputs`);
  return present;
}

function readVector(value: unknown): Vector {
  if (typeof value === "string" && value !== "") return value;
  if (Array.isArray(value) && value.length > 0 && value.every((number) => typeof number === "number")) return value as readonly number[];
  throw garbled("holds an embedding that is no vector");
}

/** A generation as one line of JSON: in the journal, and in the database for all that has no column of its own. */

import { assert } from "../base/assert.ts";
import { nanodollars } from "../base/money.ts";
import type { Generation } from "./generation.ts";

/** Exact: the cost goes as text, because a JSON number is not. Without a line break. */
export function encodeGeneration(generation: Generation): string {
  // Whatever is in the journal must fit the database: a row that does not would hold up all that come after it.
  const counts = [generation.createdAt, generation.promptTokens, generation.completionTokens];
  assert(counts.every(Number.isSafeInteger), `${generation.id} has counts that are not integers`);
  assert(generation.cost >= 0n && generation.cost < costsEnd, `${generation.id} has a cost that is none`);
  return JSON.stringify({ ...generation, cost: generation.cost.toString() });
}

/** Reads what {@link encodeGeneration} wrote. */
export function decodeGeneration(text: string): Generation {
  const fields = JSON.parse(text) as Omit<Generation, "cost"> & { readonly cost: string };
  return { ...fields, cost: nanodollars(BigInt(fields.cost)) };
}

/** Ten million dollars: far more than one answer can cost, far less than a sum of 64 bits can take. */
const costsEnd = 10n ** 16n;

/** What a query filters by, one wish after the other: for the chips that take one away, and for what to let go of where nothing fits. */

import { context } from "../format/number.ts";
import { price } from "../format/price.ts";
import { asksFree, indices, lists, withoutFree } from "./address.ts";
import type { ModelIndex } from "./indexed-model.ts";
import { list, select } from "./select.ts";

export interface Wish {
  /** "Input price ≤ $2.00". */
  readonly label: string;
  /** The query without it, from the first page on. */
  readonly rest: URLSearchParams;
}

/** Each is a link with the rest of the query in it: an address with hundreds must not make a page of megabytes. */
const wishesMax = 40;

/** Each value of a list is a wish of its own; two prices of nothing are one. */
export function wishesIn(query: URLSearchParams): readonly Wish[] {
  const first = new URLSearchParams([...query].filter(([name]) => name !== "offset"));
  const isFree = asksFree(first);
  const others = [...(isFree ? withoutFree(first) : first).keys()].filter((name) => !["sort", "limit"].includes(name));
  const wishes = [
    ...(isFree ? [{ label: "Free", rest: withoutFree(first) }] : []),
    ...others.flatMap((name): readonly Wish[] => {
      if (!lists.has(name)) return [{ label: labelOf(name, first.get(name) ?? ""), rest: without(first, name) }];
      const values = list(first, name);
      return values.map((value) => ({ label: labelOf(name, value), rest: without(first, name, values.filter((other) => other !== value)) }));
    }),
  ];
  return wishes.slice(0, wishesMax);
}

export interface Relaxation extends Wish {
  /** How many models there are without the wish. */
  readonly count: number;
}

/** Where nothing fits: which wish to let go of, the one that gives most first. Wishes that alone are not to blame are left out. */
export function relaxations(index: ModelIndex, query: URLSearchParams): readonly Relaxation[] {
  return wishesIn(query)
    .map((wish) => ({ ...wish, count: select(index, wish.rest).length }))
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => other.count - one.count);
}

function without(query: URLSearchParams, name: string, values: readonly string[] = []): URLSearchParams {
  const rest = new URLSearchParams(query);
  if (values.length === 0) rest.delete(name);
  else rest.set(name, values.join(","));
  return rest;
}

function labelOf(name: string, written: string): string {
  const value = written.slice(0, labelLength);
  if (name === "q") return `“${value.trim()}”`;
  if (name === "context") return `Context ≥ ${context(Number(value))}`;
  if (name === "zdr") return "Zero data retention";
  if (name === "distillable") return value === "true" ? "Distillable" : "Not distillable";
  const [bound, of] = [name.slice(0, 4), name.slice(4)];
  const sign = bound === "min_" ? "≥" : "≤";
  if (of === "price" || of === "output_price") return `${of === "price" ? "Input" : "Output"} price ${sign} ${/^\d+(?:\.\d+)?$/.test(value) ? price(value) : value}`;
  if (of === "age_days") return `${bound === "min_" ? "At least" : "At most"} ${value} days old`;
  const index = indices.find((known) => known === of);
  if (index !== undefined) return `${indexNames[index]} ${sign} ${value}`;
  return `${listNames[name] ?? name}: ${name === "region" ? value.toUpperCase() : value}`;
}

const labelLength = 60;

export const indexNames = {
  intelligence_index: "Intelligence index", coding_index: "Coding index", agentic_index: "Agentic index", tool_success_rate: "Tool success rate",
} as const;

const listNames: Readonly<Record<string, string>> = {
  input_modalities: "Input", output_modalities: "Output", supported_parameters: "Parameter", model_authors: "Author", providers: "Provider", arch: "Family", region: "Region",
};

/** The choices of the filter rail, with how many models each would leave. */

import { apiQuery } from "./address.ts";
import type { ModelIndex } from "./indexed-model.ts";
import { select } from "./select.ts";

export interface Facet {
  readonly param: "input_modalities" | "output_modalities" | "supported_parameters";
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export const facets: readonly Facet[] = [
  { param: "input_modalities", label: "Input modality", options: named(["text", "image", "file", "audio", "video"]) },
  { param: "output_modalities", label: "Output modality", options: named(["text", "image", "audio", "embeddings", "video", "rerank", "transcription"]) },
  {
    param: "supported_parameters", label: "Supported parameters",
    options: ["tools", "tool_choice", "structured_outputs", "response_format", "reasoning", "seed", "logprobs", "top_k", "stop", "logit_bias"].map((value) => ({ value, label: value })),
  },
];

/** "input_modalities:image" to the number of models, were that chosen as well. Output modalities are alternatives. */
export type FacetCounts = Readonly<Record<string, number>>;

export function countFacets(index: ModelIndex, query: URLSearchParams): FacetCounts {
  const counts: Record<string, number> = {};
  for (const { param, options } of facets) {
    for (const { value } of options) {
      const wanted = new URLSearchParams(query);
      wanted.delete("sort");
      if (param === "output_modalities") wanted.set(param, value);
      else if (!(query.get(param) ?? "").split(",").includes(value)) wanted.append(param, value);
      counts[`${param}:${value}`] = select(index, apiQuery(wanted)).length;
    }
  }
  return counts;
}

/** Where nothing fits: for each wish, how many models there are without it, most first. Wishes that alone are not to blame are left out. */
export function relaxations(index: ModelIndex, query: URLSearchParams): readonly Relaxation[] {
  return wishesIn(query)
    .map(([name, value]) => {
      const rest = new URLSearchParams(query);
      rest.delete(name);
      return { name, value, count: select(index, rest).length };
    })
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => other.count - one.count);
}

export interface Relaxation {
  readonly name: string;
  readonly value: string;
  readonly count: number;
}

/** What a query filters by, as name and value. */
export function wishesIn(query: URLSearchParams): readonly (readonly [string, string])[] {
  return [...query].filter(([name]) => !["sort", "limit", "offset"].includes(name));
}

function named(values: readonly string[]): Facet["options"] {
  return values.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }));
}

/** The choices of the filters, with how many models each would leave. */

import { asksFree, lists } from "./address.ts";
import type { IndexedModel, ModelIndex } from "./indexed-model.ts";
import { conditionsOf, families, fitsOffer, list, offerWish, type OfferWish } from "./select.ts";

export interface Facet {
  readonly param: "pricing" | "input_modalities" | "output_modalities" | "supported_parameters" | "model_authors" | "providers" | "arch" | "region" | "zdr" | "distillable";
  readonly label: string;
  /** The conditions that a choice takes the place of; a choice without any comes on top of the others. */
  readonly lifts: readonly string[];
  /** The choices that a model is among, where its endpoints fit what else is wished of them. */
  readonly valuesOf: (model: IndexedModel, offer: OfferWish) => readonly string[];
}

export const facets: readonly Facet[] = [
  { param: "pricing", label: "Price", lifts: ["max_price", "max_output_price"], valuesOf: ({ prompt, completion }) => (Number(prompt) === 0 && Number(completion) === 0 ? ["free"] : []) },
  { param: "input_modalities", label: "Input modality", lifts: [], valuesOf: ({ inputs }) => inputs },
  { param: "output_modalities", label: "Output modality", lifts: ["output_modalities"], valuesOf: ({ outputs }) => ["all", ...outputs] },
  { param: "supported_parameters", label: "Supported parameters", lifts: [], valuesOf: ({ parameters }) => parameters },
  { param: "model_authors", label: "Author", lifts: ["model_authors"], valuesOf: ({ author }) => [author] },
  { param: "providers", label: "Provider", lifts: ["offers"], valuesOf: ({ offers }, { zdr, region }) => offers.filter((offer) => fitsOffer(offer, { ...(zdr && { zdr }), ...(region !== undefined && { region }) })).map(({ slug }) => slug) },
  { param: "arch", label: "Family", lifts: ["arch"], valuesOf: families },
  { param: "region", label: "Region", lifts: ["offers"], valuesOf: ({ offers }, wish) => regions.filter((region) => offers.some((offer) => fitsOffer(offer, { ...wish, region }))) },
  { param: "zdr", label: "Data policy", lifts: ["offers"], valuesOf: ({ offers }, wish) => (offers.some((offer) => fitsOffer(offer, { ...wish, zdr: true })) ? ["true"] : []) },
  { param: "distillable", label: "Distillable", lifts: ["distillable"], valuesOf: ({ distillable }) => [String(distillable === true)] },
];

const regions = ["eu", "us"] as const;

/** "input_modalities:image" to the number of models, were that chosen as well; what is not there is none. */
export type FacetCounts = Readonly<Record<string, number>>;

/** In one walk over the models: for each, what it fails decides for which choices it counts. */
export function countFacets({ models, now }: ModelIndex, query: URLSearchParams): FacetCounts {
  const conditions = conditionsOf(query, now);
  const offer = offerWish(query);
  const counts: Record<string, number> = {};
  for (const model of models) {
    const failed = conditions.filter(({ fits }) => !fits(model)).map(({ of }) => of);
    for (const { param, lifts, valuesOf } of facets) {
      if (!failed.every((of) => lifts.includes(of))) continue;
      for (const value of new Set(valuesOf(model, offer))) counts[`${param}:${value}`] = (counts[`${param}:${value}`] ?? 0) + 1;
    }
  }
  return counts;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What there is to choose from, by the parameter. */
export type Choices = Readonly<Partial<Record<Facet["param"], readonly Choice[]>>>;

export function choicesIn({ models }: ModelIndex): Choices {
  const of = (param: Facet["param"]): readonly string[] => byFrequency(models.flatMap((model) => [...(facets.find((facet) => facet.param === param)?.valuesOf(model, {}) ?? [])]));
  const authors = new Map(models.map(({ author, authorName }) => [author, authorName]));
  const providers = new Map(models.flatMap(({ offers }) => offers.map(({ slug, name }) => [slug, name] as const)));
  const written = new Map(models.flatMap(({ tokenizer, family = "" }) => [family, tokenizer].map((name) => [name.toLowerCase(), name] as const)));
  return {
    input_modalities: of("input_modalities").map(capitalized), output_modalities: of("output_modalities").map(capitalized),
    supported_parameters: of("supported_parameters").map((value) => ({ value, label: value })),
    model_authors: byLabel(authors), providers: byLabel(providers), arch: byLabel(new Map([...written].filter(([name]) => name !== ""))),
  };
}

/** Is a choice taken by the query? Names do for providers, and upper case for families. */
export function isChosen(query: URLSearchParams, param: Facet["param"], { value, label }: Choice): boolean {
  if (param === "pricing") return asksFree(query);
  if (!lists.has(param)) return query.get(param)?.trim().toLowerCase() === value;
  const chosen = list(query, param);
  return chosen.includes(value) || (param === "providers" && chosen.some((name) => [value, label.toLowerCase()].includes(name.toLowerCase())));
}

/** What the query takes that is among no choices: it stays in the form all the same. */
export function othersChosen(query: URLSearchParams, param: Facet["param"], choices: readonly Choice[]): readonly Choice[] {
  const names = choices.flatMap(({ value, label }) => [value, label.toLowerCase()]);
  return list(query, param).filter((value) => !names.includes(value) && !names.includes(value.toLowerCase())).map((value) => ({ value, label: value }));
}

function byFrequency(values: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([one, more], [other, less]) => less - more || (one < other ? -1 : 1)).map(([value]) => value);
}

function byLabel(names: ReadonlyMap<string, string>): readonly Choice[] {
  return [...names].map(([value, label]) => ({ value, label })).toSorted((one, other) => one.label.localeCompare(other.label, "en"));
}

function capitalized(value: string): Choice {
  return { value, label: value.charAt(0).toUpperCase() + value.slice(1) };
}

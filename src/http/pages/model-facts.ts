/** What the catalog says of a model, in the words of its page. */

import type { Model } from "../../catalog/model.ts";
import { isFree } from "../../catalog/price.ts";
import { variants as knownVariants, isVariantRow, type Variant } from "../../catalog/slug.ts";
import { counted, percent } from "../../../web/format/number.ts";
import { writtenDate } from "../../../web/format/time.ts";
import type { RouteAnswer } from "../../../web/islands/route-preview.tsx";
import type { Fact, ModelPageData, ParameterRow, Variant as ShownVariant } from "../../../web/pages/model/data.ts";
import type { SampleKind } from "../../../web/pages/model/samples.ts";
import { taskParameters } from "../../../web/pages/model/task-parameters.ts";
import type { CatalogReads } from "../api/models.ts";

/** "Ministral 8B" of "Mistral: Ministral 8B". */
export function shortName({ name }: Pick<Model, "name">): string {
  return name.includes(": ") ? name.slice(name.indexOf(": ") + 2) : name;
}

export function factsOf({ knowledgeCutoff, huggingFaceId, tokenizer, instructType, distillable, isModerated, isListed }: Model): readonly Fact[] {
  return [
    ...(knowledgeCutoff === undefined ? [] : [{ name: "Knowledge cut-off", value: writtenDate(knowledgeCutoff) }]),
    ...(huggingFaceId === undefined ? [] : [{ name: "Weights", value: huggingFaceId, href: `https://huggingface.co/${huggingFaceId}` }]),
    { name: "Tokenizer", value: tokenizer },
    ...(instructType === undefined ? [] : [{ name: "Prompt format", value: instructType }]),
    ...(distillable ? [{ name: "Distillation", value: "allowed by its author" }] : []),
    ...(isModerated ? [{ name: "Moderation", value: "by its provider" }] : []),
    ...(isListed ? [] : [{ name: "Listing", value: "callable, and not in the list of models" }]),
  ];
}

export function endingOf({ expirationDate }: Model, now: number): ModelPageData["ending"] {
  return expirationDate === undefined ? undefined : { day: expirationDate, isPast: Date.parse(expirationDate) <= now };
}

const meanings: Readonly<Record<Variant, string>> = {
  free: "Endpoints that cost nothing, alone",
  nitro: "The fastest first; priority tiers, too",
  floor: "The cheapest first; flex tiers, too",
  online: "With the provider's web search",
  thinking: "With reasoning switched on",
  extended: "The endpoints with the longest context, alone",
  exacto: "Those whose tool calls are best first",
};

/** The model itself, what its name can be followed by and means something here, and what it was asked for with. */
export function variantsOf({ find }: Pick<CatalogReads, "find">, model: Model, asked: string): readonly ShownVariant[] {
  const offered = isVariantRow(model.slug) || !model.outputModalities.includes("text") ? [] : knownVariants.filter((variant) => isOffered(find, model, variant));
  const shown = [
    { name: "base", slug: model.slug, isCurrent: asked === model.slug, meaning: "As the router orders them by itself" },
    ...offered.map((variant) => ({ name: variant, slug: `${model.slug}:${variant}`, isCurrent: asked === `${model.slug}:${variant}`, meaning: meanings[variant] })),
  ];
  if (shown.some(({ isCurrent }) => isCurrent)) return shown;
  const suffix = asked.slice(model.slug.length + 1);
  const meaning = knownVariants.filter((variant) => suffix.split(":").includes(variant)).map((variant) => meanings[variant]).join(". ");
  return [...shown, { name: suffix, slug: asked, isCurrent: true, meaning }];
}

interface Answers {
  /** With the model's own name. */
  readonly own: RouteAnswer;
  readonly asked: RouteAnswer;
}

/** What the current variant changes, by the dry runs with it and without. */
export function withEffect(variants: readonly ShownVariant[], answers: () => Answers): readonly ShownVariant[] {
  return variants.map((variant, index) => (variant.isCurrent && index > 0 ? { ...variant, effect: effectOf(answers()) } : variant));
}

function effectOf({ own, asked }: Answers): string {
  const first = likeliest(asked);
  if (first === undefined) return `Now nothing would be tried, instead of ${counted(own.candidates.length, "endpoint")}.`;
  const kept = asked.candidates.length === own.candidates.length ? "The same endpoints" : `${counted(asked.candidates.length, "endpoint")} instead of ${own.candidates.length}`;
  const before = likeliest(own);
  return `${kept}; first comes ${chanceOf(first)}${before === undefined ? "" : `, without it ${chanceOf(before)}`}.`;
}

type Candidate = RouteAnswer["candidates"][number];

function likeliest({ candidates }: RouteAnswer): Candidate | undefined {
  return candidates.toSorted((one, other) => other.first_try_probability - one.first_try_probability)[0];
}

function chanceOf({ provider, first_try_probability: chance }: Candidate): string {
  return `${provider} (${percent(chance)})`;
}

function isOffered(find: CatalogReads["find"], { slug, endpoints, supportedParameters }: Model, variant: Variant): boolean {
  switch (variant) {
    case "nitro":
    case "floor": return endpoints.length > 1;
    case "free": return find(`${slug}:free`) !== undefined || endpoints.some(({ pricing }) => pricing !== undefined && isFree(pricing));
    case "exacto": return supportedParameters.includes("tools");
    case "thinking": return supportedParameters.includes("reasoning");
    case "online": return supportedParameters.includes("web_search_options");
    case "extended": return new Set(endpoints.map(({ contextLength }) => contextLength)).size > 1;
  }
}

/** What the route takes that the model is called by; which provider takes what of it, nobody lists. */
export function taskParameterRows(kind: Exclude<SampleKind, "chat"> | undefined): readonly ParameterRow[] {
  return kind === undefined ? [] : Object.keys(taskParameters[kind]).map((name) => ({ name, default: undefined, takenBy: [], known: 0 }));
}

/** Of endpoints that are sold, and whose list of parameters is known. */
export function parameterRows({ supportedParameters, defaultParameters, endpoints }: Model): readonly ParameterRow[] {
  const known = new Map<string, Set<string>>();
  for (const { providerName, supportedParameters: own, status } of endpoints) {
    if (own === undefined || status === "retired") continue;
    const taken = known.get(providerName) ?? new Set();
    for (const name of own) taken.add(name);
    known.set(providerName, taken);
  }
  return supportedParameters.map((name) => {
    const own = defaultParameters?.[name];
    return { name, default: own === undefined ? undefined : String(own), takenBy: [...known].filter(([, taken]) => taken.has(name)).map(([provider]) => provider), known: known.size };
  });
}

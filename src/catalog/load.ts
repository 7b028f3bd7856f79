/**
 * Loads the catalog once, at start: the packaged files, then the refreshed facts, then the operator's file. What can be
 * called is worked out per model when it is first asked for, and kept.
 */

import { Fault } from "../base/fault.ts";
import type { Quirks } from "../providers/quirks.ts";
import { knownProvider, type CredentialSource, type KnownProvider } from "./access.ts";
import { configuredEndpoint, configuredModel } from "./configured.ts";
import { toEndpoint, toSandboxEndpoint, type KnownEndpoint, type Lack, type RoutingMeans, type SimulatedProvider } from "./endpoint.ts";
import type { ConfiguredProvider, Endpoint, Model, Provider } from "./model.ts";
import { emptyOverlay, parsePricing, readOverlay, readRecords, type EndpointRecord, type ModelRecord, type Overlay } from "./records.ts";
import { isVariantRow } from "./slug.ts";
import { suggester } from "./suggest.ts";

export interface CatalogOptions {
  /** The packaged catalog: `providers.json` and `models/`. */
  readonly folder: string;
  /** What `catalog sync` wrote; it need not exist. */
  readonly overlayFile?: string;
  readonly configured: readonly ConfiguredProvider[];
  readonly credential: CredentialSource;
  readonly simulated: readonly SimulatedProvider[];
  /** The protocols that we have adapters for. */
  readonly protocols: ReadonlySet<string>;
  /** Those that do tasks, such as embeddings. */
  readonly taskProtocols?: ReadonlySet<string>;
  readonly quirksOf: (provider: string) => Quirks;
  /** Milliseconds since the epoch: endpoints past their deprecation date are historical. */
  readonly now: number;
}

export interface Catalog {
  /** Newest first. */
  readonly models: readonly Model[];
  readonly providers: readonly Provider[];
  /** Is any endpoint of any model routable, switched off or not? If none is, the sandbox answers. */
  readonly hasLive: boolean;
  /** The providers that can be called, with how many endpoints: the operator's own choice, or found by their credential. */
  readonly configuredProviders: readonly { readonly slug: string; readonly name: string; readonly endpoints: number }[];
  /** By slug, canonical slug or alias, as written; `~author/family-latest` is the newest listed model of a family. */
  find(slug: string): Model | undefined;
  findProvider(slug: string): Provider | undefined;
  /** The endpoints that can be called now: active ones, then unverified, then historical. */
  live(model: Model): readonly Endpoint[];
  /** The model's endpoints in the sandbox; none for a model that gives no text. */
  sandboxed(model: Model): readonly Endpoint[];
  /** What each of the model's endpoints lacks to be routable; routable ones are left out. */
  lacks(model: Model): ReadonlyMap<string, Lack>;
  /** Takes an endpoint out of routing until it is switched on again. Switching off twice keeps the first reason. */
  switchOff(endpointId: string, reason: string): void;
  switchOn(endpointId: string): void;
  /** Endpoint id to reason. */
  readonly switchedOff: ReadonlyMap<string, string>;
  /** At most three slugs that look like this one, for an error message. */
  suggest(slug: string): string[];
}

/**
 * Reads the catalog.
 * @throws Fault invalid_request for an entry of the operator's file that cannot stand, naming it and the remedy.
 */
export function loadCatalog(options: CatalogOptions): Catalog {
  const records = readRecords(options.folder);
  const providers = mergeProviders(records.providers, options);
  const overlay = options.overlayFile === undefined ? emptyOverlay : readOverlay(options.overlayFile);
  const known = withConfigured(records.models.map((record) => refreshed(record, overlay)), providers, options.configured);
  const today = new Date(options.now).toISOString().slice(0, 10);

  const endpoints = new Map<string, readonly KnownEndpoint[]>();
  const models = known.map((record) => {
    const ofModel = record.endpoints.flatMap((endpoint) => toKnown(endpoint, record, providers.get(endpoint.provider), today));
    endpoints.set(record.slug, ofModel);
    return toModel(record, ofModel);
  });
  // Stable, so that models of one day stay in the order of the files.
  models.sort((one, other) => other.createdAt - one.createdAt);
  return catalogOf(models, endpoints, providers, options);
}

function catalogOf(
  models: readonly Model[],
  endpoints: ReadonlyMap<string, readonly KnownEndpoint[]>,
  providers: ReadonlyMap<string, KnownProvider>,
  { credential, protocols, taskProtocols, simulated, quirksOf }: CatalogOptions,
): Catalog {
  const means: RoutingMeans = { credential, protocols, taskProtocols };
  const bySlug = indexBySlug(models);
  const latest = indexLatest(models);
  const switchedOff = new Map<string, string>();
  const live = new Map<string, readonly Endpoint[]>();
  const sandboxed = new Map<string, readonly Endpoint[]>();

  const routable = (model: Model): readonly Endpoint[] =>
    callable(model).filter((endpoint) => !switchedOff.has(endpoint.id)).sort((one, other) => order[one.standing] - order[other.standing]);
  const callable = (model: Model): Endpoint[] => examined(model).flatMap(([, result]) => (typeof result === "string" ? [] : [result]));
  const examined = (model: Model): [KnownEndpoint, Endpoint | Lack][] =>
    (endpoints.get(model.slug) ?? []).flatMap((known) => {
      const provider = providers.get(known.provider);
      return provider === undefined ? [] : [[known, toEndpoint(known, model, provider, means)]];
    });
  const counts = countRoutable(endpoints, providers, models, means);

  return {
    models,
    providers: [...providers.values()],
    hasLive: [...counts.values()].some((count) => count > 0),
    configuredProviders: [...counts].map(([slug, count]) => ({ slug, name: providers.get(slug)?.name ?? slug, endpoints: count })),
    find: (slug) => bySlug.get(slug) ?? latest.get(slug),
    findProvider: (slug) => providers.get(slug),
    live: (model) => live.get(model.slug) ?? remember(live, model.slug, routable(model)),
    sandboxed: (model) =>
      sandboxed.get(model.slug) ??
      remember(sandboxed, model.slug, givesText(model) ? simulated.map((one) => toSandboxEndpoint(one, model, quirksOf(one.slug))) : []),
    lacks: (model) => new Map(examined(model).flatMap(([known, result]) => (typeof result === "string" ? [[known.id, result]] : []))),
    switchOff: (endpointId, reason) => {
      if (!switchedOff.has(endpointId)) switchedOff.set(endpointId, reason);
      live.delete(modelOf(endpointId));
    },
    switchOn: (endpointId) => {
      switchedOff.delete(endpointId);
      live.delete(modelOf(endpointId));
    },
    switchedOff,
    suggest: suggesting(bySlug, latest),
  };
}

function modelOf(endpointId: string): string {
  return endpointId.slice(0, endpointId.indexOf("@"));
}

function suggesting(bySlug: ReadonlyMap<string, Model>, latest: ReadonlyMap<string, Model>): (wanted: string) => string[] {
  const amongSlugs = suggester([...bySlug.keys()]);
  const amongLatest = suggester([...latest.keys()]);
  return (wanted) => (wanted.startsWith("~") ? amongLatest(wanted) : amongSlugs(wanted));
}

const order = { active: 0, unverified: 1, historical: 2 } as const;

function remember(kept: Map<string, readonly Endpoint[]>, slug: string, endpoints: readonly Endpoint[]): readonly Endpoint[] {
  kept.set(slug, Object.freeze(endpoints));
  return endpoints;
}

function givesText(model: Model): boolean {
  return model.outputModalities.includes("text");
}

/** A slug is its model's own; a canonical slug or an alias only where no model bears it. */
function indexBySlug(models: readonly Model[]): ReadonlyMap<string, Model> {
  const bySlug = new Map(models.map((model) => [model.slug, model]));
  for (const model of models) {
    for (const name of [model.canonicalSlug, ...model.aliases]) if (!bySlug.has(name)) bySlug.set(name, model);
  }
  return bySlug;
}

/**
 * The models come newest first, so that the first of a family is its latest. A model whose slug is the name of a family and a
 * version ("mistral-large-2512") is one of it, also where the source of the catalog puts it into a wider one.
 */
function indexLatest(models: readonly Model[]): ReadonlyMap<string, Model> {
  const families = new Set(models.flatMap(({ author, family }) => (family === undefined ? [] : [`${author}/${family}`])));
  const latest = new Map<string, Model>();
  for (const model of models) {
    const { author, family, slug, isListed } = model;
    if (!isListed || isVariantRow(slug)) continue;
    const byName = slug.replace(/-v?\d[\d.-]*$/, "");
    for (const one of [family === undefined ? "" : `${author}/${family}`, byName]) {
      const name = `~${one}-latest`;
      if (families.has(one) && !latest.has(name)) latest.set(name, model);
    }
  }
  return latest;
}

function mergeProviders(records: ReturnType<typeof readRecords>["providers"], options: CatalogOptions): Map<string, KnownProvider> {
  const configured = new Map(options.configured.map((provider) => [provider.slug, provider]));
  if (configured.size < options.configured.length) {
    const twice = options.configured.find((provider, at) => options.configured.findIndex(({ slug }) => slug === provider.slug) < at);
    throw new Fault("invalid_request", `The provider "${twice?.slug}" is configured twice: put its endpoints in one entry.`);
  }
  for (const { slug, protocol } of options.configured) {
    const spoken = new Set([...options.protocols, ...(options.taskProtocols ?? [])]);
    if (protocol !== undefined && !spoken.has(protocol)) {
      throw new Fault("invalid_request", `Provider "${slug}": there is no protocol "${protocol}". Known: ${[...spoken].join(", ")}.`);
    }
  }
  const merged = records.map((record) => knownProvider(record, configured.get(record.slug), options));
  const listed = new Set(merged.map(({ slug }) => slug));
  const own = options.configured.filter(({ slug }) => !listed.has(slug)).map((provider) => knownProvider(undefined, provider, options));
  return new Map([...merged, ...own].map((provider) => [provider.slug, provider]));
}

/** The record with facts that a sync found; a listed price follows the endpoint that it was taken from. */
function refreshed(record: ModelRecord, overlay: Overlay): ModelRecord {
  const added = overlay.added[record.slug] ?? [];
  if (added.length === 0 && !record.endpoints.some(({ id }) => id in overlay.endpoints)) return record;
  let { pricing } = record;
  const endpoints = record.endpoints.map((endpoint) => {
    const facts = overlay.endpoints[endpoint.id];
    if (facts === undefined) return endpoint;
    const price = endpoint.pricing;
    if (facts.pricing !== undefined && price?.prompt === pricing?.prompt && price?.completion === pricing?.completion) pricing = facts.pricing;
    return { ...endpoint, ...facts, zero_price_unverified: facts.pricing === undefined && endpoint.zero_price_unverified === true };
  });
  return { ...record, ...(pricing === undefined ? {} : { pricing }), endpoints: [...endpoints, ...added] };
}

/** The records with the operator's endpoints in place of, or after, the catalog's. */
function withConfigured(
  records: readonly ModelRecord[],
  providers: ReadonlyMap<string, KnownProvider>,
  configured: readonly ConfiguredProvider[],
): readonly ModelRecord[] {
  const bySlug = new Map(records.map((record) => [record.slug, record]));
  const byAnyName = new Map(records.flatMap((record) => [record.canonical_slug ?? record.slug, ...(record.aliases ?? [])].map((name) => [name, record.slug])));
  for (const { slug, endpoints = [] } of configured) {
    const provider = providers.get(slug);
    if (provider === undefined) continue;
    for (const written of endpoints) {
      const entry = bySlug.has(written.model) ? written : { ...written, model: byAnyName.get(written.model) ?? written.model };
      const model = bySlug.get(entry.model) ?? configuredModel(provider, entry);
      const endpoint = configuredEndpoint(provider, entry, model);
      const others = model.endpoints.filter(({ id }) => id !== endpoint.id);
      bySlug.set(entry.model, { ...model, endpoints: [endpoint, ...others] });
    }
  }
  return [...bySlug.values()];
}

function toKnown(record: EndpointRecord, model: ModelRecord, provider: KnownProvider | undefined, today: string): KnownEndpoint[] {
  if (provider === undefined) return [];
  const isPast = record.deprecation_date !== undefined && record.deprecation_date < today && record.status !== "retired";
  return [
    {
      id: record.id,
      model: model.slug,
      provider: provider.slug,
      providerName: provider.name,
      tag: record.tag ?? provider.slug,
      upstreamModel: record.upstream_model,
      protocol: provider.overrides.protocol ?? record.protocol ?? provider.protocol ?? "unknown",
      baseUrl: provider.overrides.baseUrl ?? record.base_url ?? provider.baseUrl,
      contextLength: record.context_length ?? model.context_length,
      promptTokensMax: record.max_prompt_tokens,
      outputTokensMax: record.max_output_tokens,
      quantization: record.quantization,
      // A trial's price is not a price.
      pricing: record.zero_price_unverified === true ? undefined : parsePricing(record.pricing),
      supportedParameters: record.supported_parameters,
      inputModalities: record.input_modalities,
      supportsImplicitCaching: record.supports_implicit_caching ?? false,
      status: isPast ? "historical" : record.status,
    },
  ];
}

function toModel(record: ModelRecord, endpoints: readonly KnownEndpoint[]): Model {
  return {
    slug: record.slug,
    canonicalSlug: record.canonical_slug ?? record.slug,
    aliases: record.aliases ?? [],
    author: record.author,
    authorName: record.author_name,
    name: record.name,
    description: record.description,
    createdAt: record.created,
    isListed: record.listed ?? true,
    family: record.family,
    contextLength: record.context_length,
    outputTokensMax: record.max_output_tokens,
    inputModalities: record.input_modalities,
    outputModalities: record.output_modalities,
    tokenizer: record.tokenizer,
    instructType: record.instruct_type,
    pricing: parsePricing(record.pricing) ?? endpoints.find(({ pricing }) => pricing !== undefined)?.pricing,
    supportedParameters: record.supported_parameters,
    defaultParameters: record.default_parameters,
    reasoning: record.reasoning,
    knowledgeCutoff: record.knowledge_cutoff,
    expirationDate: record.expiration_date,
    huggingFaceId: record.hugging_face_id,
    isModerated: record.moderated ?? false,
    distillable: record.distillable ?? false,
    endpoints,
  };
}

/** Routable endpoints per provider that can be authorized and was asked for. A provider at zero is one to look into. */
function countRoutable(
  endpoints: ReadonlyMap<string, readonly KnownEndpoint[]>,
  providers: ReadonlyMap<string, KnownProvider>,
  models: readonly Model[],
  means: RoutingMeans,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const provider of providers.values()) {
    if (provider.access !== undefined || provider.isConfigured) counts.set(provider.slug, 0);
  }
  for (const model of models) {
    for (const known of endpoints.get(model.slug) ?? []) {
      const provider = counts.has(known.provider) ? providers.get(known.provider) : undefined;
      if (provider === undefined || typeof toEndpoint(known, model, provider, means) === "string") continue;
      counts.set(known.provider, (counts.get(known.provider) ?? 0) + 1);
    }
  }
  return counts;
}

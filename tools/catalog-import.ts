/**
 * Turns the source data (models.dev and LiteLLM facts, merged) into the project's own form, once:
 *
 *     npx tsx tools/catalog-import.ts <folder with models.json and providers.json>
 *
 * writes catalog/providers.json and catalog/models/<author>.json: one record per model, one line per endpoint, so that
 * a change of one price is a change of one line. Prices are decimal text: dollars per million tokens; `request`,
 * `image` and `web_search` are dollars each. Absent means unknown.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsePricePerUnit, picodollars, pricePerMillionText } from "../src/base/money.ts";
import { authors, dialectLacks, familyTokenizers, outputCorrections, providerCorrections, searchers, seeds, sharedPlaces } from "./catalog-corrections.ts";

type Facts = Record<string, unknown>;
type Prices = { readonly [name: string]: string | readonly Prices[] | undefined; readonly overrides?: readonly Prices[] };

interface SourceEndpoint extends Facts {
  id: string; provider: string; tag: string; region: string | null; provider_model_id: string | null; wire_format: string;
  context_length: number | null; max_completion_tokens: number | null; max_prompt_tokens: number | null;
  quantization: string | null; pricing: Prices | null; supported_parameters: string[] | null; parameters_source: string | null; status: string; as_of: string;
  zero_price_unverified?: boolean; deprecation_date?: string; base_url_override?: string;
}

interface SourceModel extends Facts {
  id: string; author: string; author_name: string; name: string; description: string; created_unix: number; status: string;
  family: string | null; context_length: number; max_output_tokens: number | null; input_modalities: string[];
  output_modalities: string[]; tokenizer: string | null; instruct_type: string | null; pricing: Prices;
  supported_parameters: string[]; default_parameters: Record<string, number>; knowledge_cutoff: string | null;
  license: string | null; hugging_face_id: string | null; canonical_slug: string; is_moderated: boolean | null;
  expiration_date: string | null; seed?: boolean; endpoints: SourceEndpoint[];
}

interface SourceProvider extends Facts {
  slug: string; name: string; kind: string; base_url: string | null; default_wire_format: string; auth_scheme: string;
  api_key_env: string[]; status_page_url: string | null; terms_of_service_url: string | null;
  privacy_policy_url: string | null; headquarters: string | null; datacenters: string[] | null; models_dev_ids: string[];
  data_policy: { training: boolean | null; retains_prompts: boolean | null; retention_days: number | null };
}

const perUnit = new Set(["request", "image", "web_search"]);
const renamed: Readonly<Record<string, string>> = { input_audio: "audio" };

const [sourceFolder] = process.argv.slice(2);
if (sourceFolder === undefined) {
  process.stderr.write("usage: catalog-import.ts <folder with models.json and providers.json>\n");
  process.exit(2);
}
const target = join(import.meta.dirname, "..", "catalog");
const sourceModels = read<SourceModel>("models.json");
const sourceProviders = read<SourceProvider>("providers.json");

rmSync(join(target, "models"), { recursive: true, force: true });
mkdirSync(join(target, "models"), { recursive: true });
writeFileSync(join(target, "providers.json"), `[\n${sourceProviders.map(provider).map(block).join(",\n")}\n]\n`);
for (const author of new Set(sourceModels.map((source) => source.author))) {
  const records = sourceModels.filter((source) => source.author === author).map(model);
  writeFileSync(join(target, "models", `${author}.json`), `[\n${records.map(block).join(",\n")}\n]\n`);
}
const licence = "LICENSE-MIT-models.dev.txt";
writeFileSync(join(target, licence), readFileSync(join(sourceFolder, licence)));

function read<Item>(file: string): Item[] {
  return (JSON.parse(readFileSync(join(sourceFolder as string, file), "utf8")) as { data: Item[] }).data;
}

function model(source: SourceModel): Facts {
  const [shortName, fullName] = authors[source.author] ?? [source.author_name, source.author_name];
  const name = source.name.trim().replace(/ \((?:EU|US|AU|JP|Global)\)$/, "");
  const outputs = outputCorrections.find(({ slug }) => slug.test(source.id))?.outputs ?? source.output_modalities;
  return {
    slug: source.id,
    canonical_slug: unless(source.canonical_slug, source.id),
    author: source.author,
    author_name: fullName,
    name: name.startsWith(`${shortName}:`) ? name : `${shortName}: ${name}`,
    description: source.description.replace(source.name, name),
    created: source.created_unix,
    listed: isListed(source) ? undefined : false,
    family: source.family,
    context_length: source.context_length,
    max_output_tokens: source.max_output_tokens,
    input_modalities: source.input_modalities,
    output_modalities: outputs.filter((modality) => modality !== "file"),
    tokenizer: source.tokenizer ?? familyTokenizers[source.author] ?? "Other",
    instruct_type: source.instruct_type,
    pricing: isZero(source.pricing) ? undefined : prices(source.pricing),
    supported_parameters: source.supported_parameters,
    default_parameters: unless(JSON.stringify(source.default_parameters), "{}") && source.default_parameters,
    knowledge_cutoff: lastDay(source.knowledge_cutoff),
    expiration_date: source.expiration_date,
    hugging_face_id: source.hugging_face_id,
    moderated: source.is_moderated === true ? true : undefined,
    distillable: ["Apache-2.0", "MIT"].includes(source.license ?? "") ? true : undefined,
    ...seeds[source.id],
    endpoints: source.endpoints.map((each) => endpoint(each, source)),
  };
}

/** Models that were never on the source's public list are on ours once somebody sells them at a known price. */
function isListed(source: SourceModel): boolean {
  if (source.status !== "catalog-only") return source.status === "listed";
  return source.endpoints.some(({ pricing, status }) => status === "active" && pricing !== null && !isZero(pricing));
}

function endpoint(source: SourceEndpoint, model: SourceModel): Facts {
  const lacking = dialectLacks[source.wire_format] ?? [];
  return {
    id: source.id,
    provider: source.provider,
    tag: unless(source.tag, source.provider),
    upstream_model: source.provider_model_id,
    protocol: unless(source.wire_format, protocolOf(source.provider)),
    base_url: unless(source.base_url_override, sharedPlaces[source.provider]),
    context_length: source.context_length,
    max_prompt_tokens: source.max_prompt_tokens,
    max_output_tokens: source.max_completion_tokens,
    quantization: source.quantization,
    pricing: source.pricing === null ? undefined : prices({ ...source.pricing, ...searchPrice(source, model) }),
    zero_price_unverified: source.zero_price_unverified,
    supported_parameters: parametersOf(source)?.filter((parameter) => !lacking.includes(parameter)),
    status: status(source),
    deprecation_date: source.deprecation_date,
    as_of: source.as_of,
  };
}

/** Most sources name the price of a search with the model alone; it is charged by who searches. */
function searchPrice({ provider, pricing }: SourceEndpoint, { author, pricing: { web_search: listed } }: SourceModel): Prices {
  const price = pricing?.["web_search"] ?? (searchers[author]?.includes(provider) === true ? listed : undefined);
  return price === undefined ? {} : { web_search: price };
}

function status(source: SourceEndpoint): string {
  if (source.status === "inferred") return "unverified";
  if (source.status !== "deprecated") return source.status;
  const passed = source.deprecation_date !== undefined && Date.parse(source.deprecation_date) < Date.now();
  return passed ? "historical" : "active";
}

/**
 * The sources derive most endpoints' parameters from four flags (tools, reasoning, structured output, temperature), which say
 * nothing of the others. Where sampling is taken at all, what every server of the dialect takes is added; a provider that
 * refuses one of them says so in its quirks, which go before this list.
 */
function parametersOf(source: SourceEndpoint): string[] | null {
  const listed = source.supported_parameters;
  if (listed === null || source.parameters_source !== "derived-from-flags" || !listed.includes("temperature")) return listed;
  const ofDialect = { "openai-chat": ["frequency_penalty", "logit_bias", "logprobs", "presence_penalty", "seed", "top_logprobs"], "mistral-chat": ["frequency_penalty", "presence_penalty", "seed"] };
  return [...new Set([...listed, ...(ofDialect[source.wire_format as keyof typeof ofDialect] ?? [])])].sort();
}

function provider(source: SourceProvider): Facts {
  const policy = source.data_policy;
  return {
    slug: source.slug,
    name: source.name,
    kind: source.kind,
    base_url: source.base_url,
    protocol: protocolOf(source.slug),
    auth: source.auth_scheme.replace("bearer (optional)", "bearer-optional").replace(/ \| .*/, ""),
    credential_env: source.api_key_env.filter((name) => credentialOwner(name) === source.slug),
    training: policy.training,
    retains_prompts: policy.retains_prompts,
    retention_days: policy.retention_days,
    privacy_policy_url: source.privacy_policy_url,
    terms_of_service_url: source.terms_of_service_url,
    status_page_url: source.status_page_url,
    headquarters: source.headquarters,
    datacenters: source.datacenters,
    models_dev_ids: source.models_dev_ids.length === 0 ? undefined : source.models_dev_ids,
    ...providerCorrections[source.slug],
  };
}

function protocolOf(slug: string): string | undefined {
  const corrected = providerCorrections[slug]?.["protocol"] as string | undefined;
  const listed = sourceProviders.find((candidate) => candidate.slug === slug)?.default_wire_format;
  return corrected ?? (listed === "unknown" ? undefined : listed);
}

/**
 * Several providers may list one name, but a credential opens one of them: a plan or a regional twin whose key is
 * bought apart must be configured by the operator, or every key of the main provider would call it in vain.
 */
function credentialOwner(name: string): string | undefined {
  if (!/(?:KEY|TOKEN|PAT|CREDENTIALS|BEDROCK|SECRET)$/.test(name)) return undefined;
  const holders = sourceProviders.filter((candidate) => candidate.api_key_env.includes(name));
  return (holders.find(({ kind }) => kind === "first-party") ?? holders.find(({ kind }) => kind === "host") ?? holders[0])?.slug;
}

/**
 * Keeps what is a price. A zero beside a real price means "not listed apart" in the sources, and the image price of
 * some is the price of an image's tokens, which the prompt already counts: both would bill wrongly.
 */
function prices(source: Prices): Facts {
  const kept: Facts = {};
  for (const [name, value] of Object.entries(source)) {
    if (name === "min_prompt_tokens") kept[name] = value;
    else if (name === "overrides") kept[name] = source.overrides?.map(prices);
    else if (name === "image" && value === source["prompt"]) continue;
    else if (value === "0" && !isZero(source) && name !== "completion") continue;
    else kept[renamed[name] ?? name] = perUnit.has(name) ? value : perMillion(String(value));
  }
  return kept;
}

/** Dollars per token as the sources have them (0.0000029999900000000002) to dollars per million as they were meant ("3"). */
function perMillion(dollarsPerToken: string): string {
  const exact = parsePricePerUnit(dollarsPerToken);
  if (exact === undefined) throw new TypeError(`not a price: ${dollarsPerToken}`);
  const unit = 10n ** BigInt(Math.max(0, exact.toString().length - 4));
  const short = ((exact + unit / 2n) / unit) * unit;
  const error = short > exact ? short - exact : exact - short;
  return pricePerMillionText(picodollars(error * 10_000n < exact ? short : exact));
}

function isZero(pricing: Prices): boolean {
  return Object.keys(pricing).length === 0 || (pricing["prompt"] === "0" && pricing["completion"] === "0");
}

/** A month stands for its last day, as in the public API. */
function lastDay(date: string | null): string | undefined {
  if (date === null || date.length !== 7) return date ?? undefined;
  const [year, month] = date.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

function unless<Value>(value: Value, expected: unknown): Value | undefined {
  return value === expected ? undefined : value;
}

/** A record with a line for each fact, and a line for each endpoint; what is null or undefined is left out. */
function block(facts: Facts): string {
  const lines = present(facts).map(([key, value]) => {
    const rows = key === "endpoints" ? (value as Facts[]).map((row) => `      ${inline(row)}`) : [];
    return `    ${JSON.stringify(key)}: ${rows.length > 0 ? `[\n${rows.join(",\n")}\n    ]` : inline(value)}`;
  });
  return `  {\n${lines.join(",\n")}\n  }`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{ ${present(value as Facts).map(([key, member]) => `${JSON.stringify(key)}: ${inline(member)}`).join(", ")} }`;
}

function present(facts: Facts): [string, unknown][] {
  return Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
}

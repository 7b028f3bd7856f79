/** `/{author}/{slug}[:variant]`, and the addresses that lead there. */

import { readSlug, type Variant } from "../../catalog/slug.ts";
import type { Model } from "../../catalog/model.ts";
import { dailyTable } from "../../../web/charts/stacked-bars.tsx";
import { csvOfTable } from "../../../web/charts/table.ts";
import { modelPage } from "../../../web/pages/model/page.tsx";
import { uptimeTable } from "../../../web/pages/model/traffic.tsx";
import { sampleModes, type SampleKind, type SampleMode } from "../../../web/pages/model/samples.ts";
import type { ModelPageData } from "../../../web/pages/model/data.ts";
import { endpointOrderIn, endpointRows, givesTokens, limitOf, pricesOf } from "./model-endpoints.ts";
import { endingOf, factsOf, parameterRows, shortName, taskParameterRows, variantsOf, withEffect } from "./model-facts.ts";
import { trafficOf } from "./model-traffic.ts";
import { similarTo, siblingsOf } from "./similar-models.ts";
import { previewOf, previewParameters, readWish } from "./route-preview.ts";
import type { PageReads, PageRequest, PageRoute, Redirect } from "./page-route.ts";

export const modelRoute: PageRoute = {
  path: "/:author/:slug",
  accepts: isModel,
  answer: async (reads, request) => {
    const { query } = request;
    const asked = nameOf(request.steps);
    const named = readName(reads, asked);
    if (named === undefined) return undefined;
    const canonical = canonicalName(named);
    if (canonical !== asked) return redirectTo(`/${canonical}`, query, asked);
    return modelPage(await dataOf(reads, request, named));
  },
};

/** As another gateway writes it. */
export const oldModelRoute: PageRoute = {
  path: "/models/:author/:slug",
  accepts: isModel,
  answer: (reads, { steps, query }) => {
    const named = readName(reads, nameOf(steps));
    return named && redirectTo(`/${canonicalName(named)}`, query, nameOf(steps));
  },
};

/** Sections by an address of their own, as other sites have them. */
export const modelSectionRoute: PageRoute = {
  path: "/:author/:slug/:section",
  accepts: (reads, steps) => Object.hasOwn(sections, steps["section"] ?? "") && isModel(reads, steps),
  answer: (reads, { steps }) => {
    const named = readName(reads, nameOf(steps));
    return named && { redirect: `/${canonicalName(named)}#${sections[steps["section"] ?? ""]}`, isPermanent: true };
  },
};

/** The figures of the page's charts. */
export const modelCsvRoutes: readonly PageRoute[] = ["activity", "uptime"].map((what) => ({
  path: `/:author/:slug/${what}.csv`,
  accepts: isModel,
  answer: async (reads, { steps, routes }) => {
    const named = readName(reads, nameOf(steps));
    if (named === undefined) return undefined;
    const { activity, uptime } = await trafficOf(reads, named.model, new Set(routes));
    return { contentType: "text/csv; charset=utf-8", body: csvOfTable(what === "uptime" ? uptimeTable(uptime) : dailyTable(activity)) };
  },
}));

const sections: Readonly<Record<string, string>> = {
  providers: "providers", performance: "providers", pricing: "providers", uptime: "uptime", apps: "apps", activity: "activity", api: "sample-code", parameters: "parameters",
};

interface Named {
  readonly model: Model;
  /** Those that are no part of the model's own slug. */
  readonly variants: readonly Variant[];
}

function nameOf(steps: PageRequest["steps"]): string {
  return `${steps["author"] ?? ""}/${steps["slug"] ?? ""}`;
}

function isModel(reads: PageReads, steps: PageRequest["steps"]): boolean {
  return readName(reads, nameOf(steps)) !== undefined;
}

function readName({ catalog }: Pick<PageReads, "catalog">, name: string): Named | undefined {
  const read = readSlug(name, catalog.find);
  return read.model === undefined || "unknownSuffix" in read ? undefined : read;
}

function canonicalName({ model, variants }: Named): string {
  return [model.slug, ...new Set(variants)].join(":");
}

/** What "latest" means changes; what an alias means does not. */
function redirectTo(path: string, query: URLSearchParams, asked: string): Redirect {
  return { redirect: query.size === 0 ? path : `${path}?${query.toString()}`, isPermanent: !asked.startsWith("~") };
}

async function dataOf(reads: PageReads, request: PageRequest, named: Named): Promise<ModelPageData> {
  const { catalog, clock } = reads;
  const { model } = named;
  const { query, origin } = request;
  const places = new Set(request.routes);
  const asked = canonicalName(named);
  const traffic = await trafficOf(reads, model, places);
  const wish = readWish(query, model);
  const order = endpointOrderIn(query);
  const samples = samplesOf(model, origin, query);
  const answer = previewOf(reads, model, asked, wish);
  return {
    slug: model.slug, askedSlug: asked, fullName: model.name, name: shortName(model), authorName: model.authorName,
    authorPath: places.has("/:author") ? `/${model.author}` : `/models?model_authors=${encodeURIComponent(model.author)}`,
    description: model.description, createdAt: model.createdAt * 1000,
    inputs: model.inputModalities, outputs: model.outputModalities, prices: pricesOf(model.pricing),
    context: limitOf(model.contextLength), outputMax: givesTokens(model) ? limitOf(model.outputTokensMax) : undefined,
    facts: factsOf(model), aliases: [...new Set([...model.aliases, model.canonicalSlug])].filter((name) => name !== model.slug),
    ending: endingOf(model, clock()), variants: withEffect(variantsOf(catalog, model, asked), () => ({ own: previewOf(reads, model, model.slug, wish), asked: answer })),
    endpoints: endpointRows(reads, model, { places, traffic, order }), order,
    preview: { wish, answer, parameters: previewParameters(model) },
    parameters: samples.kind === "chat" ? parameterRows(model) : taskParameterRows(samples.kind),
    siblings: siblingsOf(catalog.models, model), similar: similarTo(catalog.models, model),
    samples, isDemo: reads.isDemo, places,
    week: traffic.week, apps: traffic.apps, activity: traffic.activity, uptime: traffic.uptime,
  };
}

function samplesOf(model: Model, origin: string, query: URLSearchParams): ModelPageData["samples"] {
  const kind = kindOf(model);
  const modes = kind === "chat" ? sampleModes.filter((mode) => canShow(model, mode)) : (["plain"] as const);
  return { baseUrl: `${origin}/api/v1`, kind, modes, takesSchema: model.supportedParameters.includes("structured_outputs"), givesImages: kind === "chat" && model.outputModalities.includes("image"), mode: modes.find((mode) => mode === query.get("sample")) ?? "plain", isAttributed: query.get("app") === "1" };
}

function canShow({ supportedParameters, inputModalities }: Model, mode: SampleMode): boolean {
  if (mode === "tools") return supportedParameters.includes("tools");
  if (mode === "json") return supportedParameters.includes("structured_outputs") || supportedParameters.includes("response_format");
  return mode === "image" ? inputModalities.includes("image") : true;
}

/** Undefined for what no route of ours is for. */
function kindOf({ outputModalities }: Model): SampleKind | undefined {
  if (outputModalities.includes("text")) return "chat";
  return outputModalities.map((modality) => kinds[modality]).find((kind) => kind !== undefined);
}

const kinds: Readonly<Record<string, SampleKind>> = { image: "images", embeddings: "embeddings", rerank: "rerank", audio: "speech", speech: "speech", transcription: "transcription" };

/** `/providers`. */

import type { Provider } from "../../catalog/model.ts";
import { country } from "../../../web/format/country.ts";
import { sourceOf } from "../../../web/format/measured.ts";
import { csvOf } from "../../../web/format/csv.ts";
import { isProviderSort, providersPage, type ListedProvider, type ProviderQuery, type ProviderSort, type UsedProvider } from "../../../web/pages/providers/page.tsx";
import { bookOf } from "./book.ts";
import type { PageReads, PageRoute } from "./page-route.ts";
import { offersByProvider, stateOf, type Offer } from "./provider-offers.ts";
import { pointOf } from "./uptime-points.ts";

export const providersRoute: PageRoute = {
  path: "/providers",
  answer: async (reads, { query: params }) => {
    const query = queryIn(params);
    const all = listedProviders(reads);
    const used = await usedProviders(reads);
    const shown = all.filter((provider) => fits(provider, query)).toSorted(orders[query.sort]);
    const countries = [...new Set(all.flatMap(({ headquarters }) => (headquarters === undefined ? [] : [headquarters])))].map((code) => ({ code, name: country(code) })).toSorted((one, other) => one.name.localeCompare(other.name, "en"));
    return providersPage({ query, total: all.length, providers: shown, countries, book: bookOf(reads), used: used.rows, source: used.source });
  },
};

export const providersCsvRoute: PageRoute = {
  path: "/providers.csv",
  answer: (reads) => ({
    contentType: "text/csv; charset=utf-8",
    body: csvOf([
      ["slug", "name", "kind", "models", "endpoints", "callable_endpoints", "trains_on_prompts", "retains_prompts", "retention_days", "headquarters", "datacenters"],
      ...listedProviders(reads).map(({ slug, name, kind, models, endpoints, state, policy, headquarters, datacenters }) => [
        slug, name, kind, models, endpoints, state.callable, said(policy.training), said(policy.retainsPrompts), policy.retentionDays ?? "", headquarters ?? "", datacenters.join(" "),
      ]),
    ]),
  }),
};

function said(claim: boolean | undefined): string {
  return claim === undefined ? "" : String(claim);
}

function queryIn(params: URLSearchParams): ProviderQuery {
  const sort = params.get("sort") ?? "";
  return {
    sort: isProviderSort(sort) ? sort : "models", country: params.get("country") ?? "",
    isCallable: params.get("callable") === "true", noTraining: params.get("training") === "false",
  };
}

function fits({ headquarters, state, policy }: ListedProvider, query: ProviderQuery): boolean {
  return (query.country === "" || headquarters === query.country) && (!query.isCallable || state.callable > 0) && (!query.noTraining || policy.training === false);
}

const byName = (one: ListedProvider, other: ListedProvider) => one.name.localeCompare(other.name, "en");

const orders: Readonly<Record<ProviderSort, (one: ListedProvider, other: ListedProvider) => number>> = {
  models: (one, other) => other.models - one.models || byName(one, other),
  name: byName,
  country: (one, other) => (one.headquarters ?? "ZZ").localeCompare(other.headquarters ?? "ZZ", "en") || byName(one, other),
};

function listedProviders(reads: PageReads): readonly ListedProvider[] {
  const offers = offersByProvider(reads);
  return reads.catalog.providers.map((provider) => listed(provider, offers.get(provider.slug) ?? []));
}

function listed(provider: Provider, offers: readonly Offer[]): ListedProvider {
  const { slug, name, kind, dataPolicy: policy, headquarters, datacenters = [] } = provider;
  return {
    slug, name, kind, policy, datacenters, ...(headquarters === undefined ? {} : { headquarters }),
    models: new Set(offers.map(({ model }) => model.slug)).size, endpoints: offers.length, state: stateOf(provider, offers),
  };
}

/** Those that were called in seven days, the busiest of the week first. */
async function usedProviders(reads: PageReads): Promise<{ readonly rows: readonly UsedProvider[]; readonly source: string }> {
  const { usage, catalog } = reads;
  const [uptimes, weeks] = await Promise.all([usage.providersUptime("hour"), usage.providersActivity(7)]);
  const rows = [...weeks].map(([slug, week]): UsedProvider => {
    const uptime = uptimes.find(({ of }) => of === slug);
    return {
      slug, name: catalog.findProvider(slug)?.name ?? slug, n: uptime?.n ?? 0, share: uptime?.overall.availability ?? undefined,
      ticks: (uptime?.points ?? []).map(pointOf),
      requests: week.n, tokens: week.days.reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0),
      tokensByDay: week.days.map(({ promptTokens, completionTokens }) => promptTokens + completionTokens),
    };
  });
  const [first] = uptimes;
  const n = rows.reduce((sum, row) => sum + row.n, 0);
  return { rows: rows.toSorted((one, other) => other.tokens - one.tokens), source: first === undefined ? "" : sourceOf({ ...first, n }, bookOf(reads), "attempt") };
}

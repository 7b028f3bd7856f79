/** Who serves models: how those that were called did here, and what all of them say of themselves. */

import { Sparkline } from "../../charts/sparkline.tsx";
import type { UptimePoint } from "../../charts/uptime-figure.tsx";
import { UptimeStrip } from "../../charts/uptime-strip.tsx";
import { country } from "../../format/country.ts";
import type { Book } from "../../format/measured.ts";
import { compact, counted, exact, samplesMin, uptime } from "../../format/number.ts";
import { asOf } from "../../format/time.ts";
import type { Page } from "../../shell/page.ts";
import { Chip } from "../../ui/chip.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link, useHref } from "../../ui/link.tsx";
import { NoTraffic, SandboxNote } from "../../ui/traffic.tsx";

export interface ProvidersData {
  readonly query: ProviderQuery;
  readonly total: number;
  readonly providers: readonly ListedProvider[];
  readonly countries: readonly { readonly code: string; readonly name: string }[];
  readonly book: Book;
  readonly used: readonly UsedProvider[];
  /** Of the uptimes. */
  readonly source: string;
}

const sorts = ["models", "name", "country"] as const;
export type ProviderSort = (typeof sorts)[number];

export function isProviderSort(text: string): text is ProviderSort {
  return (sorts as readonly string[]).includes(text);
}

export interface ProviderQuery {
  readonly sort: ProviderSort;
  /** "" for all. */
  readonly country: string;
  readonly isCallable: boolean;
  readonly noTraining: boolean;
}

/** Whether and how it can be called here. */
export interface ProviderState {
  readonly word: string;
  readonly tone?: "fair" | "brass" | "needle";
  readonly note: string;
  /** How many endpoints can be. */
  readonly callable: number;
}

/** What a provider says of itself; undefined is unsaid. */
export interface DeclaredPolicy {
  readonly training: boolean | undefined;
  readonly retainsPrompts: boolean | undefined;
  readonly retentionDays: number | undefined;
  readonly zdr: boolean;
}

export interface ListedProvider {
  readonly slug: string;
  readonly name: string;
  readonly kind: string;
  readonly models: number;
  readonly endpoints: number;
  readonly state: ProviderState;
  readonly policy: DeclaredPolicy;
  readonly headquarters?: string;
  readonly datacenters: readonly string[];
}

export interface UsedProvider {
  readonly slug: string;
  readonly name: string;
  /** Attempts in 72 hours, and the share of them that succeeded. */
  readonly n: number;
  readonly share: number | undefined;
  readonly ticks: readonly UptimePoint[];
  /** Of seven days. */
  readonly requests: number;
  readonly tokens: number;
  readonly tokensByDay: readonly number[];
}

export function providersPage(data: ProvidersData): Page {
  return {
    title: "Providers", path: "/providers",
    description: `${counted(data.total, "provider")} of models: uptime as measured here, and what each says of training, retention and place.`,
    body: <Providers data={data} />,
  };
}

function Providers({ data: { query, total, providers, countries, book, used, source } }: { readonly data: ProvidersData }) {
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Providers</h1>
        <p className="lede">What was measured here and what providers say of themselves stand apart: the first is of this gateway’s own traffic, the second of the catalog.</p>
      </div>
      <SandboxNote book={book} />
      <section className="section" aria-labelledby="measured">
        <div className="section-head"><h2 id="measured">Measured here</h2></div>
        {used.length === 0
          ? <NoTraffic what="No provider was called from here yet, so there is nothing to measure." />
          : <Measured used={used} source={source} />}
      </section>
      <section className="section" aria-labelledby="declared">
        <div className="section-head"><h2 id="declared">As they say</h2><Link to="/providers.csv" download="">CSV of all</Link></div>
        <Filter query={query} countries={countries} />
        <p role="status"><strong>{counted(providers.length, "provider")}</strong>{providers.length < total && <span className="muted"> of {exact(total)}</span>}</p>
        {providers.length === 0
          ? <EmptyState reason="No provider fits all of these filters." action={<Link to="/providers">Show all providers</Link>} />
          : <Declared providers={providers} query={query} />}
        <p className="as-of">From the catalog: published policies and price lists, not verified here. “Not stated” means that the catalog knows of no statement; routing takes that as the worse answer.</p>
      </section>
    </div>
  );
}

/** Those of which an uptime can be said, and the others by name and count alone. */
function Measured({ used, source }: Pick<ProvidersData, "used" | "source">) {
  const thin = used.filter(({ n }) => n < samplesMin);
  const rows = used.filter(({ n }) => n >= samplesMin);
  return (
    <>
      {rows.length > 0 && <DataTable caption="Providers called from here" isCaptionHidden columns={measuredColumns} rows={rows} keyOf={({ slug }) => slug} />}
      {thin.length > 0 && (
        <details open={rows.length === 0}>
          <summary>{counted(thin.length, "provider")} with under {samplesMin} attempts in 72 hours: too few for an uptime</summary>
          <ul className="link-columns small">{thin.map(({ slug, name, n }) => <li key={slug}><Link to={`/provider/${slug}`}>{name}</Link> <span className="muted">n = {exact(n)}</span></li>)}</ul>
        </details>
      )}
      <p className="as-of">Uptime: {source}. Tokens and requests are of the last 7 days, today so far.</p>
    </>
  );
}

const measuredColumns: readonly Column<UsedProvider>[] = [
  { name: "Provider", cell: ({ slug, name }) => <Link to={`/provider/${slug}`}>{name}</Link> },
  { name: "Uptime, 72 hours", isNumeric: true, cell: ({ share }) => uptime(share) },
  { name: "Hour by hour", cell: ({ name, ticks }) => <UptimeStrip label={`${name}, 72 hours`} ticks={ticks.map(({ at, share, n: attempts }) => ({ label: attempts === 0 ? asOf(at) : `${asOf(at)} (n = ${attempts})`, share }))} /> },
  { name: "Attempts", isNumeric: true, cell: ({ n }) => exact(n) },
  { name: "Tokens, 7 days", isNumeric: true, cell: ({ tokens }) => <span title={counted(tokens, "token")}>{compact(tokens)}</span> },
  { name: "Day by day", cell: ({ name, tokensByDay }) => <Sparkline label={`Tokens a day at ${name}, 7 days`} values={tokensByDay} format={compact} /> },
  { name: "Requests, 7 days", isNumeric: true, cell: ({ requests }) => exact(requests) },
];

/** Without a script, too: it is a form. */
function Filter({ query, countries }: Pick<ProvidersData, "query" | "countries">) {
  const href = useHref();
  return (
    <form action={href("/providers")} className="filter-bar" aria-label="Filter providers">
      <label className="field"><span>Headquarters</span>
        <select className="input" name="country" defaultValue={query.country}><option value="">All countries</option>{countries.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}</select>
      </label>
      <label className="field"><span>Sort</span>
        <select className="input" name="sort" defaultValue={query.sort}><option value="models">Models</option><option value="name">Name</option><option value="country">Country</option></select>
      </label>
      <label className="check"><input type="checkbox" name="callable" value="true" defaultChecked={query.isCallable} />Callable here</label>
      <label className="check"><input type="checkbox" name="training" value="false" defaultChecked={query.noTraining} />Says it does not train on prompts</label>
      <button type="submit" className="button button-small">Apply</button>
    </form>
  );
}

function Declared({ providers, query }: Pick<ProvidersData, "providers" | "query">) {
  const href = useHref();
  const sorting = (sort: ProviderSort) => ({ sortHref: href(addressOf({ ...query, sort })), ...(query.sort === sort ? { sorted: sort === "models" ? ("descending" as const) : ("ascending" as const) } : {}) });
  const columns: readonly Column<ListedProvider>[] = [
    { name: "Provider", ...sorting("name"), cell: ({ slug, name, kind }) => <><Link to={`/provider/${slug}`}>{name}</Link> <span className="muted small">{kind}</span></> },
    { name: "Here", wraps: true, cell: ({ state: { word, tone, note } }) => <><Chip {...(tone === undefined ? {} : { tone })}>{word}</Chip><span className="cell-note">{note}</span></> },
    { name: "Models", isNumeric: true, ...sorting("models"), cell: ({ models, slug }) => (models === 0 ? "0" : <Link to={`/models?providers=${slug}&output_modalities=all`}>{exact(models)}</Link>) },
    { name: "Trains on prompts", cell: ({ policy }) => trainingText(policy) },
    { name: "Keeps prompts", cell: ({ policy }) => retentionText(policy) },
    { name: "Headquarters", ...sorting("country"), cell: ({ headquarters }) => (headquarters === undefined ? "not stated" : country(headquarters)) },
    { name: "Data centres", wraps: true, cell: ({ datacenters }) => (datacenters.length === 0 ? "not stated" : datacenters.map(country).join(", ")) },
  ];
  return <DataTable caption="What providers say of themselves" isCaptionHidden columns={columns} rows={providers} keyOf={({ slug }) => slug} />;
}

function trainingText({ training }: DeclaredPolicy): string {
  return training === undefined ? "not stated" : training ? "yes" : "no";
}

function retentionText({ retainsPrompts, retentionDays, zdr }: DeclaredPolicy): string {
  if (zdr || retainsPrompts === false) return "no";
  if (retainsPrompts === undefined) return "not stated";
  return retentionDays === undefined ? "yes" : `${counted(retentionDays, "day")}`;
}

function addressOf({ sort, country: code, isCallable, noTraining }: ProviderQuery): string {
  const params = new URLSearchParams({ ...(sort === "models" ? {} : { sort }), ...(code === "" ? {} : { country: code }), ...(isCallable ? { callable: "true" } : {}), ...(noTraining ? { training: "false" } : {}) });
  return params.size === 0 ? "/providers" : `/providers?${params.toString()}`;
}

/** One provider: what it says of itself and what was measured here, side by side and never mixed. */

import type { ReactNode } from "react";
import { StackedBars, type Day } from "../../charts/stacked-bars.tsx";
import { UptimeFigure, type UptimePoint } from "../../charts/uptime-figure.tsx";
import { country } from "../../format/country.ts";
import type { Book } from "../../format/measured.ts";
import { compact, context, counted, exact, rate, sampled, uptime } from "../../format/number.ts";
import { money, price } from "../../format/price.ts";
import { duration } from "../../format/time.ts";
import type { Page } from "../../shell/page.ts";
import { Banner } from "../../ui/banner.tsx";
import { Chip } from "../../ui/chip.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link, OutsideLink } from "../../ui/link.tsx";
import { Stats } from "../../ui/stats.tsx";
import { NoTraffic, SandboxNote } from "../../ui/traffic.tsx";

export interface ProviderPageData {
  readonly slug: string;
  readonly name: string;
  /** Undefined, as all that it says, for one that is not in the catalog. */
  readonly kind: string | undefined;
  readonly state: { readonly word: string; readonly tone?: "fair" | "brass" | "needle"; readonly note: string; readonly callable: number };
  readonly credentialEnv: string | undefined;
  readonly protocol: string | undefined;
  readonly baseUrl: string | undefined;
  /** As it says; undefined where the catalog does not know it. */
  readonly policy: { readonly training: boolean | undefined; readonly retainsPrompts: boolean | undefined; readonly retentionDays: number | undefined; readonly zdr: boolean } | undefined;
  readonly headquarters: string | undefined;
  readonly datacenters: readonly string[];
  readonly links: readonly { readonly name: string; readonly href: string }[];
  readonly offers: readonly OfferRow[];
  readonly hours: UptimeData;
  readonly days: UptimeData;
  readonly week: { readonly tokens: number; readonly requests: number };
  /** Values are fresh prompt, cached prompt, answer, reasoning. */
  readonly activity: { readonly days: readonly Day[]; readonly source: string; readonly requests: number; readonly cost: number };
  readonly book: Book;
}

export interface UptimeData {
  readonly n: number;
  /** Of the attempts at it. */
  readonly share: number | undefined;
  /** Of the requests that tried it first, those that were answered. */
  readonly withRouting: number | undefined;
  readonly withoutRouting: number | undefined;
  /** Attempts; the refused ones are no part of `n`. */
  readonly failures: number;
  readonly rateLimited: number;
  readonly points: readonly UptimePoint[];
  readonly source: string;
}

/** A model at this provider. Prices are decimal dollars per million tokens. */
export interface OfferRow {
  readonly id: string;
  readonly tag: string;
  /** Is it one of several ways to buy the model here? The tag then says which. */
  readonly tier: boolean;
  /** The provider's own name for the model, where it is sold here under several with one tag. */
  readonly listing?: string;
  readonly model: string;
  readonly name: string;
  readonly isCallable: boolean;
  readonly prompt?: string;
  readonly completion?: string;
  readonly context?: number;
  readonly quantization?: string;
  /** Among all that sell the model, the cheapest first. */
  readonly priceRank: { readonly place: number; readonly of: number } | undefined;
  /** Medians of 7 days; undefined under the least number of samples. */
  readonly latency: number | undefined;
  readonly latencySamples: number;
  readonly throughput: number | undefined;
  readonly throughputSamples: number;
  /** Of 72 hours. */
  readonly share: number | undefined;
  readonly attempts: number;
}

export function providerPage(data: ProviderPageData): Page {
  const { name, slug, offers } = data;
  return {
    title: `${name.slice(0, 30)} – Models, Prices, Uptime`, path: `/provider/${slug}`,
    description: `${counted(modelCount(offers), "model")} at ${name}: prices, speed and uptime as measured on this gateway, and what it says of training and retention.`,
    body: <Provider data={data} />,
  };
}

function modelCount(offers: readonly OfferRow[]): number {
  return new Set(offers.map(({ model }) => model)).size;
}

function Provider({ data }: { readonly data: ProviderPageData }) {
  const { name, slug, kind, state, offers, hours, days, week, activity, book } = data;
  const models = modelCount(offers);
  return (
    <div className="wide page">
      <div className="page-head">
        <p className="small"><Link to="/providers">Providers</Link></p>
        <h1>{name}</h1>
        <p className="head-line"><code className="slug">{slug}</code><CopyButton text={slug} what="slug" isSmall /> {kind !== undefined && <Chip>{kind}</Chip>} <Chip {...(state.tone === undefined ? {} : { tone: state.tone })}>{state.word}</Chip> <span className="muted small">{state.note}</span></p>
      </div>
      <SandboxNote book={book} />
      <Stats
        label={`${name} in figures`}
        stats={[
          { label: "Models", value: models === 0 ? "0" : <Link to={`/models?providers=${slug}&output_modalities=all`}>{exact(models)}</Link> },
          { label: "Endpoints", value: exact(offers.length), note: "a model may be sold in several tiers" },
          { label: "Uptime, 72 hours", value: sampled(hours.n, () => uptime(hours.share)), note: hours.source },
          { label: "Tokens, 7 days", value: compact(week.tokens), note: `${counted(week.tokens, "token")} in ${counted(week.requests, "request")}` },
          { label: "Cost, 90 days", value: money(activity.cost), note: activity.source },
        ]}
      />
      <div className="two-panels">
        <Declared data={data} />
        <Measured data={data} />
      </div>
      <section className="section" aria-labelledby="uptime">
        <div className="section-head"><h2 id="uptime">Uptime</h2><Link to="/status#thresholds">What the colours mean</Link></div>
        {days.n === 0
          ? <NoTraffic what={`Uptime is measured by requests, and none was sent to ${name} in 90 days.`} />
          : (
            <div className="panel stack">
              <UptimeFigure id="uptime-hours" title={`Uptime of ${name}, 72 hours`} unit="hour" {...hours} />
              <UptimeFigure id="uptime-days" title={`Uptime of ${name}, 90 days`} unit="day" {...days} />
            </div>
          )}
      </section>
      <section className="section" aria-labelledby="activity">
        <div className="section-head"><h2 id="activity">Activity</h2></div>
        {activity.requests === 0
          ? <EmptyState reason={`No request was answered by ${name} in 90 days.`} action={<Link to={`/models?providers=${slug}`}>Pick one of its models</Link>} />
          : <div className="panel"><StackedBars id="activity-daily" title={`Tokens per day at ${name}`} unit="token" series={["Prompt", "Prompt from cache", "Answer", "Reasoning"]} days={activity.days} source={activity.source} isLastSoFar csv={`/provider/${slug}/activity.csv`} /></div>}
      </section>
      <section className="section" aria-labelledby="models">
        <div className="section-head"><h2 id="models">Models</h2></div>
        {offers.length === 0
          ? <EmptyState reason={`The catalog has no model with a price at ${name}.`} action={<Link to="/models">See all models</Link>} />
          : <><DataTable caption={`Models at ${name}`} isCaptionHidden columns={offerColumns} rows={offers} keyOf={({ id }) => id} /><p className="as-of">Prices are its list prices per million tokens. Speed is the median of 7 days, uptime of 72 hours, both measured here; under 30 samples the count stands instead.</p></>}
      </section>
      <Calling data={data} />
    </div>
  );
}

function Declared({ data }: { readonly data: ProviderPageData }) {
  return (
    <section className="panel section" aria-labelledby="says">
      <h2 id="says">As {data.name} says</h2>
      {data.kind === undefined ? <p className="muted">It is not in the catalog, so nothing is known of what it says. Routing takes that as the worse answer.</p> : <Claims data={data} />}
    </section>
  );
}

function Claims({ data: { policy, headquarters, datacenters, links, protocol, baseUrl } }: { readonly data: ProviderPageData }) {
  return (
    <>
      <dl className="fact-list">
        <Fact name="Trains on prompts">{claim(policy?.training, "yes", "no")}</Fact>
        <Fact name="Keeps prompts">{retention(policy)}</Fact>
        <Fact name="Zero data retention">{policy === undefined ? "not stated" : policy.zdr ? "yes" : "no"}</Fact>
        <Fact name="Headquarters">{headquarters === undefined ? "not stated" : country(headquarters)}</Fact>
        <Fact name="Data centres">{datacenters.length === 0 ? "not stated" : datacenters.map(country).join(", ")}</Fact>
        <Fact name="Protocol">{protocol === undefined ? "not known" : <code>{protocol}</code>}</Fact>
        <Fact name="Address">{baseUrl === undefined ? "set by the operator" : <code>{baseUrl}</code>}</Fact>
      </dl>
      {links.length > 0 && <ul className="inline-list small">{links.map(({ name: text, href }) => <li key={text}><OutsideLink href={href}>{text}</OutsideLink></li>)}</ul>}
      <p className="as-of">From its published documents, by way of the catalog; not verified here.</p>
    </>
  );
}

function claim(value: boolean | undefined, yes: string, no: string): string {
  return value === undefined ? "not stated" : value ? yes : no;
}

function retention(policy: ProviderPageData["policy"]): string {
  if (policy === undefined) return "not stated";
  if (policy.zdr || policy.retainsPrompts === false) return "no";
  return policy.retentionDays === undefined ? claim(policy.retainsPrompts, "yes, for how long is not stated", "no") : `for ${counted(policy.retentionDays, "day")}`;
}

function Measured({ data: { name, hours, days, week, activity, book } }: { readonly data: ProviderPageData }) {
  return (
    <section className="panel section" aria-labelledby="seen">
      <h2 id="seen">As measured here</h2>
      {activity.requests === 0 && days.n === 0
        ? <p className="muted">Nothing yet: no request of this gateway went to {name} in 90 days.</p>
        : (
          <>
            <dl className="fact-list">
              <Fact name="Attempts that succeeded, 72 hours">{sampled(hours.n, () => uptime(hours.share))}</Fact>
              <Fact name="The same, 90 days">{sampled(days.n, () => uptime(days.share))}</Fact>
              <Fact name="Requests that tried it first and were answered, 90 days">{sampled(days.n, () => uptime(days.withRouting))}</Fact>
              <Fact name="The same without a fallback">{sampled(days.n, () => uptime(days.withoutRouting))}</Fact>
              <Fact name="Attempts that failed, 90 days">{exact(days.failures)} of {exact(days.n)}</Fact>
              <Fact name="Refused for too many requests, 90 days">{exact(days.rateLimited)}</Fact>
              <Fact name="Requests it answered, 7 days">{exact(week.requests)}</Fact>
              <Fact name="Requests it answered, 90 days">{exact(activity.requests)}</Fact>
            </dl>
            <p className="as-of">{days.source}{book === "demo" ? "" : "; a request that was refused for too many is no part of uptime"}</p>
          </>
        )}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

const offerColumns: readonly Column<OfferRow>[] = [
  { name: "Model", cell: ({ name, model, tag, tier, listing }) => <><Link to={`/${model}`}>{name}</Link>{tier && <> <Chip>{tag}</Chip></>}{listing !== undefined && <> <Chip>{listing}</Chip></>}<br /><code className="slug">{model}</code></> },
  { name: "Input", isNumeric: true, title: "Dollars per million input tokens", cell: ({ prompt }) => amount(prompt) },
  { name: "Output", isNumeric: true, title: "Dollars per million output tokens", cell: ({ completion }) => amount(completion) },
  { name: "By price", title: "Its place among all that sell the model", cell: ({ priceRank }) => (priceRank === undefined ? "—" : priceRank.place === 1 ? `cheapest of ${priceRank.of}` : `${priceRank.place} of ${priceRank.of}`) },
  { name: "Context", isNumeric: true, cell: ({ context: tokens }) => <span title={tokens === undefined ? "not stated" : `${exact(tokens)} tokens`}>{context(tokens)}</span> },
  { name: "Quantization", cell: ({ quantization }) => quantization ?? "—" },
  { name: "First content", isNumeric: true, title: "Median of 7 days", cell: ({ latency, latencySamples }) => measured(latency, latencySamples, duration) },
  { name: "Throughput", isNumeric: true, title: "Median of 7 days", cell: ({ throughput, throughputSamples }) => measured(throughput, throughputSamples, rate) },
  { name: "Uptime", isNumeric: true, title: "Of the attempts of 72 hours", cell: ({ share, attempts }) => (attempts === 0 ? "—" : sampled(attempts, () => uptime(share))) },
  { name: "Callable here", cell: ({ isCallable }) => (isCallable ? "yes" : "no") },
];

function amount(dollars: string | undefined): string {
  return dollars === undefined ? "—" : price(dollars);
}

function measured(value: number | undefined, samples: number, format: (value: number) => string): string {
  return samples === 0 ? "—" : value === undefined ? `n = ${exact(samples)}` : format(value);
}

function Calling({ data: { name, slug, state, credentialEnv, offers } }: { readonly data: ProviderPageData }) {
  const model = offers.find(({ isCallable }) => isCallable)?.model ?? offers[0]?.model;
  if (model === undefined) return null;
  return (
    <section className="section" aria-labelledby="calling">
      <div className="section-head"><h2 id="calling">{state.callable > 0 ? "Send requests here alone" : "Set it up"}</h2></div>
      {state.callable === 0 && <Banner>{credentialEnv === undefined ? <>Name {name} and its credential in the configuration file.</> : <>Start the gateway with <code>{credentialEnv}</code> in its environment, and every model above that has an adapter can be called.</>}</Banner>}
      <p>In the body of a request, <code>provider.only</code> keeps it at {name}; <code>provider.ignore</code> keeps it away.</p>
      <CodeBlock id="pin" language="JSON" code={JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }], provider: { only: [slug] } }, null, 2)} what="request" />
    </section>
  );
}

/** One public app: what it uses, and how much. */

import { ShareBar } from "../../charts/share-bar.tsx";
import { StackedBars, type Day } from "../../charts/stacked-bars.tsx";
import type { Book } from "../../format/measured.ts";
import { compact, counted, exact, percent } from "../../format/number.ts";
import { money } from "../../format/price.ts";
import { date, isoDate } from "../../format/time.ts";
import type { Page } from "../../shell/page.ts";
import { AppIcon } from "../../ui/app-icon.tsx";
import { Chip } from "../../ui/chip.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link, OutsideLink } from "../../ui/link.tsx";
import { Stats } from "../../ui/stats.tsx";

export interface AppPageData {
  readonly app: {
    readonly slug: string;
    readonly name: string;
    readonly origin: string;
    readonly categories: readonly string[];
    readonly firstAt: number;
    readonly lastAt: number;
  };
  /** Among public apps, over seven days; null for one that used nothing. */
  readonly rank: number | null;
  readonly book: Book;
  /** Of 90 days. */
  readonly tokens: number;
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Dollars. */
  readonly cost: number;
  readonly source: string;
  readonly isThin: boolean;
  readonly activity: { readonly series: readonly string[]; readonly days: readonly Day[] };
  /** The eight it used most in 30 days; shares are of all its tokens then. */
  readonly models: readonly { readonly slug: string; readonly name: string; readonly isKnown: boolean; readonly tokens: number; readonly share: number }[];
}

export function appPage(data: AppPageData): Page {
  const { app: { name, slug } } = data;
  return {
    title: `${name.slice(0, 40)} – Tokens and Models`, path: `/apps/${encodeURIComponent(slug)}`,
    description: `What ${name} uses through this gateway: tokens by the day and by model, over 90 days.`,
    body: <App data={data} />,
  };
}

function App({ data: { app, rank, tokens, requests, promptTokens, completionTokens, cost, source, isThin, activity, models } }: { readonly data: AppPageData }) {
  return (
    <div className="wide page">
      <div className="page-head">
        <p className="small"><Link to="/apps">Apps</Link></p>
        <h1 className="app-name"><AppIcon name={app.name} size={36} />{app.name}</h1>
        <p className="head-line"><OutsideLink href={app.origin}>{app.origin}</OutsideLink>{app.categories.map((category) => <Chip key={category}>{category.replaceAll("-", " ")}</Chip>)}</p>
      </div>
      <Stats
        label={`${app.name} in figures`}
        stats={[
          { label: "Tokens, 90 days", value: compact(tokens), note: `${counted(tokens, "token")}; ${source}` },
          { label: "Requests, 90 days", value: exact(requests), note: source },
          { label: "Cost, 90 days", value: money(cost), note: "at the prices that its requests were booked at" },
          { label: "Rank, 7 days", value: rank === null ? "—" : <Link to="/rankings?period=week#apps">{`No. ${rank}`}</Link>, note: rank === null ? "nothing used this week" : "among public apps" },
          { label: "First seen", value: <time dateTime={isoDate(app.firstAt)}>{date(app.firstAt)}</time> },
          { label: "Last seen", value: <time dateTime={isoDate(app.lastAt)}>{date(app.lastAt)}</time> },
        ]}
      />
      <section className="section" aria-labelledby="activity">
        <div className="section-head"><h2 id="activity">Activity</h2></div>
        {tokens === 0
          ? <EmptyState reason={`${app.name} has used nothing in 90 days while it was public.`} action={<Link to="/apps#make-public">How requests are attributed</Link>} />
          : <div className="panel"><StackedBars id="app-daily" title="Tokens per day by model" unit="token" series={activity.series} days={activity.days} source={source} isLastSoFar csv={`/apps/${encodeURIComponent(app.slug)}/activity.csv`} /></div>}
      </section>
      {models.length > 0 && (
        <section className="section" aria-labelledby="models">
          <div className="section-head"><h2 id="models">Models, 30 days</h2></div>
          <DataTable
            caption={`Models that ${app.name} uses`} isCaptionHidden rows={models} keyOf={({ slug }) => slug}
            columns={[
              { name: "Model", cell: ({ slug, name, isKnown }) => (isKnown ? <Link to={`/${slug}`}>{name}</Link> : name) },
              { name: "Tokens", isNumeric: true, cell: (model) => <span title={counted(model.tokens, "token")}>{compact(model.tokens)}</span> },
              { name: "Share", isNumeric: true, cell: ({ share }) => (isThin ? "—" : <span className="share"><ShareBar share={share / (models[0]?.share ?? 1)} />{percent(share)}</span>) },
            ]}
          />
          <p className="as-of">Shares are of all its tokens in 30 days. {compact(promptTokens)} of its tokens of 90 days were prompt, {compact(completionTokens)} answer. {isThin && `Under 30 requests shares say nothing and are left out (n = ${requests}).`}</p>
        </section>
      )}
      <p className="muted small measure">An app is here because the owner of its key made it public, and only what that key asked since then is counted. <Link to="/apps#make-public">How that is done</Link></p>
    </div>
  );
}

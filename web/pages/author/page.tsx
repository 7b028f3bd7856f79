/** Whom models are by: all of their models, and what this installation has used of them. */

import { StackedBars, type Day } from "../../charts/stacked-bars.tsx";
import type { ModelRow } from "../../catalog/model-row.ts";
import type { Book } from "../../format/measured.ts";
import { compact, counted, exact, percent } from "../../format/number.ts";
import { pricePerMillion } from "../../format/price.ts";
import { date } from "../../format/time.ts";
import type { Page } from "../../shell/page.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import { ModelCards } from "../../ui/model-list.tsx";
import { Stats } from "../../ui/stats.tsx";
import { SandboxNote } from "../../ui/traffic.tsx";

export interface AuthorData {
  readonly author: string;
  readonly name: string;
  readonly book: Book;
  /** Newest first. */
  readonly models: readonly ModelRow[];
  /** Those that have a page and are in no list: snapshots, and what has ended. */
  readonly unlisted: readonly { readonly slug: string; readonly name: string }[];
  /** Dollars per million input tokens; of those that cost something. */
  readonly cheapest: { readonly slug: string; readonly prompt: string } | undefined;
  readonly week: {
    readonly tokens: number;
    readonly requests: number;
    readonly share: number;
    readonly rank: number | undefined;
    /** How many authors are ranked. */
    readonly of: number;
    readonly isThin: boolean;
    readonly source: string;
  };
  readonly activity: { readonly series: readonly string[]; readonly days: readonly Day[]; readonly source: string };
}

export function authorPage(data: AuthorData): Page {
  const { author, name, models } = data;
  return {
    title: `${name.slice(0, 40)} – Models and Prices`, path: `/${author}`,
    description: `${counted(models.length, "model")} by ${name} with prices, context lengths and providers, and how much of them goes through this gateway.`,
    feeds: [{ title: "New models", path: "/api/v1/models?use_rss=true" }],
    jsonLd: { "@context": "https://schema.org", "@type": "CollectionPage", name: `Models by ${name}`, about: { "@type": "Organization", name } },
    body: <Author data={data} />,
  };
}

function Author({ data: { author, name, book, models, unlisted, cheapest, week, activity } }: { readonly data: AuthorData }) {
  const newest = models[0];
  return (
    <div className="wide page">
      <div className="page-head">
        <p className="small"><Link to="/models">Models</Link></p>
        <h1>{name}</h1>
        <p className="head-line"><code className="slug">{author}</code> <Link className="small" to={`/models?model_authors=${author}`}>Filter and sort these models</Link> <Link className="small" to={`/api/v1/models?use_rss=true&model_authors=${author}`}>RSS</Link></p>
      </div>
      <SandboxNote book={book} />
      <Stats
        label={`${name} in figures`}
        stats={[
          { label: "Models", value: exact(models.length) },
          ...(newest === undefined ? [] : [{ label: "Newest", value: date(newest.createdAt), note: newest.name }]),
          ...(cheapest === undefined ? [] : [{ label: "Cheapest input", value: pricePerMillion(cheapest.prompt), note: cheapest.slug }]),
          { label: "Tokens, 7 days", value: compact(week.tokens), note: `${counted(week.tokens, "token")} in ${counted(week.requests, "request")}; ${week.source}` },
          ...(week.rank === undefined ? [] : [{ label: "Rank here, 7 days", value: <Link to="/rankings#authors">{`${week.rank} of ${week.of}`}</Link>, note: week.isThin ? "too few requests for a share" : `${percent(week.share)} of all tokens` }]),
        ]}
      />
      <section className="section" aria-labelledby="activity">
        <div className="section-head"><h2 id="activity">Activity here</h2></div>
        {activity.series.length === 0
          ? <EmptyState reason={`No model by ${name} was used through this gateway in 90 days.`} action={newest === undefined ? undefined : <Link to={`/${newest.slug}`}>Try {newest.name}</Link>} />
          : <div className="panel"><StackedBars id="author-daily" title={`Tokens per day, models by ${name}`} unit="token" series={activity.series} days={activity.days} source={activity.source} isLastSoFar /></div>}
      </section>
      <section className="section" aria-labelledby="models">
        <div className="section-head"><h2 id="models">Models by {name}</h2></div>
        {models.length === 0
          ? <EmptyState reason={`No model by ${name} is listed; what it had has ended, or has a name of its own below.`} action={<Link to="/models">See all models</Link>} />
          : <ModelCards models={models} headingLevel={3} />}
      </section>
      {unlisted.length > 0 && (
        <section className="section" aria-labelledby="unlisted">
          <div className="section-head"><h2 id="unlisted">Not in the list</h2></div>
          <p className="muted">These have a page and may be called by their name; dated snapshots and models that have ended are among them.</p>
          <ul className="link-columns">{unlisted.map(({ slug, name: title }) => <li key={slug}><Link to={`/${slug}`}>{title}</Link></li>)}</ul>
        </section>
      )}
    </div>
  );
}

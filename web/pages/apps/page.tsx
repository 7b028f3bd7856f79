/** The public apps of this installation, and how an app becomes one. */

import { amountChange, rankChange } from "../../format/change.ts";
import type { Book } from "../../format/measured.ts";
import { compact, counted, exact, percent } from "../../format/number.ts";
import type { Page } from "../../shell/page.ts";
import { AppIcon } from "../../ui/app-icon.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Chip } from "../../ui/chip.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link, useHref } from "../../ui/link.tsx";
import { SandboxNote } from "../../ui/traffic.tsx";

export interface AppsData {
  readonly query: AppQuery;
  /** The URL that was asked for and is no public app's; "" for none. */
  readonly asked: string;
  readonly book: Book;
  readonly apps: readonly AppCard[];
  /** Public apps that used something this week. */
  readonly total: number;
  readonly source: string;
  readonly isThin: boolean;
  /** "https://ai.example.org/api/v1" */
  readonly baseUrl: string;
  readonly categories: readonly { readonly name: string; readonly subcategories: readonly string[] }[];
}

export interface AppQuery {
  readonly sort: "popular" | "trending";
  /** "" for all. */
  readonly category: string;
  readonly subcategory: string;
}

export interface AppCard {
  readonly slug: string;
  readonly name: string;
  readonly origin: string;
  readonly categories: readonly string[];
  readonly rank: number;
  readonly previousRank: number | null;
  readonly tokens: number;
  readonly previousAmount: number;
  readonly requests: number;
  /** Of the tokens of all public apps. */
  readonly share: number;
}

export function appsPage(data: AppsData): Page {
  return {
    title: "Apps", path: "/apps",
    description: "The public apps that use this gateway, by tokens of the last seven days. Apps are private until the owner of their key says otherwise.",
    body: <Apps data={data} />,
  };
}

function Apps({ data: { query, asked, book, apps, total, source, isThin, baseUrl, categories } }: { readonly data: AppsData }) {
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Apps</h1>
        <p className="lede">Public apps that use this gateway, by tokens of the last 7 days. Every app is private until the owner of its key makes it public.</p>
      </div>
      <SandboxNote book={book} />
      {asked !== "" && <Banner tone="brass">There is no public app at {asked.slice(0, 200)}. If it is yours, <a href="#make-public">make it public</a>.</Banner>}
      <section className="section" aria-label="Public apps">
        <Filters query={query} categories={categories} />
        {apps.length === 0
          ? <Nothing query={query} total={total} book={book} />
          : <><ul className="cards">{apps.map((app) => <Card key={app.slug} app={app} isThin={isThin} />)}</ul><p className="as-of">{source}. Changes are against the 7 whole days before; shares are of all public apps together. <Link to="/rankings.csv?of=apps&period=week" download="">CSV</Link></p></>}
      </section>
      <MakePublic baseUrl={baseUrl} />
    </div>
  );
}

function Card({ app, isThin }: { readonly app: AppCard; readonly isThin: boolean }) {
  return (
    <li className="card">
      <div className="card-head">
        <h2 className="app-name"><AppIcon name={app.name} /><Link to={`/apps/${encodeURIComponent(app.slug)}`}>{app.name}</Link></h2>
        <Chip>{`No. ${app.rank}`}</Chip>
      </div>
      <p className="slug">{app.origin}</p>
      <dl className="facts">
        <div><dt>Tokens</dt><dd><span title={counted(app.tokens, "token")}>{compact(app.tokens)}</span></dd></div>
        <div><dt>Requests</dt><dd>{exact(app.requests)}</dd></div>
        {!isThin && <div><dt>Share</dt><dd>{percent(app.share)}</dd></div>}
        {!isThin && <div><dt>Change</dt><dd>{amountChange(app.tokens, app.previousAmount)}</dd></div>}
        {!isThin && <div><dt>Place</dt><dd>{rankChange(app.rank, app.previousRank)}</dd></div>}
      </dl>
      {app.categories.length > 0 && <p className="card-foot">{app.categories.map(words).join(" · ")}</p>}
    </li>
  );
}

function Filters({ query, categories }: Pick<AppsData, "query" | "categories">) {
  const href = useHref();
  return (
    <form action={href("/apps")} className="filter-bar" aria-label="Filter apps">
      <label className="field"><span>Category</span>
        <select className="input" name="category" defaultValue={query.category}>
          <option value="">All</option>
          {categories.map(({ name }) => <option key={name} value={name}>{words(name)}</option>)}
        </select>
      </label>
      <label className="field"><span>Kind</span>
        <select className="input" name="subcategory" defaultValue={query.subcategory}>
          <option value="">All</option>
          {categories.map(({ name, subcategories }) => <optgroup key={name} label={words(name)}>{subcategories.map((kind) => <option key={kind} value={kind}>{words(kind)}</option>)}</optgroup>)}
        </select>
      </label>
      <label className="field"><span>Sort</span>
        <select className="input" name="sort" defaultValue={query.sort}><option value="popular">Most tokens</option><option value="trending">Trending</option></select>
      </label>
      <button type="submit" className="button button-small">Apply</button>
      {query.sort === "trending" && <span className="muted small">Trending: by tokens beyond the mean of the three weeks before.</span>}
    </form>
  );
}

function Nothing({ query, total, book }: Pick<AppsData, "query" | "total" | "book">) {
  if (total > 0) return <EmptyState reason={query.sort === "trending" ? "No public app of this kind grows beyond its last three weeks." : "No public app of this kind was used in the last 7 days."} action={<Link to="/apps">Show all {counted(total, "app")}</Link>} />;
  return <EmptyState reason={book === "sandbox" ? "Requests to the sandbox belong to no app, and nothing else can be called here yet." : "No public app has used this gateway in the last 7 days."} action={<a href="#make-public">Make an app public</a>} />;
}

function MakePublic({ baseUrl }: { readonly baseUrl: string }) {
  const headers = `curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer $WINDROSE_API_KEY" \\
  -H "HTTP-Referer: https://app.example" \\
  -H "X-OpenRouter-Title: My app" \\
  -H "X-OpenRouter-Categories: cli-agent" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "openrouter/auto", "messages": [{"role": "user", "content": "Hello!"}]}'`;
  const open = `curl -X PATCH ${baseUrl}/keys/$KEY_HASH \\
  -H "Authorization: Bearer $WINDROSE_MANAGEMENT_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"public_app": true}'`;
  return (
    <section className="section" id="make-public" aria-labelledby="make-public-heading">
      <div className="section-head"><h2 id="make-public-heading">Make an app public</h2></div>
      <ol className="steps">
        <li><h3>Say who you are</h3><p>The origin of <code>HTTP-Referer</code> is the app; a title alone is none. On localhost the title is part of it and must be there. Categories are optional.</p><CodeBlock id="attribute" language="curl" code={headers} what="request with headers" /></li>
        <li><h3>Make its key public</h3><p>Requests with that key count publicly from then on. Without it, an app is in nobody’s list, whatever headers it sends.</p><CodeBlock id="open-key" language="curl" code={open} what="request for the key" /></li>
      </ol>
    </section>
  );
}

/** "ide-extension" as "Ide extension". */
function words(name: string): string {
  const text = name.replaceAll("-", " ").replace(/\b(?:ide|cli)\b/g, (word) => word.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Who is used most on this installation: models, their authors, public apps. */

import type { ReactNode } from "react";
import { StackedBars, type Day } from "../../charts/stacked-bars.tsx";
import { ShareBar } from "../../charts/share-bar.tsx";
import { amountChange, rankChange } from "../../format/change.ts";
import type { Book } from "../../format/measured.ts";
import { compact, counted, exact, percent, samplesMin } from "../../format/number.ts";
import { money } from "../../format/price.ts";
import type { Page } from "../../shell/page.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import { Risers } from "../../ui/risers.tsx";
import { NoTraffic, SandboxNote } from "../../ui/traffic.tsx";
import { WeeklySharesTable, type WeeklyShares } from "./weekly-shares.tsx";

export const periods = ["day", "week", "month", "all"] as const;
export type Period = (typeof periods)[number];

export const rankedBys = ["tokens", "requests", "cost"] as const;
export type RankedBy = (typeof rankedBys)[number];

export interface Order {
  readonly period: Period;
  readonly by: RankedBy;
}

export const rankedKinds = ["models", "authors", "apps"] as const;
export type RankedKind = (typeof rankedKinds)[number];

export interface RankingsData {
  readonly order: Order;
  readonly book: Book;
  readonly models: RankedSection;
  readonly authors: RankedSection;
  readonly apps: RankedSection;
  readonly rising: readonly RankedRow[];
  readonly weeks: WeeklyShares;
}

export interface RankedSection {
  readonly kind: RankedKind;
  /** The last may be all others together. */
  readonly rows: readonly RankedRow[];
  /** How many there are in all. */
  readonly count: number;
  readonly tokens: number;
  readonly requests: number;
  /** Dollars. */
  readonly cost: number;
  /** Too few requests for shares and changes. */
  readonly isThin: boolean;
  readonly window: { readonly from: number; readonly to: number };
  readonly asOf: number;
  readonly source: string;
  readonly chart?: { readonly series: readonly string[]; readonly days: readonly Day[]; readonly source: string };
}

export interface RankedRow {
  /** Null for all others together. */
  readonly rank: number | null;
  /** The slug of a model or an author, the number of an app. */
  readonly id: string;
  readonly name: string;
  readonly path?: string;
  readonly tokens: number;
  readonly requests: number;
  /** Of what it is ranked by, of all. */
  readonly share: number;
  /** In dollars: for the page, and exactly. */
  readonly cost: number;
  readonly costText: string;
  readonly previousRank: number | null;
  /** Of what it is ranked by. */
  readonly previousAmount: number;
}

export function rankingsPage(data: RankingsData): Page {
  return {
    title: "Rankings", path: "/rankings",
    description: "Models, authors and apps by the tokens that went through this gateway: today, this week, this month and in all, with shares and what changed.",
    jsonLd: {
      "@context": "https://schema.org", "@type": "Dataset", name: "Tokens by model and by day", description: "What went through this gateway: tokens of each model, each day, without private apps and without the sandbox.",
      isAccessibleForFree: true, variableMeasured: "tokens",
    },
    body: <Rankings data={data} />,
  };
}

const spans: Readonly<Record<Period, { readonly name: string; readonly text: string; readonly before: string }>> = {
  day: { name: "Day", text: "the last 24 hours", before: "the 24 hours before" },
  week: { name: "Week", text: "the last 7 days", before: "the 7 days before" },
  month: { name: "Month", text: "the last 30 days", before: "the 30 days before" },
  all: { name: "All time", text: "all that is on record", before: "nothing" },
};

const orders: Readonly<Record<RankedBy, { readonly name: string; readonly lede: string }>> = {
  tokens: { name: "Tokens", lede: "By tokens, prompt and completion together, that went through this gateway in" },
  requests: { name: "Requests", lede: "By requests that went through this gateway in" },
  cost: { name: "Spend", lede: "By what the requests through this gateway cost in" },
};

function addressOf({ period, by }: Order, path = "/rankings", of?: RankedKind): string {
  return `${path}?${of === undefined ? "" : `of=${of}&`}period=${period}${by === "tokens" ? "" : `&by=${by}`}`;
}

function Rankings({ data: { order, book, models, authors, apps, rising, weeks } }: { readonly data: RankingsData }) {
  const { period, by } = order;
  const hasChange = period !== "all";
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Rankings</h1>
        <p className="lede">{orders[by].lede} {spans[period].text}{hasChange && `, compared with ${spans[period].before}`}.</p>
        <div className="toolbar">
          <nav className="segmented" aria-label="Period">
            {periods.map((one) => <Link key={one} to={addressOf({ ...order, period: one })} aria-current={one === period ? "page" : undefined}>{spans[one].name}</Link>)}
          </nav>
          <nav className="segmented" aria-label="Ranked by">
            {rankedBys.map((one) => <Link key={one} to={addressOf({ ...order, by: one })} aria-current={one === by ? "page" : undefined}>{orders[one].name}</Link>)}
          </nav>
          {models.count > 0 && <nav aria-label="On this page"><ul className="inline-list"><li><a href="#models">Models</a></li><li><a href="#authors">Authors</a></li><li><a href="#apps">Apps</a></li></ul></nav>}
        </div>
      </div>
      <SandboxNote book={book} />
      {models.count === 0
        ? <NoTraffic what={`No ${by === "cost" ? "money was spent" : `${by} went`} through this gateway in ${spans[period].text}.`}>{hasChange && "A longer period may have some."}</NoTraffic>
        : (
          <>
            <Section section={models} order={order} title="Models" noun="model" />
            {hasChange && rising.length > 0 && !models.isThin && <Rising rows={rising} period={period} />}
            <Section section={authors} order={order} title="Authors" noun="author"><WeeklySharesTable {...weeks} /></Section>
          </>
        )}
      <Section section={apps} order={order} title="Apps" noun="app" />
      <p className="muted small measure">Models count tokens in their own way, so the tokens of two models are not the same amount of text. {book === "sandbox" ? "Requests to the sandbox belong to no app." : "Left out are sandbox requests and, among apps, those that are private."} <Link to="/docs/usage">How figures are counted</Link>, and how to read them by the day.</p>
    </div>
  );
}

interface SectionProps {
  readonly section: RankedSection;
  readonly order: Order;
  readonly title: string;
  readonly noun: string;
  /** After the table. */
  readonly children?: ReactNode;
}

function Section({ section, order, title, noun, children }: SectionProps) {
  const { kind, rows, count, chart, source, isThin } = section;
  const { period, by } = order;
  return (
    <section className="section" id={kind} aria-labelledby={`${kind}-heading`}>
      <div className="section-head">
        <h2 id={`${kind}-heading`}>{title}</h2>
        {rows.length > 0 && <Link to={addressOf(order, "/rankings.csv", kind)} download="">CSV of the table</Link>}
      </div>
      {rows.length === 0
        ? kind === "apps" && <EmptyState reason={`No public app was used in ${period === "day" ? "this day" : spans[period].text}. Apps are private until the owner of their key makes them public.`} action={<Link to="/apps#make-public">Make an app public</Link>} />
        : (
          <>
            <p className="muted">{sentence(section, noun, by)}</p>
            {chart !== undefined && (
              <div className="panel">
                <StackedBars id={`${kind}-daily`} title={`Tokens per day by ${noun}`} source={chart.source} unit="token" series={chart.series} days={chart.days} isLastSoFar csv={`/rankings/daily.csv?of=${kind}&period=${period}`} />
              </div>
            )}
            <DataTable caption={`${title} by ${orders[by].name.toLowerCase()}, ${spans[period].text}`} isCaptionHidden columns={columns(title.slice(0, -1), section, order)} rows={rows} keyOf={({ id }) => id} />
            <p className="as-of">{source}{count > rows.length && ` · ${exact(count)} in all`}{isThin && ` · under ${samplesMin} requests shares and changes say nothing and are left out`}</p>
            {children}
          </>
        )}
    </section>
  );
}

function sentence({ rows, count, tokens, requests, cost, isThin }: RankedSection, noun: string, by: RankedBy): string {
  const [first] = rows;
  const lead = first === undefined || isThin ? "" : ` ${first.name} leads with ${percent(first.share)}.`;
  return `${by === "cost" ? `${money(cost)} for` : `${compact(tokens)} tokens in`} ${counted(requests, "request")} to ${counted(count, noun)}.${lead}`;
}

/** Bars are drawn against the leader's: shares of many are all small. All others together have none, they are no rival. */
function columns(of: string, { rows, isThin }: RankedSection, { period, by }: Order): readonly Column<RankedRow>[] {
  const most = Math.max(...rows.map(({ rank, share }) => (rank === null ? 0 : share)));
  const unlessThin = (text: string) => (isThin ? "—" : text);
  return [
    { name: of, cell: (row) => <span className="ranked"><span className="rank">{row.rank ?? ""}</span><span><Name row={row} />{row.path !== undefined && row.id.includes("/") && <code className="slug">{row.id}</code>}</span></span> },
    { name: "Tokens", isNumeric: true, cell: ({ tokens }) => <span title={counted(tokens, "token")}>{compact(tokens)}</span> },
    { name: "Share", isNumeric: true, cell: ({ rank, share }) => (isThin ? "—" : rank === null ? percent(share) : <span className="share"><ShareBar share={share / most} />{percent(share)}</span>) },
    ...(period === "all" ? [] : [
      { name: "Place", cell: ({ rank, previousRank }: RankedRow) => (rank === null ? "" : <Change text={unlessThin(rankChange(rank, previousRank))} />) },
      { name: "Change", cell: (row: RankedRow) => <span title={`${told(row.previousAmount, by)} in the window before`}>{unlessThin(amountChange(row[by], row.previousAmount))}</span> },
    ]),
    { name: "Requests", isNumeric: true, cell: ({ requests }) => exact(requests) },
    { name: "Cost", isNumeric: true, cell: ({ cost, costText }) => <span title={`$${costText}`}>{money(cost)}</span> },
  ];
}

function told(amount: number, by: RankedBy): string {
  return by === "cost" ? money(amount) : counted(amount, by === "tokens" ? "token" : "request");
}

function Name({ row: { name, path } }: { readonly row: RankedRow }) {
  return path === undefined ? name : <Link to={path}>{name}</Link>;
}

/** The word says it; the sign is for the quick eye. */
function Change({ text }: { readonly text: string }) {
  const sign = text.startsWith("up") ? "▲" : text.startsWith("down") ? "▼" : text === "new" ? "●" : "";
  const tone = text.startsWith("up") || text === "new" ? "rose-up" : text.startsWith("down") ? "rose-down" : "muted";
  return <span className={tone}>{sign !== "" && <span aria-hidden="true">{sign} </span>}{text}</span>;
}

function Rising({ rows, period }: { readonly rows: readonly RankedRow[]; readonly period: Period }) {
  return (
    <section className="section" id="rising" aria-labelledby="rising-heading">
      <h3 id="rising-heading">Rising most against {spans[period].before}</h3>
      <Risers rows={rows} />
    </section>
  );
}

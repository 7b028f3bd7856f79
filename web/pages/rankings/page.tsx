/** Who is used most on this installation: models, their authors, public apps. */

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

export const periods = ["day", "week", "month"] as const;
export type Period = (typeof periods)[number];

export const rankedKinds = ["models", "authors", "apps"] as const;
export type RankedKind = (typeof rankedKinds)[number];

export interface RankingsData {
  readonly period: Period;
  readonly book: Book;
  readonly models: RankedSection;
  readonly authors: RankedSection;
  readonly apps: RankedSection;
  readonly rising: readonly RankedRow[];
}

export interface RankedSection {
  readonly kind: RankedKind;
  /** The last may be all others together. */
  readonly rows: readonly RankedRow[];
  /** How many there are in all. */
  readonly count: number;
  readonly tokens: number;
  readonly requests: number;
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
  /** Of the tokens of all. */
  readonly share: number;
  /** In dollars: for the page, and exactly. */
  readonly cost: number;
  readonly costText: string;
  readonly previousRank: number | null;
  readonly previousTokens: number;
}

export function rankingsPage(data: RankingsData): Page {
  return {
    title: "Rankings", path: "/rankings",
    description: "Models, authors and apps by the tokens that went through this gateway: today, this week, this month, with shares and what changed.",
    body: <Rankings data={data} />,
  };
}

const spans: Readonly<Record<Period, { readonly name: string; readonly text: string; readonly before: string }>> = {
  day: { name: "Day", text: "the last 24 hours", before: "the 24 hours before" },
  week: { name: "Week", text: "the last 7 days", before: "the 7 days before" },
  month: { name: "Month", text: "the last 30 days", before: "the 30 days before" },
};

function Rankings({ data: { period, book, models, authors, apps, rising } }: { readonly data: RankingsData }) {
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Rankings</h1>
        <p className="lede">By tokens, prompt and completion together, that went through this gateway in {spans[period].text}, compared with {spans[period].before}.</p>
        <div className="toolbar">
          <nav className="segmented" aria-label="Period">
            {periods.map((one) => <Link key={one} to={`/rankings?period=${one}`} aria-current={one === period ? "page" : undefined}>{spans[one].name}</Link>)}
          </nav>
          <nav aria-label="On this page"><ul className="inline-list"><li><a href="#models">Models</a></li><li><a href="#authors">Authors</a></li><li><a href="#apps">Apps</a></li></ul></nav>
        </div>
      </div>
      <SandboxNote book={book} />
      {models.count === 0
        ? <NoTraffic what={`No tokens went through this gateway in ${spans[period].text}.`}>{period !== "month" && "A longer period may have some."}</NoTraffic>
        : (
          <>
            <Section section={models} period={period} title="Models" noun="model" />
            {rising.length > 0 && !models.isThin && <Rising rows={rising} period={period} />}
            <Section section={authors} period={period} title="Authors" noun="author" />
          </>
        )}
      <Section section={apps} period={period} title="Apps" noun="app" />
      <p className="muted small measure">Models count tokens in their own way, so the tokens of two models are not the same amount of text. {book === "sandbox" ? "Requests to the sandbox belong to no app." : "Left out are sandbox requests and, among apps, those that are private."}</p>
    </div>
  );
}

interface SectionProps {
  readonly section: RankedSection;
  readonly period: Period;
  readonly title: string;
  readonly noun: string;
}

function Section({ section, period, title, noun }: SectionProps) {
  const { kind, rows, count, chart, source, isThin } = section;
  return (
    <section className="section" id={kind} aria-labelledby={`${kind}-heading`}>
      <div className="section-head">
        <h2 id={`${kind}-heading`}>{title}</h2>
        {rows.length > 0 && <Link to={`/rankings.csv?of=${kind}&period=${period}`} download="">CSV of the table</Link>}
      </div>
      {rows.length === 0
        ? kind === "apps" && <EmptyState reason={`No public app was used in ${period === "day" ? "this day" : spans[period].text}. Apps are private until the owner of their key makes them public.`} action={<Link to="/apps#make-public">Make an app public</Link>} />
        : (
          <>
            <p className="muted">{sentence(section, noun)}</p>
            {chart !== undefined && (
              <div className="panel">
                <StackedBars id={`${kind}-daily`} title={`Tokens per day by ${noun}`} source={chart.source} unit="token" series={chart.series} days={chart.days} isLastSoFar csv={`/rankings/daily.csv?of=${kind}&period=${period}`} />
              </div>
            )}
            <DataTable caption={`${title} by tokens, ${spans[period].text}`} isCaptionHidden columns={columns(title.slice(0, -1), section)} rows={rows} keyOf={({ id }) => id} />
            <p className="as-of">{source}{count > rows.length && ` · ${exact(count)} in all`}{isThin && ` · under ${samplesMin} requests shares and changes say nothing and are left out`}</p>
          </>
        )}
    </section>
  );
}

function sentence({ rows, count, tokens, requests, isThin }: RankedSection, noun: string): string {
  const [first] = rows;
  const lead = first === undefined || isThin ? "" : ` ${first.name} leads with ${percent(first.share)}.`;
  return `${compact(tokens)} tokens in ${counted(requests, "request")} to ${counted(count, noun)}.${lead}`;
}

/** Bars are drawn against the leader's: shares of many are all small. All others together have none, they are no rival. */
function columns(of: string, { rows, isThin }: RankedSection): readonly Column<RankedRow>[] {
  const most = Math.max(...rows.map(({ rank, share }) => (rank === null ? 0 : share)));
  const unlessThin = (text: string) => (isThin ? "—" : text);
  return [
    { name: of, cell: (row) => <span className="ranked"><span className="rank">{row.rank ?? ""}</span><span><Name row={row} />{row.path !== undefined && row.id.includes("/") && <code className="slug">{row.id}</code>}</span></span> },
    { name: "Tokens", isNumeric: true, cell: ({ tokens }) => <span title={counted(tokens, "token")}>{compact(tokens)}</span> },
    { name: "Share", isNumeric: true, cell: ({ rank, share }) => (isThin ? "—" : rank === null ? percent(share) : <span className="share"><ShareBar share={share / most} />{percent(share)}</span>) },
    { name: "Place", cell: ({ rank, previousRank }) => (rank === null ? "" : <Change text={unlessThin(rankChange(rank, previousRank))} />) },
    { name: "Change", cell: ({ tokens, previousTokens }) => <span title={`${counted(previousTokens, "token")} in the window before`}>{unlessThin(amountChange(tokens, previousTokens))}</span> },
    { name: "Requests", isNumeric: true, cell: ({ requests }) => exact(requests) },
    { name: "Cost", isNumeric: true, cell: ({ cost, costText }) => <span title={`$${costText}`}>{money(cost)}</span> },
  ];
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

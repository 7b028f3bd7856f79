/** What this installation has sent through the model: apps, tokens, uptime. */

import { ChartFigure } from "../../charts/figure.tsx";
import { StackedBars } from "../../charts/stacked-bars.tsx";
import type { Cell, ChartTable } from "../../charts/table.ts";
import { UptimeStrip, type UptimeTick } from "../../charts/uptime-strip.tsx";
import { compact, counted, exact, percent, sampled, uptime } from "../../format/number.ts";
import { date, isoDate } from "../../format/time.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import type { AppRow, ModelPageData, UptimeData, UptimeDay, UptimeSeries } from "./data.ts";

interface Props {
  readonly data: ModelPageData;
}

export function Apps({ data: { name, apps: { rows, source } } }: Props) {
  if (rows.length === 0) {
    return (
      <EmptyState
        reason={`No public app has used ${name} in the last 7 days.`}
        action={<>An app that sends <code>HTTP-Referer</code> is named here as soon as its key's owner makes it public.</>}
      />
    );
  }
  return (
    <>
      <DataTable
        caption={`Apps using ${name}`} isCaptionHidden rows={rows} keyOf={({ rank }) => String(rank)}
        columns={[
          { name: "App", cell: (app) => <span className="ranked"><span className="rank">{app.rank}</span>{app.path === undefined ? app.name : <Link to={app.path}>{app.name}</Link>}</span> },
          { name: "Tokens", isNumeric: true, cell: ({ tokens }) => <span title={counted(tokens, "token")}>{compact(tokens)}</span> },
          { name: "Share", isNumeric: true, title: "Of the tokens of all public apps on this model", cell: ({ share }) => percent(share) },
          { name: "Week before", cell: (app) => moved(app) },
        ]}
      />
      <p className="as-of">{source}</p>
    </>
  );
}

function moved({ rank, previousRank }: AppRow): string {
  if (previousRank === undefined) return "new";
  if (previousRank === rank) return `${exact(previousRank)}, the same`;
  return previousRank > rank ? `${exact(previousRank)}, up ${previousRank - rank}` : `${exact(previousRank)}, down ${rank - previousRank}`;
}

export function Activity({ data: { name, slug, preview, activity: { series, days, source, total } } }: Props) {
  const isSandbox = preview.answer.sandbox && preview.answer.candidates.length > 0;
  if (total === 0) return <Figure title="Tokens processed per day"><EmptyState reason={`No request for ${name} has gone through this gateway in 90 days.${isSandbox ? " What the sandbox answers is not counted." : ""}`} action={<a href="#sample-code">Send the first one</a>} /></Figure>;
  return <StackedBars id="activity-chart" title="Tokens processed per day" unit="token" series={series} days={days} source={source} isLastSoFar csv={`/${slug}/activity.csv`} />;
}

/** Where there is nothing to draw, the figure is still there to be found. */
function Figure({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return <figure className="chart" aria-label={title}><figcaption className="chart-title">{title}</figcaption>{children}</figure>;
}

const uptimeTitle = "Uptime, all providers";

export function Uptime({ data: { name, slug, uptime: figures } }: Props) {
  const { attempts, withRouting, withoutRouting, days, each, source } = figures;
  if (attempts === 0) return <Figure title={uptimeTitle}><EmptyState reason={`Uptime is measured by requests, and none for ${name} has gone through this gateway in 90 days.`} action={<a href="#would-route-to">See where one would go</a>} /></Figure>;
  return (
    <>
      <ChartFigure
        id="uptime-chart" title={uptimeTitle} source={source} csv={`/${slug}/uptime.csv`} table={uptimeTable(figures)}
        summary={`${sampled(attempts, () => `${uptime(withRouting)} of requests were answered with routing; ${uptime(withoutRouting)} would have been by the first provider alone`)}. Per provider below.`}
      >
        <div className="uptime-rows">
          <Row name="With routing" figure={sampled(attempts, () => uptime(withRouting))} label={`${name} with routing, 90 days`} ticks={days.map((day) => tickOf(day, day.withRouting))} />
          <Row name="Without routing" figure={sampled(attempts, () => uptime(withoutRouting))} label={`${name} without routing, 90 days`} ticks={days.map((day) => tickOf(day, day.withoutRouting))} />
        </div>
      </ChartFigure>
      <DataTable
        caption="Uptime by provider" reflows rows={each} keyOf={(series) => series.name}
        columns={[
          { name: "Provider", cell: (series) => series.name },
          { name: "Attempts that succeeded", isNumeric: true, cell: (series) => figureOf(series, series.availability) },
          { name: "With routing", isNumeric: true, title: "Of the requests that tried it first, those that were answered, by it or by another", cell: (series) => figureOf(series, series.withRouting) },
          { name: "Without routing", isNumeric: true, title: "Of the requests that tried it first, those that it answered", cell: (series) => figureOf(series, series.withoutRouting) },
          { name: "Attempts", isNumeric: true, cell: (series) => exact(series.attempts) },
          { name: "90 days", cell: (series) => <UptimeStrip label={`${series.name}, 90 days`} ticks={series.ticks} isPlain /> },
        ]}
      />
    </>
  );
}

/** A row a day: what the figure shows, and its CSV. */
export function uptimeTable({ days }: Pick<UptimeData, "days">): ChartTable {
  return {
    columns: ["Day", "With routing", "Without routing", "Attempts"],
    rows: days.map((day) => [{ text: date(day.at), value: isoDate(day.at) }, cell(day.withRouting), cell(day.withoutRouting), { text: exact(day.attempts), value: day.attempts }]),
  };
}

function tickOf({ at, attempts }: UptimeDay, share: number | undefined): UptimeTick {
  return { label: attempts === 0 ? date(at) : `${date(at)} (n = ${exact(attempts)})`, share };
}

function Row({ name, figure, label, ticks }: { readonly name: string; readonly figure: string; readonly label: string; readonly ticks: readonly UptimeTick[] }) {
  return <div className="uptime-row"><span>{name}</span><UptimeStrip label={label} ticks={ticks} /><strong className="numeric">{figure}</strong></div>;
}

function figureOf({ attempts }: UptimeSeries, share: number | undefined): string {
  return sampled(attempts, () => uptime(share));
}

function cell(share: number | undefined): Cell {
  return share === undefined ? { text: "no traffic", value: "" } : { text: uptime(share), value: share };
}

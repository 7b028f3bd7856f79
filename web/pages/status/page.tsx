/** Whether a failure is ours, a provider's or the caller's: the gateway, its storage and every provider that was called. */

import type { UptimePoint } from "../../charts/uptime-figure.tsx";
import { stateOf, thresholds, UptimeStrip, type TickState } from "../../charts/uptime-strip.tsx";
import type { Book } from "../../format/measured.ts";
import { counted, exact, samplesMin, uptime } from "../../format/number.ts";
import { asOf, date, duration, isoTime } from "../../format/time.ts";
import type { Page } from "../../shell/page.ts";
import { Banner } from "../../ui/banner.tsx";
import { Chip } from "../../ui/chip.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Link } from "../../ui/link.tsx";
import { Stats } from "../../ui/stats.tsx";
import { NoTraffic, SandboxNote } from "../../ui/traffic.tsx";

export interface StatusData {
  readonly now: number;
  readonly startedAt: number;
  readonly version: string;
  readonly book: Book;
  /** Whether the database answers, and how many answered requests wait for it in the journal. */
  readonly storage: { readonly isReachable: true; readonly unsettled: number } | { readonly isReachable: false };
  readonly day: { readonly requests: number; readonly failures: number };
  readonly daySource: string;
  readonly providers: readonly ProviderStatus[];
  /** Of the 90 days. */
  readonly source: string;
}

export interface ProviderStatus {
  readonly slug: string;
  readonly name: string;
  /** From memory: since the start at most. */
  readonly recent5m: Counted;
  readonly recent30m: Counted;
  readonly last24h: Counted;
  readonly last90d: Counted;
  /** The last 24, and the last 90; none for one that only memory knows. */
  readonly hours: readonly UptimePoint[];
  readonly days: readonly UptimePoint[];
}

export interface Counted {
  readonly successes: number;
  /** Attempts. */
  readonly n: number;
}

export function statusPage(data: StatusData): Page {
  return {
    title: "Status", path: "/status",
    description: "The state of this gateway and of the providers that it calls, measured by its own traffic, with the thresholds.",
    body: <Status data={data} />,
  };
}

function Status({ data }: { readonly data: StatusData }) {
  const { now, startedAt, version, book, storage, day, daySource, providers, source } = data;
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Status</h1>
        <p className="lede">{verdict(data)}</p>
        <p className="as-of">As of <time dateTime={new Date(now).toISOString()}>{asOf(now)}</time>, from traffic alone: nothing is probed. <Link to="/api/ui/v1/status">As JSON</Link></p>
      </div>
      {!storage.isReachable && <Banner tone="needle">The database does not answer. Requests are still served and what they use is kept in the journal; figures on these pages may be old.</Banner>}
      <SandboxNote book={book} />
      <section className="section" aria-labelledby="gateway">
        <div className="section-head"><h2 id="gateway">This gateway</h2></div>
        <Stats
          label="This gateway"
          stats={[
            { label: "Version", value: version },
            { label: "Up for", value: duration(now - startedAt), note: `started ${isoTime(startedAt)}` },
            { label: "Database", value: storage.isReachable ? "answers" : "does not answer" },
            { label: "Waiting in the journal", value: storage.isReachable ? exact(storage.unsettled) : "—", note: "answered requests that are not in the database yet; a second’s worth is usual" },
            { label: "Requests, 24 hours", value: exact(day.requests), note: daySource },
            { label: "Unanswered, 24 hours", value: day.requests >= samplesMin ? `${exact(day.failures)} (${((day.failures / day.requests) * 100).toFixed(2)}%)` : exact(day.failures), note: "after all that was tried, and not because of the caller" },
          ]}
        />
      </section>
      <section className="section" aria-labelledby="providers">
        <div className="section-head"><h2 id="providers">Providers</h2><Link to="/providers">All providers</Link></div>
        {providers.length === 0
          ? <NoTraffic what="No provider was called from here yet: uptime is measured by requests." />
          : <><DataTable caption="Uptime of providers" isCaptionHidden columns={columns} rows={providers} keyOf={({ slug }) => slug} /><p className="as-of">Shares of attempts that succeeded. 5 and 30 minutes are from memory, since the start at most; 24 hours and 90 days from the books: {source}. Under {samplesMin} attempts only their number is shown.</p></>}
      </section>
      <Thresholds />
    </div>
  );
}

/** What is not in order first; then that all is. */
function verdict({ storage, providers }: StatusData): string {
  const judged = providers.filter(({ last24h }) => last24h.n >= samplesMin).map(({ name, last24h }) => ({ name, state: shareState(last24h) }));
  const troubled = judged.filter(({ state }) => state !== "ok");
  const gateway = storage.isReachable ? "The gateway is up" : "The gateway is up, its database is not";
  if (judged.length === 0) return `${gateway}. No provider had enough traffic in 24 hours to judge it by.`;
  if (troubled.length === 0) return `${gateway}, and so ${judged.length === 1 ? "is the one provider" : `are all ${judged.length} providers`} with enough traffic in 24 hours to judge.`;
  const named = troubled.slice(0, 5).map(({ name, state }) => `${name} ${state === "down" ? "was down" : "was degraded"}`).join(", ");
  return `${gateway}. Over 24 hours ${named}${troubled.length > 5 ? `, and ${counted(troubled.length - 5, "more", "more")}` : ""}; ${judged.length - troubled.length} of ${judged.length} providers were well.`;
}

function shareState({ successes, n }: Counted): TickState {
  return stateOf(n === 0 ? undefined : successes / n);
}

const columns: readonly Column<ProviderStatus>[] = [
  { name: "Provider", cell: ({ slug, name }) => <Link to={`/provider/${slug}`}>{name}</Link> },
  { name: "24 hours", cell: ({ last24h }) => <State counted={last24h} /> },
  { name: "5 min", isNumeric: true, cell: ({ recent5m }) => <Share counted={recent5m} /> },
  { name: "30 min", isNumeric: true, cell: ({ recent30m }) => <Share counted={recent30m} /> },
  { name: "24 h", isNumeric: true, cell: ({ last24h }) => <Share counted={last24h} /> },
  { name: "Hour by hour, 24 hours", cell: ({ name, hours }) => (hours.length === 0 ? "—" : <UptimeStrip label={`${name}, 24 hours`} ticks={hours.map(({ at, share, n }) => ({ label: n === 0 ? asOf(at) : `${asOf(at)} (n = ${n})`, share }))} />) },
  { name: "90 days", isNumeric: true, cell: ({ last90d }) => <Share counted={last90d} /> },
  // Each day has its own figure on the provider's page.
  { name: "Day by day, 90 days", cell: ({ name, days }) => (days.length === 0 ? "—" : <UptimeStrip label={`${name}, 90 days`} isPlain ticks={days.map(({ at, share }) => ({ label: date(at), share }))} />) },
];

function State({ counted: { successes, n } }: { readonly counted: Counted }) {
  if (n < samplesMin) return <span className="muted">{n === 0 ? "no traffic" : "too few to say"}</span>;
  const { word, tone } = words[stateOf(successes / n)];
  return <Chip {...(tone === undefined ? {} : { tone })}>{word}</Chip>;
}

function Share({ counted: { successes, n } }: { readonly counted: Counted }) {
  if (n === 0) return <span title="no attempts">—</span>;
  return <span title={`${counted(n, "attempt")}`}>{n < samplesMin ? `n = ${exact(n)}` : uptime(successes / n)}</span>;
}

const words: Readonly<Record<TickState, { readonly word: string; readonly tone?: "fair" | "brass" | "needle" }>> = {
  ok: { word: "Good", tone: "fair" }, degraded: { word: "Degraded", tone: "brass" }, down: { word: "Down", tone: "needle" }, none: { word: "No traffic" },
};

function Thresholds() {
  return (
    <section className="section" id="thresholds" aria-labelledby="thresholds-heading">
      <div className="section-head"><h2 id="thresholds-heading">What the words mean</h2></div>
      <ul className="threshold-list">
        <li><UptimeStrip label="Good" ticks={[{ label: "good", share: 1 }]} /><span><strong>Good</strong>: at least {whole(thresholds.ok)} of the attempts succeeded.</span></li>
        <li><UptimeStrip label="Degraded" ticks={[{ label: "degraded", share: thresholds.degraded }]} /><span><strong>Degraded</strong>: at least {whole(thresholds.degraded)}, under {whole(thresholds.ok)}.</span></li>
        <li><UptimeStrip label="Down" ticks={[{ label: "down", share: 0 }]} /><span><strong>Down</strong>: under {whole(thresholds.degraded)}.</span></li>
        <li><UptimeStrip label="No traffic" ticks={[{ label: "none", share: undefined }]} /><span><strong>No traffic</strong>: nothing was sent, so nothing is known.</span></li>
      </ul>
      <p className="muted small measure">A failure is what an endpoint or its credential was to blame for. Refusals for too many requests, what the caller did wrong, and attempts that another endpoint overtook do not count. Height, pattern and colour of a tick say the same.</p>
    </section>
  );
}

/** "99%": thresholds are round. */
function whole(share: number): string {
  return `${(share * 100).toFixed(1).replace(/\.0$/, "")}%`;
}

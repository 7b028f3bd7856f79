/** The front door: what this is, the first request, what is here. */

import type { ModelRow } from "../../catalog/model-row.ts";
import type { UptimePoint } from "../../charts/uptime-figure.tsx";
import { UptimeStrip } from "../../charts/uptime-strip.tsx";
import type { Book } from "../../format/measured.ts";
import { compact, counted, exact, uptime } from "../../format/number.ts";
import { asOf } from "../../format/time.ts";
import type { Page } from "../../shell/page.ts";
import { AppIcon } from "../../ui/app-icon.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import { ModelCards } from "../../ui/model-list.tsx";
import { Risers, type Riser } from "../../ui/risers.tsx";
import { Stats, type Stat } from "../../ui/stats.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { SandboxNote } from "../../ui/traffic.tsx";

export interface HomeData extends HomeTraffic {
  /** "https://ai.example.org/api/v1" */
  readonly baseUrl: string;
  /** The slug that the samples call. */
  readonly sampleModel: string;
  readonly models: number;
  readonly providers: number;
  readonly authors: number;
  readonly endpoints: number;
  readonly free: number;
  readonly latest: readonly ModelRow[];
}

/** This installation's traffic. */
export interface HomeTraffic {
  readonly book: Book;
  readonly day: Volume;
  readonly week: Volume;
  /** The models that grew most this week. */
  readonly rising: readonly Riser[];
  /** The public apps with most tokens this week. */
  readonly apps: readonly { readonly rank: number; readonly name: string; readonly path: string; readonly tokens: number }[];
  /** The providers with most attempts in 24 hours, and how they did. */
  readonly health: readonly { readonly slug: string; readonly name: string; readonly n: number; readonly share: number; readonly hours: readonly UptimePoint[] }[];
  readonly healthSource: string;
}

interface Volume {
  readonly requests: number;
  readonly tokens: number;
  readonly source: string;
}

export function homePage(data: HomeData): Page {
  return {
    title: "Windrose – one API for every model, on your own machine",
    description: `An open, self-hosted gateway: ${counted(data.models, "model")} from ${counted(data.providers, "provider")} behind one OpenAI-compatible API, with exact cost and explained routing.`,
    path: "/",
    feeds: [{ title: "New models", path: "/api/v1/models?use_rss=true" }],
    jsonLd: { "@context": "https://schema.org", "@type": "WebApplication", name: "Windrose", applicationCategory: "DeveloperApplication", operatingSystem: "Any", license: "https://www.apache.org/licenses/LICENSE-2.0" },
    body: <Home data={data} />,
  };
}

function Home({ data }: { readonly data: HomeData }) {
  return (
    <div className="wide page">
      <section className="hero" aria-labelledby="title">
        <ChartRose />
        <div className="hero-words">
          <h1 id="title">One API, every model, your own machine</h1>
          <p className="lede">Windrose finds the best provider for each request, goes to the next when one fails, and books what each answer cost to the nano-dollar.</p>
          <div className="copy-line"><code id="base-url">{data.baseUrl}</code><CopyButton from="base-url" what="base URL" isSmall /></div>
          <p className="buttons"><Link className="button button-primary" to="/models">Browse the models</Link><Link className="button" to={`/${data.sampleModel}`}>See a model</Link></p>
        </div>
        <div id="first-request" className="first-request"><Samples data={data} /></div>
      </section>
      <Stats label="This gateway" stats={[...counters(data), ...trafficStats(data)]} />
      <Traffic data={data} />
      <section className="section" aria-labelledby="latest">
        <div className="section-head"><h2 id="latest">Latest models</h2><Link to="/models?sort=newest">All by date</Link></div>
        <ModelCards models={data.latest} headingLevel={3} />
      </section>
      <section className="section" aria-labelledby="why">
        <h2 id="why">Why on your own machine</h2>
        <div className="reasons">
          <div><h3>No markup</h3><p>You pay what the provider asks. Prices are exact decimals, and an unknown price is a refusal, never zero.</p></div>
          <div><h3>Routing that says why</h3><p>Each answer can name the endpoints that were considered, what ruled one out, and the seed that decided between the rest.</p></div>
          <div><h3>Local models are endpoints too</h3><p>A server on your own hardware stands in the same list as the paid ones, with its own price, speed and uptime.</p></div>
          <div><h3>Your traffic stays here</h3><p>Every figure on these pages is measured on this installation. Nothing is sent anywhere else.</p></div>
        </div>
      </section>
    </div>
  );
}

/** Without traffic there are none: a row of zeros says nothing. */
function trafficStats({ day, week }: HomeData): readonly Stat[] {
  if (week.requests === 0) return [];
  return [
    { label: "Requests, 24 hours", value: <Link to="/status">{exact(day.requests)}</Link>, note: day.source },
    { label: "Tokens, 24 hours", value: <Link to="/rankings?period=day">{compact(day.tokens)}</Link>, note: `${counted(day.tokens, "token")}; ${day.source}` },
    { label: "Tokens, 7 days", value: <Link to="/rankings?period=week">{compact(week.tokens)}</Link>, note: `${counted(week.tokens, "token")}; ${week.source}` },
  ];
}

function Traffic({ data: { week, rising, apps, health, healthSource, book } }: { readonly data: HomeData }) {
  if (week.requests === 0) return <EmptyState reason="No wind yet: nothing went through this gateway in the last 7 days. Figures of use, speed and uptime begin with the first request." action={<a className="button" href="#first-request">Send the first request</a>} />;
  return (
    <>
      <SandboxNote book={book} />
      {rising.length > 0 && (
        <section className="section" aria-labelledby="rising">
          <div className="section-head"><h2 id="rising">Rising this week</h2><Link to="/rankings">All rankings</Link></div>
          <Risers rows={rising} />
          <p className="as-of">Against the 7 days before, up to this hour. {week.source}</p>
        </section>
      )}
      {health.length > 0 && (
        <section className="section" aria-labelledby="health">
          <div className="section-head"><h2 id="health">Providers, 24 hours</h2><Link to="/status">Status of all</Link></div>
          <ul className="health-strip">
            {health.map(({ slug, name, n, share, hours }) => (
              <li key={slug}>
                <span className="health-name"><Link to={`/provider/${slug}`}>{name}</Link><span className="numeric" title={counted(n, "attempt")}>{uptime(share)}</span></span>
                <UptimeStrip label={`${name}, 24 hours`} ticks={hours.map((hour) => ({ label: hour.n === 0 ? asOf(hour.at) : `${asOf(hour.at)} (n = ${hour.n})`, share: hour.share }))} />
              </li>
            ))}
          </ul>
          <p className="as-of">Shares of attempts that succeeded, hour by hour; <Link to="/status#thresholds">what the colours mean</Link>. {healthSource}</p>
        </section>
      )}
      {apps.length > 0 && (
        <section className="section" aria-labelledby="top-apps">
          <div className="section-head"><h2 id="top-apps">Top apps this week</h2><Link to="/apps">All apps</Link></div>
          <ol className="top-apps">{apps.map(({ rank, name, path, tokens }) => <li key={path}><span className="rank">{rank}</span><AppIcon name={name} /><Link to={path}>{name}</Link><span className="muted numeric" title={counted(tokens, "token")}>{compact(tokens)} tokens</span></li>)}</ol>
          <p className="as-of">Apps whose keys’ owners made them public. Tokens of the last 7 days, today so far.</p>
        </section>
      )}
    </>
  );
}

function counters({ models, providers, authors, endpoints, free }: HomeData): readonly Stat[] {
  return [
    { label: "Models", value: <Link to="/models?output_modalities=all">{exact(models)}</Link> },
    { label: "Authors", value: exact(authors) },
    { label: "Providers", value: <Link to="/providers">{exact(providers)}</Link>, note: "that sell at least one of the models" },
    { label: "Endpoints", value: exact(endpoints), note: "a model at a provider, with a price" },
    ...(free === 0 ? [] : [{ label: "Free models", value: <Link to="/models?pricing=free">{exact(free)}</Link>, note: "listed at a price of zero" }]),
  ];
}

/** A point of the chart: so far from its middle, at this bearing. */
function at(radius: number, bearing: number): string {
  return `${(200 + radius * Math.sin(bearing)).toFixed(1)} ${(200 - radius * Math.cos(bearing)).toFixed(1)}`;
}

/** The rings and rhumb lines of a sea chart, for the eye alone. */
function ChartRose() {
  const bearings = Array.from({ length: 32 }, (_, index) => (index * Math.PI) / 16);
  return (
    <svg className="hero-chart" viewBox="0 0 400 400" fill="none" stroke="currentColor" strokeWidth="0.5" aria-hidden="true">
      {[60, 120, 176, 182, 198].map((radius) => <circle key={radius} cx="200" cy="200" r={radius} />)}
      <path d={bearings.map((angle, index) => `M${at(index % 4 === 0 ? 0 : index % 2 === 0 ? 60 : 120, angle)}L${at(198, angle)}`).join("")} />
      <path d={Array.from({ length: 120 }, (_, index) => (index * Math.PI) / 60).map((angle) => `M${at(176, angle)}L${at(182, angle)}`).join("")} />
    </svg>
  );
}

function Samples({ data: { baseUrl, sampleModel } }: { readonly data: HomeData }) {
  const curl = `curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer $WINDROSE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${sampleModel}",
       "messages": [{"role": "user", "content": "Hello!"}]}'`;
  const python = `from openai import OpenAI

client = OpenAI(base_url="${baseUrl}")
answer = client.chat.completions.create(
    model="${sampleModel}",
    messages=[{"role": "user", "content": "Hello!"}],
)
print(answer.choices[0].message.content)`;
  const typescript = `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${baseUrl}" });
const answer = await client.chat.completions.create({
  model: "${sampleModel}",
  messages: [{ role: "user", content: "Hello!" }],
});
console.log(answer.choices[0].message.content);`;
  return (
    <Tabs
      label="Code sample language" group="sample"
      tabs={[
        { id: "curl", label: "curl", content: <CodeBlock id="sample-code-curl" code={curl} language="curl" /> },
        { id: "python", label: "Python", content: <CodeBlock id="sample-code-python" code={python} language="Python" /> },
        { id: "typescript", label: "TypeScript", content: <CodeBlock id="sample-code-typescript" code={typescript} language="TypeScript" /> },
      ]}
    />
  );
}

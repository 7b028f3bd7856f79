/** Two to six models side by side, in one table. */

import { usualWorkload } from "../../catalog/cost.ts";
import type { Book } from "../../format/measured.ts";
import { counted } from "../../format/number.ts";
import { Island } from "../../islands/island.tsx";
import { CostCalculator, type PricedModel } from "../../islands/cost-calculator.tsx";
import type { Page } from "../../shell/page.ts";
import { Banner } from "../../ui/banner.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link, useHref } from "../../ui/link.tsx";
import { SandboxNote } from "../../ui/traffic.tsx";
import { compareAddress, comparedMax, paramsOf, type Comparison } from "../../catalog/comparison.ts";
import { comparedRows, differing, markdownOf, type ComparedModel } from "./rows.ts";
import { ComparedTable } from "./table.tsx";

export interface CompareData {
  readonly comparison: Comparison;
  readonly models: readonly ComparedModel[];
  readonly priced: readonly PricedModel[];
  readonly book: Book;
  /** Slugs of the address that are no model's, with the nearest that are. */
  readonly unknown: readonly { readonly slug: string; readonly nearest: readonly string[] }[];
  /** How many more the address named than fit. */
  readonly leftOut: number;
  /** What to add, where there are fewer than two. */
  readonly suggestions: readonly { readonly slug: string; readonly name: string; readonly reason: string }[];
  /** Slugs and names of all listed models, for the field that adds one. */
  readonly choices: readonly { readonly slug: string; readonly name: string }[];
  /** When the measured rows were measured. */
  readonly asOf: string;
}

export function comparePage(data: CompareData): Page {
  const names = data.models.map(({ name }) => name);
  return {
    title: titleOf(names), path: "/compare",
    description: names.length < 2 ? "Two to six models side by side: prices, limits, parameters, providers and what was measured here." : `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""} side by side: prices, limits, parameters, providers and what was measured here.`,
    body: <Compare data={data} />,
  };
}

const titleMax = 49;

/** "Ministral 8B vs GPT-4o": so that tabs and bookmarks tell comparisons apart. */
function titleOf(names: readonly string[]): string {
  const [first = "", ...others] = names.map((name) => name.slice(name.indexOf(": ") + 1).trim());
  const fitting = [[first, ...others].join(" vs "), `${first} vs ${others.length} others`].find((title) => title.length <= titleMax);
  return names.length < 2 ? "Compare models" : (fitting ?? `Compare ${names.length} models`);
}

function Compare({ data }: { readonly data: CompareData }) {
  const { models, comparison, unknown, leftOut, book } = data;
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Compare models</h1>
        <p className="lede">Two to {comparedMax} models side by side. The address holds the whole comparison.</p>
      </div>
      {unknown.map((one) => <Unknown key={one.slug} one={one} comparison={comparison} />)}
      {leftOut > 0 && <Banner tone="brass">{counted(leftOut, "model")} of the address {leftOut === 1 ? "was" : "were"} left out: {comparedMax} fit side by side.</Banner>}
      {models.length >= 2 && <SandboxNote book={book} />}
      {models.length < comparedMax && <Add comparison={comparison} choices={data.choices} />}
      {models.length < 2 ? <TooFew data={data} /> : <Compared data={data} />}
    </div>
  );
}

function Unknown({ one: { slug, nearest }, comparison }: { readonly one: CompareData["unknown"][number]; readonly comparison: Comparison }) {
  return (
    <Banner tone="brass">
      There is no model <code>{slug.slice(0, 120)}</code>.{nearest.length > 0 && <> Nearest: {nearest.map((near, index) => <span key={near}>{index > 0 && ", "}<Link to={withOne(comparison, near)}>{near}</Link></span>)}.</>}
    </Banner>
  );
}

function withOne(comparison: Comparison, slug: string): string {
  return compareAddress({ ...comparison, slugs: [...comparison.slugs, slug] });
}

function Add({ comparison, choices }: Pick<CompareData, "comparison" | "choices">) {
  const href = useHref();
  return (
    <form action={href("/compare")} className="filter-bar" aria-label="Add a model">
      <Kept fields={paramsOf(comparison)} />
      <label className="field compare-add"><span>Add a model</span><input className="input" name="add" list="all-models" placeholder="author/slug" autoComplete="off" spellCheck={false} required data-page-search="" aria-keyshortcuts="/" /></label>
      <datalist id="all-models">{choices.map(({ slug, name }) => <option key={slug} value={slug}>{name}</option>)}</datalist>
      <button type="submit" className="button button-small">Add</button>
    </form>
  );
}

function Kept({ fields }: { readonly fields: ReturnType<typeof paramsOf> }) {
  return fields.map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />);
}

function TooFew({ data: { models, comparison, suggestions } }: { readonly data: CompareData }) {
  const [only] = models;
  return (
    <section className="section" aria-label="What to compare">
      <EmptyState reason={only === undefined ? "Nothing to compare yet: name two models above, or begin with one of these." : `${only.name} alone is no comparison. Add one of these, or any other above.`} />
      <ul className="cards">
        {suggestions.map(({ slug, name, reason }) => (
          <li key={slug} className="card">
            <h2><Link to={withOne(comparison, slug)}>{only === undefined ? name : `With ${name}`}</Link></h2>
            <p className="slug"><code>{slug}</code></p>
            <p className="card-summary">{reason}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

const workloadKept = { "data-keeps": "input,output,cached,requests" };

function Compared({ data: { models, comparison, priced, asOf } }: { readonly data: CompareData }) {
  const { isDifferenceOnly, baseline } = comparison;
  const all = comparedRows(models, baseline);
  const rows = isDifferenceOnly ? differing(all) : all;
  const hidden = all.length - differing(all).length;
  return (
    <>
      <section className="section" aria-label="Comparison">
        <div className="toolbar">
          <nav className="segmented" aria-label="Rows">
            <Link to={compareAddress({ ...comparison, isDifferenceOnly: false })} aria-current={isDifferenceOnly ? undefined : "page"} {...workloadKept}>All rows</Link>
            <Link to={compareAddress({ ...comparison, isDifferenceOnly: true })} aria-current={isDifferenceOnly ? "page" : undefined} {...workloadKept}>Differences only</Link>
          </nav>
          <span className="muted small">{isDifferenceOnly ? `${counted(hidden, "row")} in which all are alike left out` : `${counted(hidden, "row")} of ${all.length} ${hidden === 1 ? "is" : "are"} alike`}</span>
          <CopyButton text={markdownOf(models, rows)} what="as Markdown" />
          <Link className="small" to={compareAddress(comparison, ".md")}>Markdown</Link>
          <Link className="small" to={compareAddress(comparison, ".csv")} download="">CSV</Link>
        </div>
        <ComparedTable models={models} rows={rows} comparison={comparison} />
        <p className="as-of">Prices are list prices of the catalog. Measured: {asOf}.</p>
      </section>
      <section className="section" aria-labelledby="cost">
        <div className="section-head"><h2 id="cost">Cost</h2></div>
        <Island name="cost-calculator" component={CostCalculator} props={{ models: priced, workload: comparison.workload, fields: paramsOf({ ...comparison, workload: usualWorkload }) }} />
        <p className="as-of">At list prices; what providers ask more for very long prompts is not in it. The first three columns are at the price the model is listed at; where the cheapest provider asks more, nobody sells it at that price today.</p>
      </section>
    </>
  );
}

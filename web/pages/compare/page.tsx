/** Two to six models side by side, in one table. */

import type { Workload } from "../../catalog/cost.ts";
import type { Book } from "../../format/measured.ts";
import { counted } from "../../format/number.ts";
import { Island } from "../../islands/island.tsx";
import { CostCalculator, type PricedModel } from "../../islands/cost-calculator.tsx";
import type { Page } from "../../shell/page.ts";
import { Banner } from "../../ui/banner.tsx";
import { Chip } from "../../ui/chip.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link, useHref } from "../../ui/link.tsx";
import { SandboxNote } from "../../ui/traffic.tsx";
import { compareAddress, comparedMax, type Comparison } from "./address.ts";
import { comparedRows, differing, markdownOf, type ComparedModel, type ComparedRow } from "./rows.ts";

export interface CompareData extends Comparison {
  readonly models: readonly ComparedModel[];
  readonly priced: readonly PricedModel[];
  readonly workload: Workload;
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
    title: "Compare models", path: "/compare",
    description: names.length < 2 ? "Two to six models side by side: prices, limits, parameters, providers and what was measured here." : `${names.join(", ")} side by side: prices, limits, parameters, providers and what was measured here.`,
    body: <Compare data={data} />,
  };
}

function Compare({ data }: { readonly data: CompareData }) {
  const { models, slugs, unknown, leftOut, book } = data;
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Compare models</h1>
        <p className="lede">Two to {comparedMax} models side by side. The address holds the whole comparison.</p>
      </div>
      {unknown.map((one) => <Unknown key={one.slug} one={one} slugs={slugs} />)}
      {leftOut > 0 && <Banner tone="brass">{counted(leftOut, "model")} of the address {leftOut === 1 ? "was" : "were"} left out: {comparedMax} fit side by side.</Banner>}
      {models.length >= 2 && <SandboxNote book={book} />}
      {models.length < comparedMax && <Add slugs={slugs} choices={data.choices} />}
      {models.length < 2 ? <TooFew data={data} /> : <Compared data={data} />}
    </div>
  );
}

function Unknown({ one: { slug, nearest }, slugs }: { readonly one: CompareData["unknown"][number]; readonly slugs: readonly string[] }) {
  return (
    <Banner tone="brass">
      There is no model <code>{slug.slice(0, 120)}</code>.{nearest.length > 0 && <> Nearest: {nearest.map((near, index) => <span key={near}>{index > 0 && ", "}<Link to={compareAddress({ slugs: [...slugs, near], isDifferenceOnly: false })}>{near}</Link></span>)}.</>}
    </Banner>
  );
}

function Add({ slugs, choices }: Pick<CompareData, "slugs" | "choices">) {
  const href = useHref();
  return (
    <form action={href("/compare")} className="filter-bar" aria-label="Add a model">
      {slugs.length > 0 && <input type="hidden" name="models" value={slugs.join(",")} />}
      <label className="field compare-add"><span>Add a model</span><input className="input" name="add" list="all-models" placeholder="author/slug" autoComplete="off" spellCheck={false} required data-page-search="" aria-keyshortcuts="/" /></label>
      <datalist id="all-models">{choices.map(({ slug, name }) => <option key={slug} value={slug}>{name}</option>)}</datalist>
      <button type="submit" className="button button-small">Add</button>
    </form>
  );
}

function TooFew({ data: { models, slugs, suggestions } }: { readonly data: CompareData }) {
  const [only] = models;
  return (
    <section className="section" aria-label="What to compare">
      <EmptyState reason={only === undefined ? "Nothing to compare yet: name two models above, or begin with one of these." : `${only.name} alone is no comparison. Add one of these, or any other above.`} />
      <ul className="cards">
        {suggestions.map(({ slug, name, reason }) => (
          <li key={slug} className="card">
            <h2><Link to={compareAddress({ slugs: [...slugs, slug], isDifferenceOnly: false })}>{only === undefined ? name : `With ${name}`}</Link></h2>
            <p className="slug"><code>{slug}</code></p>
            <p className="card-summary">{reason}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Compared({ data: { models, slugs, isDifferenceOnly, priced, workload, asOf } }: { readonly data: CompareData }) {
  const all = comparedRows(models);
  const rows = isDifferenceOnly ? differing(all) : all;
  const hidden = all.length - differing(all).length;
  const here = { slugs, isDifferenceOnly };
  return (
    <>
      <section className="section" aria-label="Comparison">
        <div className="toolbar">
          <nav className="segmented" aria-label="Rows">
            <Link to={compareAddress({ slugs, isDifferenceOnly: false })} aria-current={isDifferenceOnly ? undefined : "page"}>All rows</Link>
            <Link to={compareAddress({ slugs, isDifferenceOnly: true })} aria-current={isDifferenceOnly ? "page" : undefined}>Differences only</Link>
          </nav>
          <span className="muted small">{isDifferenceOnly ? `${counted(hidden, "row")} in which all are alike left out` : `${counted(hidden, "row")} of ${all.length} are alike`}</span>
          <CopyButton text={markdownOf(models, rows)} what="as Markdown" />
          <Link className="small" to={compareAddress(here, ".md")}>Markdown</Link>
          <Link className="small" to={compareAddress(here, ".csv")} download="">CSV</Link>
        </div>
        <Table models={models} rows={rows} comparison={here} />
        <p className="as-of">Prices are list prices of the catalog. Measured: {asOf}.</p>
      </section>
      <section className="section" aria-labelledby="cost">
        <div className="section-head"><h2 id="cost">Cost</h2></div>
        <Island name="cost-calculator" component={CostCalculator} props={{ models: priced, workload, fields: [["models", slugs.join(",")], ...(isDifferenceOnly ? [["diff", "1"] as const] : [])] }} />
        <p className="as-of">At list prices; what providers ask more for very long prompts is not in it. The first three columns are at the price the model is listed at; where the cheapest provider asks more, nobody sells it at that price today.</p>
      </section>
    </>
  );
}

interface TableProps {
  readonly models: readonly ComparedModel[];
  readonly rows: readonly ComparedRow[];
  readonly comparison: Comparison;
}

function Table({ models, rows, comparison }: TableProps) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return (
    <div className="table-scroll compare-scroll" tabIndex={0} role="region" aria-label="Comparison of models">
      <table className="data-table compare-table">
        <caption className="visually-hidden">Comparison of {models.map(({ name }) => name).join(", ")}</caption>
        <thead>
          <tr>
            <td />
            {models.map(({ slug, name }, index) => <th key={slug} scope="col"><Link to={`/${slug}`}>{name}</Link><code className="slug">{slug}</code><ColumnLinks index={index} name={name} comparison={comparison} /></th>)}
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group}>
            <tr className="compare-group"><th scope="rowgroup" colSpan={models.length + 1}><span>{group}</span></th></tr>
            {rows.filter((row) => row.group === group).map(({ name, cells, best }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {cells.map((cell, index) => <td key={models[index]?.slug}>{cell}{best?.at === index && <> <Chip tone="fair">{best.word}</Chip></>}</td>)}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

/** The order and the choice are the address. */
function ColumnLinks({ index, name, comparison: { slugs, isDifferenceOnly } }: { readonly index: number; readonly name: string; readonly comparison: Comparison }) {
  const without = slugs.filter((_, at) => at !== index);
  const moved = [...slugs.slice(0, index - 1), ...slugs.slice(index, index + 1), ...slugs.slice(index - 1, index), ...slugs.slice(index + 1)];
  return (
    <span className="column-links">
      {index > 0 && <Link to={compareAddress({ slugs: moved, isDifferenceOnly })} aria-label={`Move left: ${name}`}>Move left</Link>}
      <Link to={compareAddress({ slugs: without, isDifferenceOnly })} aria-label={`Remove: ${name}`}>Remove</Link>
    </span>
  );
}

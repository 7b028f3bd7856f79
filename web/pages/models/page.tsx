/** The list of models: what the query of the API finds, under the same query. */

import { listAddress, type ListFormat } from "../../catalog/address.ts";
import type { FacetCounts, Relaxation } from "../../catalog/facets.ts";
import type { ModelRow } from "../../catalog/model-row.ts";
import { counted } from "../../format/number.ts";
import { Island } from "../../islands/island.tsx";
import { ModelExplorer, resultsId, type Choice } from "../../islands/model-explorer.tsx";
import type { Page } from "../../shell/page.ts";
import { Banner } from "../../ui/banner.tsx";
import { Link } from "../../ui/link.tsx";
import { ModelResults } from "../../ui/model-results.tsx";

export interface ModelsData {
  /** The models of this page of the list. */
  readonly models: readonly ModelRow[];
  readonly total: number;
  /** The API's query, without what it refused. */
  readonly query: URLSearchParams;
  readonly format: ListFormat;
  readonly counts: FacetCounts;
  readonly relaxations: readonly Relaxation[];
  readonly authors: readonly Choice[];
  readonly providers: readonly Choice[];
  /** What was wrong with the address, in the API's words. */
  readonly notes: readonly string[];
  readonly previous?: URLSearchParams;
  readonly next?: URLSearchParams;
}

export function modelsPage(data: ModelsData): Page {
  return {
    title: "Models",
    description: `${counted(data.total, "model")} behind one API: prices, context lengths, modalities and providers.`,
    path: "/models",
    feeds: [{ title: "New models", path: "/api/v1/models?use_rss=true" }],
    body: <Models data={data} />,
  };
}

function Models({ data: { models, total, query, format, counts, relaxations, authors, providers, notes, previous, next } }: { readonly data: ModelsData }) {
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Models</h1>
        <p className="lede">Every model of this gateway with its listed price. The address of this page is the query of <Link to="/api/v1/models"><code>/api/v1/models</code></Link>.</p>
      </div>
      {notes.map((note) => <Banner key={note} tone="brass">{note}</Banner>)}
      <div className="explorer">
        <Island name="model-explorer" component={ModelExplorer} props={{ query: listAddress(query, format).slice("/models".length), counts, authors, providers }} />
        <section className="results" id={resultsId} aria-label="Results">
          <ModelResults models={models} total={total} query={query} format={format} relaxations={relaxations} more={<Pages format={format} previous={previous} next={next} />} />
        </section>
      </div>
    </div>
  );
}

function Pages({ format, previous, next }: { readonly format: ListFormat; readonly previous: URLSearchParams | undefined; readonly next: URLSearchParams | undefined }) {
  if (previous === undefined && next === undefined) return null;
  return (
    <nav className="pages" aria-label="Pages">
      {previous === undefined ? <span /> : <Link className="button" rel="prev" to={listAddress(previous, format)}>Previous</Link>}
      {next !== undefined && <Link className="button" rel="next" to={listAddress(next, format)}>Next</Link>}
    </nav>
  );
}

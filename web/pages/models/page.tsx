/** The list of models: what the query of the API finds, under the same query. */

import { listAddress, type View } from "../../catalog/address.ts";
import type { Choices, FacetCounts } from "../../catalog/facets.ts";
import type { Figures, ModelRow } from "../../catalog/model-row.ts";
import type { Relaxation } from "../../catalog/wishes.ts";
import { ModelScatter } from "../../charts/model-scatter.tsx";
import type { Book } from "../../format/measured.ts";
import { counted } from "../../format/number.ts";
import { explorerId, resultsId, trayId } from "../../islands/model-explorer-page.ts";
import { Island } from "../../islands/island.tsx";
import { ModelExplorer } from "../../islands/model-explorer.tsx";
import type { Page } from "../../shell/page.ts";
import { Banner } from "../../ui/banner.tsx";
import { CompareTray } from "../../ui/compare-tray.tsx";
import { Link } from "../../ui/link.tsx";
import { ModelResults } from "../../ui/model-results.tsx";
import { SandboxNote } from "../../ui/traffic.tsx";

export interface ModelsData {
  /** The models of this page of the list; all of them for the scatter. */
  readonly models: readonly ModelRow[];
  readonly total: number;
  /** The API's query, without what it refused. */
  readonly query: URLSearchParams;
  readonly view: View;
  readonly counts: FacetCounts;
  readonly choices: Choices;
  /** The figures that any model has. */
  readonly known: readonly (keyof Figures)[];
  readonly relaxations: readonly Relaxation[];
  /** Of what is in the compare tray, by slug. */
  readonly names: Readonly<Record<string, string>>;
  /** What of the address narrows nothing, and why. */
  readonly notes: readonly string[];
  /** Of the measured figures: window, count, time and origin. */
  readonly source: string;
  readonly book: Book;
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

function Models({ data }: { readonly data: ModelsData }) {
  const { models, total, query, view, counts, choices, known, relaxations, names, notes, source, book, previous, next } = data;
  const address = listAddress(query, view);
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Models</h1>
        <p className="lede">Every model of this gateway with its listed price. The address of this page is the query of <Link to="/api/v1/models"><code>/api/v1/models</code></Link>.</p>
      </div>
      {notes.length > 0 && <Banner tone="brass">{notes.join(" ")} <Link to={address}>Dismiss</Link></Banner>}
      {view.format === "scatter" && <SandboxNote book={book} />}
      <div className="explorer" id={explorerId}>
        <Island name="model-explorer" component={ModelExplorer} props={{ query: address.slice("/models".length), counts, choices, known, names }} />
        <section className="results" id={resultsId} aria-label="Results" tabIndex={-1}>
          <ModelResults
            models={models} total={total} query={query} view={view} relaxations={relaxations}
            scatter={<ModelScatter models={models} axes={view} source={source} />} more={<Pages view={view} previous={previous} next={next} />}
          />
        </section>
      </div>
      <div id={trayId} tabIndex={-1}><CompareTray query={query} view={view} nameOf={(slug) => names[slug] ?? slug} /></div>
    </div>
  );
}

function Pages({ view, previous, next }: { readonly view: View; readonly previous: URLSearchParams | undefined; readonly next: URLSearchParams | undefined }) {
  if (previous === undefined && next === undefined) return null;
  return (
    <nav className="pages" aria-label="Pages">
      {previous === undefined ? <span /> : <Link className="button" rel="prev" to={listAddress(previous, view)}>Previous</Link>}
      {next !== undefined && <Link className="button" rel="next" to={listAddress(next, view)}>Next</Link>}
    </nav>
  );
}

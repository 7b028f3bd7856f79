/**
 * The search box, the filters and the sort of the list of models. Without a script it is a form; with one, every key stroke
 * filters the index in the browser, and the address keeps up. The list itself is the server's until the reader changes something.
 */

import { useContext, useEffect, useRef, useState, type FormEvent } from "react";
import { createPortal } from "react-dom";
import { apiQuery, formatOf, listAddress, type ListFormat } from "../catalog/address.ts";
import { countFacets, facets, relaxations, type FacetCounts, type Relaxation } from "../catalog/facets.ts";
import type { IndexedModel } from "../catalog/indexed-model.ts";
import { loadIndex } from "../catalog/load-index.ts";
import { select } from "../catalog/select.ts";
import { hrefFrom } from "../format/href.ts";
import { ModelResults } from "../ui/model-results.tsx";
import { RootContext } from "../ui/link.tsx";

export interface ModelExplorerProps {
  /** The query of the page's address. */
  readonly query: string;
  readonly counts: FacetCounts;
  readonly authors: readonly Choice[];
  readonly providers: readonly Choice[];
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The id of the element that holds the list. */
export const resultsId = "model-results";

interface Shown {
  readonly query: URLSearchParams;
  readonly format: ListFormat;
  readonly models: readonly IndexedModel[];
  readonly counts: FacetCounts;
  readonly relaxations: readonly Relaxation[];
}

export function ModelExplorer({ query, counts, authors, providers }: ModelExplorerProps) {
  const root = useContext(RootContext);
  const form = useRef<HTMLFormElement>(null);
  const [shown, setShown] = useState<Shown>();
  // What the fields start with; a new number makes new fields, when the reader goes back.
  const [start, setStart] = useState({ number: 0, params: new URLSearchParams(query) });

  const show = async (params: URLSearchParams): Promise<void> => {
    const index = await loadIndex(root);
    const wanted = apiQuery(params);
    const models = select(index, wanted);
    setShown({ query: wanted, format: formatOf(params), models, counts: countFacets(index, wanted), relaxations: models.length === 0 ? relaxations(index, wanted) : [] });
  };

  useEffect(() => {
    const back = (): void => {
      const params = new URLSearchParams(location.search);
      setStart(({ number }) => ({ number: number + 1, params }));
      void show(params);
    };
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  });

  const changed = (event: FormEvent<HTMLFormElement>): void => {
    const params = fieldsOf(event.currentTarget);
    const address = hrefFrom(root, listAddress(apiQuery(params), formatOf(params)));
    // Typing is one step back, a choice is one.
    if (event.target instanceof HTMLInputElement && event.target.type === "search") history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    void show(params);
  };

  const fields = { params: start.params, counts: shown?.counts ?? counts };
  return (
    <>
      <form
        key={start.number} ref={form} action={hrefFrom(root, "/models")} className="island" aria-label="Filter models"
        onInput={changed} onFocus={() => void loadIndex(root)} onSubmit={(event) => event.preventDefault()}
      >
        <SearchBar {...fields} />
        <Filters {...fields} authors={authors} providers={providers} />
      </form>
      {shown !== undefined && <Results shown={shown} />}
    </>
  );
}

/** Takes the place of the list that the server drew. */
function Results({ shown: { query, format, models, relaxations: instead } }: { readonly shown: Shown }) {
  const [place] = useState(() => {
    const element = document.getElementById(resultsId);
    element?.replaceChildren();
    return element;
  });
  const [count, setCount] = useState(pageSize);
  useEffect(() => setCount(pageSize), [query]);
  if (place === null) return null;
  const rest = models.length - count;
  return createPortal(
    <ModelResults
      models={models.slice(0, count)} total={models.length} query={query} format={format} relaxations={instead}
      more={rest > 0 && <button type="button" className="button" onClick={() => setCount(count + pageSize)}>Show {Math.min(pageSize, rest)} more</button>}
    />,
    place,
  );
}

/** What the server shows on a page, and what is painted at once. */
const pageSize = 60;

function fieldsOf(form: HTMLFormElement): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") params.append(name, value);
  return params;
}

interface Fields {
  readonly params: URLSearchParams;
  readonly counts: FacetCounts;
}

const sorts = [
  ["", "Catalog order"], ["newest", "Newest"], ["top-weekly", "Most used this week"], ["pricing-low-to-high", "Price, low to high"], ["pricing-high-to-low", "Price, high to low"],
  ["context-high-to-low", "Context"], ["throughput-high-to-low", "Throughput"], ["latency-low-to-high", "Latency"],
  ["intelligence-high-to-low", "Intelligence"], ["coding-high-to-low", "Coding"], ["agentic-high-to-low", "Agentic"],
] as const;

function SearchBar({ params }: Fields) {
  const format = formatOf(params);
  return (
    <div className="explorer-search" role="search">
      <label className="field grow">
        <span>Search models</span>
        <input className="input" type="search" name="q" defaultValue={params.get("q") ?? ""} placeholder="Name or slug" autoComplete="off" spellCheck={false} data-page-search="" aria-keyshortcuts="/" />
      </label>
      <label className="field">
        <span>Sort</span>
        <select className="input" name="sort" defaultValue={params.get("sort") ?? params.get("order") ?? ""}>
          {sorts.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        </select>
      </label>
      <fieldset className="segmented">
        <legend className="visually-hidden">View</legend>
        {(["cards", "table"] as const).map((view) => (
          <label key={view}><input className="visually-hidden" type="radio" name="fmt" value={view} defaultChecked={format === view} />{view === "cards" ? "Cards" : "Table"}</label>
        ))}
      </fieldset>
      <button className="button no-js" type="submit">Apply</button>
    </div>
  );
}

interface FiltersProps extends Fields {
  readonly authors: readonly Choice[];
  readonly providers: readonly Choice[];
}

function Filters({ params, counts, authors, providers }: FiltersProps) {
  const query = apiQuery(params);
  return (
    <details className="filters-fold">
      <summary>Filters</summary>
      <div className="filters">
        {facets.map(({ param, label, options }) => (
          <fieldset key={param}>
            <legend>{label}</legend>
            {options.map(({ value, label: name }) => (
              <label key={value} className="check">
                <input type="checkbox" name={param} value={value} defaultChecked={(query.get(param) ?? "").split(",").includes(value)} />
                {name}<span className="count">{counts[`${param}:${value}`] ?? 0}</span>
              </label>
            ))}
          </fieldset>
        ))}
        <NumberPair legend="Input price, $ / 1M" name="price" query={query} step="any" />
        <NumberPair legend="Output price, $ / 1M" name="output_price" query={query} step="any" />
        <label className="field"><span className="group-name">Context, at least</span>
          <select className="input" name="context" defaultValue={query.get("context") ?? ""}>
            <option value="">Any</option>
            {contexts(query.get("context")).map((tokens) => <option key={tokens} value={tokens}>{Number(tokens).toLocaleString("en-US")}</option>)}
          </select>
        </label>
        <Choices label="Author" name="model_authors" choices={authors} query={query} />
        <Choices label="Provider" name="providers" choices={providers} query={query} />
        <Choices label="Region" name="region" choices={[{ value: "eu", label: "European Union" }, { value: "us", label: "United States" }]} query={query} />
        <fieldset>
          <legend>Data and use</legend>
          <label className="check"><input type="checkbox" name="zdr" value="true" defaultChecked={query.get("zdr") === "true"} />Zero data retention</label>
          <label className="check"><input type="checkbox" name="distillable" value="true" defaultChecked={query.get("distillable") === "true"} />Distillable</label>
        </fieldset>
        {kept(query).map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />)}
      </div>
    </details>
  );
}

function NumberPair({ legend, name, query, step }: { readonly legend: string; readonly name: string; readonly query: URLSearchParams; readonly step: string }) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className="pair">
        {(["min", "max"] as const).map((bound) => (
          <input key={bound} className="input" type="number" min="0" step={step} name={`${bound}_${name}`} defaultValue={query.get(`${bound}_${name}`) ?? ""} placeholder={bound} aria-label={`${legend}, ${bound === "min" ? "at least" : "at most"}`} />
        ))}
      </div>
    </fieldset>
  );
}

function Choices({ label, name, choices, query }: { readonly label: string; readonly name: string; readonly choices: readonly Choice[]; readonly query: URLSearchParams }) {
  const chosen = query.get(name) ?? "";
  // An address may name several, or one that is not in the list.
  const isKnown = chosen === "" || choices.some(({ value }) => value === chosen);
  return (
    <label className="field"><span className="group-name">{label}</span>
      <select className="input" name={name} defaultValue={chosen}>
        <option value="">Any</option>
        {!isKnown && <option value={chosen}>{chosen.replaceAll(",", ", ")}</option>}
        {choices.map(({ value, label: text }) => <option key={value} value={value}>{text}</option>)}
      </select>
    </label>
  );
}

const contextSteps = ["8000", "32000", "64000", "128000", "200000", "400000", "1000000"];

function contexts(chosen: string | null): readonly string[] {
  return chosen === null || contextSteps.includes(chosen) ? contextSteps : [...contextSteps, chosen].sort((one, other) => Number(one) - Number(other));
}

/** Wishes that the address makes and the form has no field for. */
const unseen = ["arch", "category", "min_age_days", "max_age_days", ...["intelligence_index", "coding_index", "agentic_index", "tool_success_rate"].flatMap((name) => [`min_${name}`, `max_${name}`])];

function kept(query: URLSearchParams): readonly (readonly [string, string])[] {
  return unseen.flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value] as const];
  });
}

/** The form that the list of models is searched, filtered and sorted by: without a script it is sent, with one it is read at every change. */

import type { ReactNode } from "react";
import { apiQuery, asksFree, indices, viewOf, withoutFree, type View } from "../catalog/address.ts";
import { facets, isChosen, othersChosen, type Choice, type Choices, type Facet, type FacetCounts } from "../catalog/facets.ts";
import type { Figures } from "../catalog/model-row.ts";
import { indexNames } from "../catalog/wishes.ts";
import { exact } from "../format/number.ts";

export interface ModelFiltersProps {
  /** Of the page's address: what the fields start with. */
  readonly params: URLSearchParams;
  readonly counts: FacetCounts;
  readonly choices: Choices;
  /** The figures that any model has: nothing is sorted or filtered by others. */
  readonly known: readonly (keyof Figures)[];
}

const sorts: readonly (readonly [value: string, label: string, by?: keyof Figures])[] = [
  ["", "Catalog order"], ["newest", "Newest"], ["top-weekly", "Most used this week", "weekly_tokens"],
  ["pricing-low-to-high", "Price, low to high (1 in : 1 out)"], ["pricing-high-to-low", "Price, high to low (1 in : 1 out)"],
  ["context-high-to-low", "Context"], ["throughput-high-to-low", "Throughput", "throughput"], ["latency-low-to-high", "Time to first content", "latency"],
  ["intelligence-high-to-low", "Intelligence", "intelligence_index"], ["coding-high-to-low", "Coding", "coding_index"], ["agentic-high-to-low", "Agentic", "agentic_index"],
  ["design-arena-elo-high-to-low", "Design arena Elo", "design_arena_elo"],
];

const viewNames: readonly (readonly [View["format"], string])[] = [["cards", "Cards"], ["table", "Table"], ["scatter", "Scatter"]];

/** `view` is what is shown now, which decides whether the axes are asked for. */
export function ModelSearch({ params, known, view }: Pick<ModelFiltersProps, "params" | "known"> & { readonly view: View }) {
  const query = apiQuery(params);
  const start = viewOf(params);
  const sort = query.get("sort") === "most-popular" ? "top-weekly" : (query.get("sort") ?? "");
  return (
    <div className="explorer-search" role="search">
      <label className="field grow">
        <span>Search models</span>
        <input className="input" type="search" name="q" defaultValue={query.get("q") ?? ""} placeholder="Name or slug" autoComplete="off" spellCheck={false} data-page-search="" aria-keyshortcuts="/" />
      </label>
      <Select label="Sort" name="sort" value={sort}>
        {sorts.map(([value, label, by]) => {
          const isKnown = by === undefined || known.includes(by);
          return <option key={value} value={value} disabled={!isKnown && value !== sort}>{isKnown ? label : `${label} (no figures here)`}</option>;
        })}
      </Select>
      <fieldset className="segmented">
        <legend className="visually-hidden">View</legend>
        {viewNames.map(([format, name]) => (
          <label key={format}><input className="visually-hidden" type="radio" name="fmt" value={format} defaultChecked={start.format === format} />{name}</label>
        ))}
      </fieldset>
      <div className="axes" hidden={view.format !== "scatter"}>
        <Select label="Height" name="y" value={start.y}><option value="throughput">Throughput</option><option value="latency">Time to first content</option><option value="context">Context</option></Select>
        <Select label="Across" name="x" value={start.x}><option value="price">Input price</option><option value="blended">Blended price (3 in : 1 out)</option></Select>
      </div>
      <button className="button no-js" type="submit">Apply</button>
    </div>
  );
}

/** Parameters that many look for; the others are among the rarer filters. */
const usual: readonly string[] = ["tools", "structured_outputs", "reasoning"];

function isUsual({ value }: Choice): boolean {
  return usual.includes(value);
}

export function ModelFilters({ params, counts, choices, known }: ModelFiltersProps) {
  const query = apiQuery(params);
  const isFree = asksFree(query);
  const bounds = isFree ? withoutFree(query) : query;
  const checks = (param: Facet["param"], of?: readonly Choice[]) => {
    const all = choices[param] ?? [];
    return <Checks param={param} choices={of ?? [...all, ...othersChosen(query, param, all)]} query={query} counts={counts} />;
  };
  const parameters = choices.supported_parameters ?? [];
  const rare = parameters.filter((choice) => !isUsual(choice));
  return (
    <details className="filters-fold">
      <summary>Filters</summary>
      <div className="filters">
        <Group label="Price">{checks("pricing", [{ value: "free", label: "Free, input and output" }])}</Group>
        <Group label={labelOf("input_modalities")}>{checks("input_modalities")}</Group>
        <Group label={labelOf("output_modalities")}>{checks("output_modalities")}<p className="muted small">Text, where none is chosen.</p></Group>
        <Group label="Abilities">{checks("supported_parameters", parameters.filter(isUsual))}</Group>
        <NumberPair legend="Input price, $ / 1M" name="price" query={bounds} />
        <NumberPair legend="Output price, $ / 1M" name="output_price" query={bounds} />
        <Select label="Context, at least" name="context" value={query.get("context") ?? ""} isGroup>
          <option value="">Any</option>
          {contexts(query.get("context")).map((tokens) => <option key={tokens} value={tokens}>{exact(Number(tokens))}</option>)}
        </Select>
        <Group label="Data policy">{checks("zdr", [{ value: "true", label: "Zero data retention" }])}</Group>
        <ListFold param="model_authors" query={query}>{checks("model_authors")}</ListFold>
        <ListFold param="providers" query={query}>{checks("providers")}</ListFold>
        <details className="facet-fold" open={rarelyUsed.some((name) => query.has(name)) || rare.some((choice) => isChosen(query, "supported_parameters", choice)) || undefined}>
          <summary>More filters</summary>
          <div className="filters">
            <Group label="More parameters">{checks("supported_parameters", [...rare, ...othersChosen(query, "supported_parameters", parameters)])}</Group>
            <Options param="region" of={[{ value: "eu", label: "European Union" }, { value: "us", label: "United States" }]} query={query} counts={counts} />
            <Options param="arch" of={choices.arch ?? []} query={query} counts={counts} />
            <Options param="distillable" of={[{ value: "true", label: "Yes" }, { value: "false", label: "No, or not stated" }]} query={query} counts={counts} />
            <NumberPair legend="Age, days" name="age_days" query={query} />
            {indices.map((name) => <NumberPair key={name} legend={indexNames[name]} name={name} query={query} isUnknown={!known.includes(name)} />)}
          </div>
        </details>
      </div>
    </details>
  );
}

const rarelyUsed = ["region", "arch", "distillable", ...["age_days", ...indices].flatMap((name) => [`min_${name}`, `max_${name}`])];

interface Counted {
  readonly query: URLSearchParams;
  readonly counts: FacetCounts;
}

function Checks({ param, choices, query, counts }: Counted & { readonly param: Facet["param"]; readonly choices: readonly Choice[] }) {
  return choices.map((choice) => {
    const count = counts[`${param}:${choice.value}`] ?? 0;
    return (
      <label key={choice.value} className={count === 0 ? "check check-none" : "check"}>
        <input type="checkbox" name={param} value={choice.value} defaultChecked={isChosen(query, param, choice)} />
        <span>{choice.label}</span><span className="count">{count}</span>
      </label>
    );
  });
}

function Options({ param, of, query, counts }: Counted & { readonly param: Facet["param"]; readonly of: readonly Choice[] }) {
  const chosen = query.get(param)?.trim().toLowerCase() ?? "";
  return (
    <Select label={labelOf(param)} name={param} value={chosen} isGroup>
      <option value="">Any</option>
      {/* An address may ask for one that there is none of. */}
      {chosen !== "" && of.every(({ value }) => value !== chosen) && <option value={chosen}>{chosen}</option>}
      {of.map(({ value, label }) => <option key={value} value={value}>{`${label} (${counts[`${param}:${value}`] ?? 0})`}</option>)}
    </Select>
  );
}

function Group({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return <fieldset><legend>{label}</legend>{children}</fieldset>;
}

/** A long list of choices, open where one of them is taken. */
function ListFold({ param, query, children }: { readonly param: Facet["param"]; readonly query: URLSearchParams; readonly children: ReactNode }) {
  return (
    <details className="facet-fold" open={query.has(param) || undefined}>
      <summary>{labelOf(param)}</summary>
      <fieldset className="facet-list"><legend className="visually-hidden">{labelOf(param)}</legend>{children}</fieldset>
    </details>
  );
}

interface NumberPairProps {
  readonly legend: string;
  readonly name: string;
  readonly query: URLSearchParams;
  /** No model has this figure. */
  readonly isUnknown?: boolean;
}

function NumberPair({ legend, name, query, isUnknown = false }: NumberPairProps) {
  // What the address asks for is not hidden, although nothing can meet it.
  const isDisabled = isUnknown && !query.has(`min_${name}`) && !query.has(`max_${name}`);
  return (
    <fieldset disabled={isDisabled}>
      <legend>{legend}</legend>
      <div className="pair">
        {(["min", "max"] as const).map((bound) => (
          <input key={bound} className="input" type="number" min="0" step="any" name={`${bound}_${name}`} defaultValue={query.get(`${bound}_${name}`) ?? ""} placeholder={bound} aria-label={`${legend}, ${bound === "min" ? "at least" : "at most"}`} />
        ))}
      </div>
      {isUnknown && <p className="muted small">No model has a figure for this here.</p>}
    </fieldset>
  );
}

function Select({ label, name, value, isGroup = false, children }: { readonly label: string; readonly name: string; readonly value: string; readonly isGroup?: boolean; readonly children: ReactNode }) {
  return (
    <label className="field">
      <span className={isGroup ? "group-name" : undefined}>{label}</span>
      <select className="input" name={name} defaultValue={value}>{children}</select>
    </label>
  );
}

const contextSteps = ["8000", "32000", "64000", "128000", "200000", "400000", "1000000"];

function contexts(chosen: string | null): readonly string[] {
  return chosen === null || contextSteps.includes(chosen) ? contextSteps : [...contextSteps, chosen].sort((one, other) => Number(one) - Number(other));
}

function labelOf(param: Facet["param"]): string {
  return facets.find((facet) => facet.param === param)?.label ?? param;
}

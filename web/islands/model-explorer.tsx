/**
 * The search box, the filters and the compare tray of the list of models. Without a script they are a form and links; with one, every
 * key stroke filters the index in the browser, and the address keeps up. List and tray are the server's until the reader changes something.
 */

import { memo, startTransition, useContext, useDeferredValue, useEffect, useMemo, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { createPortal } from "react-dom";
import { apiQuery, listAddress, viewOf, type View } from "../catalog/address.ts";
import { countFacets, type Choices, type FacetCounts } from "../catalog/facets.ts";
import type { ModelIndex } from "../catalog/indexed-model.ts";
import { loadIndex } from "../catalog/load-index.ts";
import type { Figures } from "../catalog/model-row.ts";
import { select } from "../catalog/select.ts";
import { relaxations } from "../catalog/wishes.ts";
import type { ModelScatter } from "../charts/model-scatter.tsx";
import { hrefFrom } from "../format/href.ts";
import { counted } from "../format/number.ts";
import { announce } from "../ui/announce.ts";
import { CompareTray } from "../ui/compare-tray.tsx";
import { RootContext } from "../ui/link.tsx";
import { ModelFilters, ModelSearch } from "../ui/model-filters.tsx";
import { ModelResults } from "../ui/model-results.tsx";
import { followListLinks, followTicks, keepTicks, resultsId, takePlace, trayId } from "./model-explorer-page.ts";

export interface ModelExplorerProps {
  /** The query of the page's address. */
  readonly query: string;
  readonly counts: FacetCounts;
  readonly choices: Choices;
  readonly known: readonly (keyof Figures)[];
  /** Names of what is in the compare tray, by slug. */
  readonly names: Readonly<Record<string, string>>;
}

/** How a change is kept in the history: as a step of its own, as part of the last one, or it came from there. */
type Step = "new" | "same" | "none";

export function ModelExplorer({ query: address, counts: firstCounts, choices, known, names }: ModelExplorerProps) {
  const root = useContext(RootContext);
  const [params, setParams] = useState(() => new URLSearchParams(address));
  // What the fields start with; a new number makes new ones, where something else than a field was changed.
  const [start, setStart] = useState({ number: 0, params });
  const [index, setIndex] = useState<ModelIndex>();
  const [draws, setDraws] = useState({ list: false, tray: false });
  const [scatter, setScatter] = useState<Drawer>();
  const wanted = apiQuery(params).toString();
  // The same object while the same is asked for, whatever becomes of the view and the tray.
  const query = useMemo(() => new URLSearchParams(wanted), [wanted]);
  const view = viewOf(params);
  // The list first, the numbers beside the choices in the next breath.
  const settled = useDeferredValue(query);
  const counts = useMemo(() => (index === undefined ? firstCounts : countFacets(index, settled)), [index, settled, firstCounts]);
  const keepAddress = useAddress(root);
  const typedIn = useRef<string>(undefined);

  const load = (format: View["format"]): void => {
    // A list that cannot be read is asked of the server, which says what is wrong.
    loadIndex(root).then(setIndex, () => location.reload());
    if (format === "scatter") void import("../charts/model-scatter.tsx").then(({ ModelScatter: component }) => setScatter({ component }));
  };
  const go = (next: URLSearchParams, step: Step): void => {
    setParams(next);
    if (viewOf(next).compared.join() !== view.compared.join()) setDraws((drawn) => ({ ...drawn, tray: true }));
    if (listOnly(next) !== listOnly(params)) {
      setDraws((drawn) => ({ ...drawn, list: true }));
      load(viewOf(next).format);
    }
    keepAddress(listAddress(next, viewOf(next)), step);
  };
  const refill = (next: URLSearchParams, step: Step): void => {
    typedIn.current = undefined;
    setStart(({ number }) => ({ number: number + 1, params: next }));
    go(next, step);
  };
  const compare = (slug: string, isTicked: boolean): void => {
    const others = view.compared.filter((other) => other !== slug);
    go(withCompared(params, isTicked ? [...others, slug] : others), "new");
  };

  useEffect(() => {
    const back = (): void => {
      const next = new URLSearchParams(location.search);
      // Pages after the first are the server's.
      if (next.has("offset")) location.reload();
      else refill(next, "none");
    };
    addEventListener("popstate", back);
    // The tray is asked for here: a list that the server drew has it as it was then.
    const unfollow = followListLinks((next, isOfTray) => refill(isOfTray ? next : withCompared(next, view.compared), "new"));
    const untick = followTicks(compare);
    return () => {
      removeEventListener("popstate", back);
      unfollow();
      untick();
    };
  });
  useEffect(() => keepTicks(view.compared));
  const changed = (event: FormEvent<HTMLFormElement>): void => {
    const field = event.target instanceof HTMLInputElement && ["search", "number"].includes(event.target.type) ? event.target.name : undefined;
    // What is typed into one field is one step back, a choice is one.
    const step = field !== undefined && field === typedIn.current ? "same" : "new";
    typedIn.current = field;
    go(withCompared(fieldsOf(event.currentTarget), view.compared), step);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>): void => {
    if (event.key !== "Escape" || !(event.target instanceof HTMLInputElement) || event.target.type !== "search" || event.target.value === "") return;
    event.preventDefault();
    event.target.value = "";
    changed(event);
  };

  const nameOf = (slug: string): string => index?.models.find((model) => model.slug === slug)?.name ?? names[slug] ?? slug;
  return (
    <>
      <form
        key={start.number} action={hrefFrom(root, "/models")} className="island" aria-label="Filter models"
        onInput={changed} onKeyDown={onKeyDown} onFocus={() => void loadIndex(root).catch(() => {})} onSubmit={(event) => event.preventDefault()}
      >
        <ModelSearch params={start.params} known={known} view={view} />
        <Filters params={start.params} counts={counts} choices={choices} known={known} />
        {view.compared.length > 0 && <input type="hidden" name="compare" value={view.compared.join(",")} />}
      </form>
      {draws.list && index !== undefined && (view.format !== "scatter" || scatter !== undefined) && <Results index={index} query={query} view={view} scatter={scatter} />}
      {draws.tray && <Taken id={trayId}><CompareTray query={query} view={view} nameOf={nameOf} /></Taken>}
    </>
  );
}

/** Drawn again for other counts alone. */
const Filters = memo(ModelFilters);

/** Takes the place of what the server drew in the element with this id. */
function Taken({ id, children }: { readonly id: string; readonly children: React.ReactNode }) {
  const [place] = useState(() => takePlace(id));
  return place === null ? null : createPortal(children, place);
}

/** What draws the scatter: it comes when it is first wanted. */
interface Drawer {
  readonly component: typeof ModelScatter;
}

interface ResultsProps {
  readonly index: ModelIndex;
  readonly query: URLSearchParams;
  readonly view: View;
  readonly scatter: Drawer | undefined;
}

function Results({ index, query, view, scatter }: ResultsProps) {
  const models = useMemo(() => select(index, query), [index, query]);
  const Scatter = view.format === "scatter" ? scatter?.component : undefined;
  // What a screen holds is painted first, the rest of the page once that stands.
  const [shown, setShown] = useState({ models, count: screenSize });
  const count = shown.models === models ? shown.count : screenSize;
  useEffect(() => {
    const painted = requestAnimationFrame(() => startTransition(() => setShown({ models, count: pageSize })));
    return () => cancelAnimationFrame(painted);
  }, [models]);
  useEffect(() => {
    const pause = setTimeout(() => announce(counted(models.length, "model")), pauseMs);
    return () => clearTimeout(pause);
  }, [models]);
  const rest = models.length - count;
  return (
    <Taken id={resultsId}>
      <ModelResults
        models={models.slice(0, count)} total={models.length} query={query} view={view} relaxations={models.length === 0 ? relaxations(index, query) : []}
        scatter={Scatter !== undefined && <Scatter models={models} axes={view} source={index.source} />}
        more={rest > 0 && count >= pageSize && <button type="button" className="button" onClick={() => setShown({ models, count: count + pageSize })}>Show {Math.min(pageSize, rest)} more</button>}
      />
    </Taken>
  );
}

/** What the server shows on a page. */
const pageSize = 60;
const screenSize = 20;
/** A reader who types is not spoken to. */
const pauseMs = 500;

function useAddress(root: string): (address: string, step: Step) => void {
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  return (address, step) => {
    clearTimeout(waiting.current);
    if (step === "none") return;
    const href = hrefFrom(root, address);
    try {
      if (step === "new") history.pushState(null, "", href);
      else history.replaceState(null, "", href);
    } catch {
      // Safari allows a hundred in half a minute, which is soon typed: then once the reader rests.
      waiting.current = setTimeout(() => history.replaceState(null, "", href), refusedMs);
    }
  };
}

const refusedMs = 31_000;

function fieldsOf(form: HTMLFormElement): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") params.append(name, value);
  return params;
}

/** The address without the tray, which changes nothing in the list. */
function listOnly(params: URLSearchParams): string {
  return listAddress(params, { ...viewOf(params), compared: [] });
}

function withCompared(params: URLSearchParams, compared: readonly string[]): URLSearchParams {
  const next = new URLSearchParams(params);
  if (compared.length === 0) next.delete("compare");
  else next.set("compare", compared.join(","));
  return next;
}

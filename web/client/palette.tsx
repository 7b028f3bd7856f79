/** The search palette: models and places, by name. Loaded when it is first asked for. */

import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { createRoot } from "react-dom/client";
import { loadIndex } from "../catalog/load-index.ts";
import { loadPlaces } from "../catalog/load-places.ts";
import { hrefFrom } from "../format/href.ts";
import { siteRoot } from "./site-root.ts";

let dialog: HTMLDialogElement | undefined;

/** Opens it, or closes it when it is open. The focus goes back to where it was. */
export function openPalette(): void {
  if (dialog?.open === true) {
    dialog.close();
    return;
  }
  dialog ??= makeDialog();
  dialog.showModal();
  dialog.querySelector("input")?.select();
}

function makeDialog(): HTMLDialogElement {
  const made = document.createElement("dialog");
  made.className = "palette";
  made.setAttribute("aria-label", "Search");
  made.addEventListener("click", (event) => {
    if (event.target === made) made.close();
  });
  document.body.append(made);
  createRoot(made).render(<Palette />);
  return made;
}

interface Entry {
  readonly name: string;
  readonly detail: string;
  readonly path: string;
}

const entriesMax = 20;

function Palette() {
  const [places] = useState(placesOnPage);
  const [models, setModels] = useState<readonly Entry[]>();
  const [docs, setDocs] = useState<readonly Entry[]>([]);
  const [failure, setFailure] = useState<string>();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    input.current?.focus();
    loadPlaces(siteRoot()).then(setDocs, (error: unknown) => setFailure(error instanceof Error ? error.message : "The documentation could not be searched."));
    loadIndex(siteRoot()).then(
      ({ models: all }) => setModels(all.map(({ name, slug }) => ({ name, detail: slug, path: `/${slug}` }))),
      (error: unknown) => setFailure(error instanceof Error ? error.message : "The list of models could not be read."),
    );
  }, []);

  const found = find([...places, ...(models ?? []), ...docs], text);
  const chosen = found[Math.min(at, found.length - 1)];
  const open = (entry: Entry): void => location.assign(hrefFrom(siteRoot(), entry.path));
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt(found.length === 0 ? 0 : (at + step + found.length) % found.length);
    } else if (event.key === "Enter" && chosen !== undefined) {
      event.preventDefault();
      open(chosen);
    }
  };

  return (
    <>
      <input
        ref={input} type="text" role="combobox" aria-label="Search models and pages" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
        aria-activedescendant={chosen === undefined ? undefined : "palette-chosen"} placeholder="Models, pages…" autoComplete="off" spellCheck={false} value={text}
        onChange={(event) => { setText(event.target.value); setAt(0); }} onKeyDown={onKeyDown}
      />
      <div role="listbox" id="palette-list" aria-label="Results">
        {found.map((entry) => (
          <div key={entry.path} role="option" aria-selected={entry === chosen} id={entry === chosen ? "palette-chosen" : undefined} tabIndex={-1} onClick={() => open(entry)} ref={entry === chosen ? scrollTo : null}>
            <span>{entry.name}</span><small>{entry.detail}</small>
          </div>
        ))}
      </div>
      <p className="palette-foot" role="status">
        {failure ?? (found.length > 0 ? "↑ ↓ to choose, Enter to open, Esc to close" : models === undefined ? "Reading the list of models…" : "Nothing by that name.")}
      </p>
    </>
  );
}

function scrollTo(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}

/** What the header and the footer lead to. */
function placesOnPage(): readonly Entry[] {
  const root = siteRoot();
  const places = [...document.querySelectorAll<HTMLAnchorElement>(".site-header nav a, .site-footer li a")].map((link) => {
    const path = `/${(link.getAttribute("href") ?? "").slice(root.length)}`;
    return { name: link.textContent, detail: path, path };
  });
  return [...new Map(places.map((place) => [place.path, place])).values()];
}

/** Every word has to be in the name or the detail; names that begin with the text come first. */
function find(entries: readonly Entry[], text: string): readonly Entry[] {
  const wanted = text.trim().toLowerCase();
  const words = wanted.split(/\s+/);
  const rank = ({ name, detail }: Entry): number => {
    const searched = `${name} ${detail}`.toLowerCase();
    if (!words.every((word) => searched.includes(word))) return 3;
    return name.toLowerCase().startsWith(wanted) ? 0 : searched.includes(wanted) ? 1 : 2;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((one) => one.rank < 3)
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, entriesMax)
    .map(({ entry }) => entry);
}

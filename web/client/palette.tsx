/** The search palette: models, places and what can be done, by name. Loaded when it is first asked for. */

import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { createRoot } from "react-dom/client";
import { findPlaces, type Place } from "../catalog/find-places.ts";
import { loadIndex } from "../catalog/load-index.ts";
import { loadPlaces, type Places } from "../catalog/load-places.ts";
import { hrefFrom } from "../format/href.ts";
import { siteRoot } from "./site-root.ts";
import { nextTheme } from "./theme.ts";

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

/** A place to go to, or something to do, which is told when it is done. */
type Entry = Place | { readonly name: string; readonly detail: string; readonly act: () => Promise<string> | string };

/** Everything that a page can be told to do from anywhere. */
const actions: readonly Entry[] = [
  { name: "Change theme", detail: "Action: system, light, dark", act: () => `Theme: ${nextTheme()}` },
  { name: "Copy base URL", detail: "Action", act: () => copied(new URL(`${siteRoot()}api/v1`, location.href).href) },
  { name: "Copy the address of this page", detail: "Action", act: () => copied(location.href) },
];

async function copied(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return `Copied: ${text}`;
  } catch {
    // Without a secure context there is no clipboard.
    return text;
  }
}

const entriesMax = 20;

function Palette() {
  const [places] = useState(placesOnPage);
  const [models, setModels] = useState<readonly Entry[]>();
  const [others, setOthers] = useState<Places>({ named: [], documented: [] });
  const [failure, setFailure] = useState<string>();
  const [done, setDone] = useState<string>();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    input.current?.focus();
    loadPlaces(siteRoot()).then(setOthers, (error: unknown) => setFailure(error instanceof Error ? error.message : "The places of this site could not be read."));
    loadIndex(siteRoot()).then(
      ({ models: all }) => setModels(all.map(({ name, slug }) => ({ name, detail: slug, path: `/${slug}` }))),
      (error: unknown) => setFailure(error instanceof Error ? error.message : "The list of models could not be read."),
    );
  }, []);

  const found = findPlaces<Entry>([...places, ...actions, ...others.named, ...(models ?? []), ...others.documented], text, entriesMax);
  const chosen = found[Math.min(at, found.length - 1)];
  const open = async (entry: Entry): Promise<void> => ("act" in entry ? setDone(await entry.act()) : location.assign(hrefFrom(siteRoot(), entry.path)));
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt(found.length === 0 ? 0 : (at + step + found.length) % found.length);
    } else if (event.key === "Enter" && chosen !== undefined) {
      event.preventDefault();
      void open(chosen);
    }
  };

  return (
    <>
      <input
        ref={input} type="text" role="combobox" aria-label="Search models, pages and actions" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
        aria-activedescendant={chosen === undefined ? undefined : "palette-chosen"} placeholder="Models, providers, documents, actions…" autoComplete="off" spellCheck={false} value={text}
        onChange={(event) => { setText(event.target.value); setAt(0); setDone(undefined); }} onKeyDown={onKeyDown}
      />
      <div role="listbox" id="palette-list" aria-label="Results">
        {found.map((entry) => (
          <div key={"path" in entry ? entry.path : entry.name} role="option" aria-selected={entry === chosen} id={entry === chosen ? "palette-chosen" : undefined} tabIndex={-1} onClick={() => void open(entry)} ref={entry === chosen ? scrollTo : null}>
            <span>{entry.name}</span><small>{entry.detail}</small>
          </div>
        ))}
      </div>
      <p className="palette-foot" role="status">
        {done ?? failure ?? (found.length > 0 ? "↑ ↓ to choose, Enter to open, Esc to close" : models === undefined ? "Reading the list of models…" : "Nothing by that name.")}
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

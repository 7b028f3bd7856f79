/** What the explorer does with the page around it, most of which the server drew and React does not know. */

import { comparedMax } from "../catalog/comparison.ts";

/** The elements that hold the whole, the list and the tray. */
export const explorerId = "model-explorer";
export const resultsId = "model-results";
export const trayId = "compare-tray";

/** Empties the element, for React to fill it. */
export function takePlace(id: string): HTMLElement | null {
  const element = document.getElementById(id);
  const isFocused = element?.contains(document.activeElement) === true;
  element?.replaceChildren();
  // Who stood in what is gone stands before what comes.
  if (isFocused) element?.focus({ preventScroll: true });
  return element;
}

/** Links from the list to the list, another sort or one filter less, need no new page. Gives a function that ends it. */
export function followListLinks(follow: (params: URLSearchParams, isOfTray: boolean) => void): () => void {
  const onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const tray = document.getElementById(trayId);
    if (link === null || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (tray?.contains(link) !== true && document.getElementById(explorerId)?.contains(link) !== true) return;
    const { pathname, searchParams } = new URL(link.href);
    if (pathname !== location.pathname || searchParams.has("offset")) return;
    event.preventDefault();
    follow(searchParams, tray?.contains(link) === true);
  };
  document.addEventListener("click", onClick);
  return () => document.removeEventListener("click", onClick);
}

/** A click on a box, or the key "x" in a card or a row, puts a model into the tray or takes it away. Gives a function that ends it. */
export function followTicks(tick: (slug: string, isTicked: boolean) => void): () => void {
  const onChange = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const slug = target.dataset["compare"];
    if (slug !== undefined) tick(slug, target.checked);
  };
  document.addEventListener("change", onChange);
  document.addEventListener("keydown", tickByKey);
  return () => {
    document.removeEventListener("change", onChange);
    document.removeEventListener("keydown", tickByKey);
  };
}

function tickByKey({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): void {
  if (key !== "x" || ctrlKey || metaKey || altKey || !(target instanceof Element)) return;
  const box = target.closest("[data-model], tr")?.querySelector<HTMLInputElement>("[data-compare]");
  if (box?.disabled === false) box.click();
}

/** Makes the boxes of the list say what is in the tray, whoever drew them. */
export function keepTicks(compared: readonly string[]): void {
  for (const box of document.querySelectorAll<HTMLInputElement>("[data-compare]")) {
    box.checked = compared.includes(box.dataset["compare"] ?? "");
    box.disabled = !box.checked && compared.length >= comparedMax;
  }
}

/** Buttons with `data-copy` copy that text; those with `data-copy-from` the text of the element with that id. */

import { announce } from "../ui/announce.ts";

const shownMs = 2_000;

export function copyOnClick(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy], [data-copy-from]") : null;
    if (button !== null) void copy(button);
  });
}

async function copy(button: HTMLElement): Promise<void> {
  const source = document.getElementById(button.dataset["copyFrom"] ?? "");
  try {
    await navigator.clipboard.writeText(button.dataset["copy"] ?? source?.textContent ?? "");
    say(button, "Copied");
  } catch {
    // Without a secure context there is no clipboard: select the text, so that the keys do it.
    const shown = source ?? button.previousElementSibling;
    if (shown !== null) getSelection()?.selectAllChildren(shown);
    say(button, "Press Ctrl C");
  }
}

function say(button: HTMLElement, word: string): void {
  const label = button.querySelector<HTMLElement>("[data-copy-label]");
  if (label === null) return;
  label.dataset["was"] ??= label.textContent;
  label.textContent = word;
  announce(word);
  setTimeout(() => (label.textContent = label.dataset["was"] ?? ""), shownMs);
}

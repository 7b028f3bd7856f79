/** Opens the search palette: its button, Ctrl/⌘ K anywhere, "/" where the page has no search box of its own. */

export function openPaletteOnRequest(): void {
  const button = document.querySelector<HTMLElement>("[data-palette-button]");
  button?.addEventListener("click", (event) => {
    // Without this script the button sends its form, which leads to the list of models.
    event.preventDefault();
    void open();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      void open();
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      event.preventDefault();
      const search = document.querySelector<HTMLInputElement>("[data-page-search]");
      if (search === null) void open();
      else search.focus();
    }
  });
}

async function open(): Promise<void> {
  const { openPalette } = await import("./palette.tsx");
  openPalette();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

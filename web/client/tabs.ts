/** Tabs of ui/tabs.tsx: without this script all panels stand one below the other. What was chosen is kept for every group of that name. */

export function switchTabs(): void {
  for (const group of document.querySelectorAll<HTMLElement>("[data-tabs]")) {
    const tabs = [...group.querySelectorAll<HTMLElement>('[role="tab"]')];
    const storageKey = `windrose-tab-${group.dataset["tabs"] ?? ""}`;
    const kept = tabs.find(({ dataset }) => dataset["tab"] === recall(storageKey));
    if (kept !== undefined) select(tabs, kept);
    group.addEventListener("click", (event) => {
      const tab = tabs.find((one) => event.target instanceof Node && one.contains(event.target));
      if (tab !== undefined) choose(tabs, tab, storageKey);
    });
    group.addEventListener("keydown", (event) => {
      const at = tabs.findIndex((one) => one === document.activeElement);
      const next = at === -1 ? undefined : tabs.at(neighbour(event.key, at, tabs.length));
      if (next === undefined || !moves.has(event.key)) return;
      event.preventDefault();
      choose(tabs, next, storageKey);
      next.focus();
    });
  }
}

const moves = new Set(["ArrowRight", "ArrowLeft", "Home", "End"]);

function neighbour(key: string, at: number, count: number): number {
  if (key === "Home") return 0;
  if (key === "End") return -1;
  return key === "ArrowLeft" ? at - 1 : (at + 1) % count;
}

function choose(tabs: readonly HTMLElement[], tab: HTMLElement, storageKey: string): void {
  select(tabs, tab);
  try {
    localStorage.setItem(storageKey, tab.dataset["tab"] ?? "");
  } catch {
    // Not kept, then.
  }
}

function recall(storageKey: string): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

function select(tabs: readonly HTMLElement[], chosen: HTMLElement): void {
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls") ?? "")?.toggleAttribute("data-selected", isChosen);
  }
}

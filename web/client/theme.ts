/** The button that goes from the system's theme to light to dark. The inline script in the head (shell/theme-script.ts) reads what is kept here. */

const order = ["system", "light", "dark"] as const;
type Theme = (typeof order)[number];
const storageKey = "windrose-theme";

export function themeButton(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-button]");
  if (button === null) return;
  describe(button);
  button.addEventListener("click", nextTheme);
}

/** Goes to the next theme, and gives its name. */
export function nextTheme(): Theme {
  const next = order[(order.indexOf(current()) + 1) % order.length] ?? "system";
  keep(next);
  if (next === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = next;
  const button = document.querySelector<HTMLButtonElement>("[data-theme-button]");
  if (button !== null) describe(button);
  return next;
}

function current(): Theme {
  return order.find((theme) => theme === document.documentElement.dataset["theme"]) ?? "system";
}

function describe(button: HTMLButtonElement): void {
  button.title = `Theme: ${current()}`;
  const state = button.querySelector("[data-theme-state]");
  if (state !== null) state.textContent = current();
}

function keep(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // Storage is refused in some private windows: the choice then lasts as long as the page.
  }
}

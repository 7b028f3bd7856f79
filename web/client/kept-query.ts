/**
 * Links with `data-keeps` take these parameters along as the address has them now: an island may have changed it since the page
 * was drawn.
 */

import { readableQuery } from "../format/query.ts";

export function keepQueryOnClick(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-keeps]") : null;
    if (link === null) return;
    const here = new URLSearchParams(location.search);
    const there = new URL(link.href);
    for (const name of link.dataset["keeps"]?.split(",") ?? []) {
      const value = here.get(name);
      if (value === null) there.searchParams.delete(name);
      else there.searchParams.set(name, value);
    }
    there.search = readableQuery(there.searchParams);
    link.href = there.href;
  }, { capture: true });
}

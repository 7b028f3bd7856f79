/** The places of the site in the browser, for the search palette. */

import { hrefFrom } from "../format/href.ts";
import type { Place } from "./find-places.ts";

/** Of the documentation, and of those who make, sell and use models. */
export async function loadPlaces(root: string): Promise<readonly Place[]> {
  const lists = await Promise.all(["/api/ui/v1/places", "/api/ui/v1/docs"].map(async (path) => {
    const response = await fetch(hrefFrom(root, path));
    if (!response.ok) throw new Error(`The places of this site could not be read (${response.status}).`);
    return (await response.json()) as readonly Place[];
  }));
  return lists.flat();
}

/** The places of the site in the browser, for the search palette. */

import { hrefFrom } from "../format/href.ts";
import type { Place } from "./find-places.ts";

export interface Places {
  /** Those who make, sell and use models. */
  readonly named: readonly Place[];
  readonly documented: readonly Place[];
}

export async function loadPlaces(root: string): Promise<Places> {
  const [named, documented] = await Promise.all([listAt(root, "/api/ui/v1/places"), listAt(root, "/api/ui/v1/docs")]);
  return { named, documented };
}

async function listAt(root: string, path: string): Promise<readonly Place[]> {
  const response = await fetch(hrefFrom(root, path));
  if (!response.ok) throw new Error(`The places of this site could not be read (${response.status}).`);
  return (await response.json()) as readonly Place[];
}

/** The places of the documentation in the browser, for the search palette. */

import { hrefFrom } from "../format/href.ts";

export interface Place {
  readonly name: string;
  readonly detail: string;
  /** From the root of the site, with an anchor. */
  readonly path: string;
}

export async function loadPlaces(root: string): Promise<readonly Place[]> {
  const response = await fetch(hrefFrom(root, "/api/ui/v1/docs"));
  if (!response.ok) throw new Error(`The contents of the documentation could not be read (${response.status}).`);
  return (await response.json()) as readonly Place[];
}

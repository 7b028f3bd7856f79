/** The index of models in the browser: fetched once a page, when it is first wanted. */

import { hrefFrom } from "../format/href.ts";
import type { ModelIndex } from "./indexed-model.ts";

let loaded: Promise<ModelIndex> | undefined;

export function loadIndex(root: string): Promise<ModelIndex> {
  loaded ??= fetch(hrefFrom(root, "/api/ui/v1/models")).then(async (response) => {
    if (!response.ok) throw new Error(`The list of models could not be read (${response.status}).`);
    return (await response.json()) as ModelIndex;
  });
  // A failure is not kept: the next key stroke may try again.
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

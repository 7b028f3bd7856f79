/** What a request calls a model: `author/slug`, with any number of suffixes in any order. Source: contract §5.4. */

import type { Model } from "./model.ts";

export const variants = ["free", "nitro", "floor", "online", "thinking", "extended", "exacto"] as const;

export type Variant = (typeof variants)[number];

export type ReadSlug =
  /** `variants` are those that are no part of the model's own slug. */
  | { readonly model: Model; readonly variants: readonly Variant[] }
  /** The model is there, but this suffix means nothing. */
  | { readonly model: Model; readonly unknownSuffix: string }
  | { readonly model: undefined };

/**
 * Reads a slug whose suffixes the catalog does not know as a whole. A suffix that is part of a row's own slug (a static
 * variant such as `x:free`, or a name such as `llama3:8b`) belongs to the model, wherever it stands among the others.
 */
export function readSlug(slug: string, find: (slug: string) => Model | undefined): ReadSlug {
  const parts = slug.split(":", partsMax);
  for (let length = parts.length; length > 0; length--) {
    const base = parts.slice(0, length).join(":");
    const suffixes = parts.slice(length);
    const own = suffixes.findIndex((suffix) => find(`${base}:${suffix}`) !== undefined);
    const model = find(own < 0 ? base : `${base}:${suffixes[own]}`);
    if (model === undefined) continue;
    const others = suffixes.filter((_, index) => index !== own);
    const unknownSuffix = others.find((suffix) => !isVariant(suffix));
    return unknownSuffix === undefined ? { model, variants: others.filter(isVariant) } : { model, unknownSuffix };
  }
  return { model: undefined };
}

/** All variants stacked on a name that has colons of its own; more is no name. */
const partsMax = 12;

export function isVariant(suffix: string): suffix is Variant {
  return (variants as readonly string[]).includes(suffix);
}

/** Is this the slug of a static variant, and not of the model itself? */
export function isVariantRow(slug: string): boolean {
  const at = slug.lastIndexOf(":");
  return at >= 0 && isVariant(slug.slice(at + 1));
}

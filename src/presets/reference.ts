/** How a request names its preset: `"preset": "slug"`, or `@preset/slug` as a model or behind one. Source: contract §8.6. */

import { Fault } from "../base/fault.ts";
import type { ChatRequest } from "../wire/chat.ts";

const mark = "@preset/";

/**
 * The slug of the request's preset; undefined for the usual request, which has none and pays one scan of its models for it.
 * @throws Fault invalid_request when it names two.
 */
export function presetNamedIn({ models, gateway }: Pick<ChatRequest, "models" | "gateway">): string | undefined {
  let slug = gateway.preset;
  for (const model of models) {
    if (!model.includes(mark)) continue;
    const named = splitReference(model).preset;
    if (slug !== undefined && slug !== named) {
      throw new Fault("invalid_request", `model: a request takes one preset; this one names ${slug} and ${named}.`, { metadata: { field: "model" } });
    }
    slug = named;
  }
  return slug;
}

/** The two sides of `author/model@preset/slug`: an empty model stands for the preset's own. */
export function splitReference(model: string): { readonly model: string; readonly preset: string | undefined } {
  const at = model.indexOf(mark);
  return at < 0 ? { model, preset: undefined } : { model: model.slice(0, at), preset: model.slice(at + mark.length) };
}

export function isReference(model: string): boolean {
  return model.includes(mark);
}

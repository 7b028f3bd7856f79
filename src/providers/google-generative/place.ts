/** Where a model is called. AI Studio and Vertex take the same body at different places. */

import type { Target } from "../adapter.ts";

/** Vertex keeps models under a project's location, or under their publisher. */
export function isVertex(baseUrl: string): boolean {
  return /\/locations\/[^/]+(?:$|\/)|\/publishers\/[^/]+$/.test(baseUrl);
}

export function urlOf(target: Target, isStream: boolean): string {
  return methodUrl(target, isStream ? "streamGenerateContent?alt=sse" : "generateContent");
}

export function methodUrl({ baseUrl, upstreamModel }: Target, method: string): string {
  const publisher = /\/locations\/[^/]+$/.test(baseUrl) ? "/publishers/google" : "";
  // A name with a folder ("tunedModels/…") says itself where it is.
  const model = upstreamModel.includes("/") ? upstreamModel : `models/${upstreamModel}`;
  const place = model.startsWith("publishers/") ? "" : publisher;
  return `${baseUrl}${place}/${model}:${method}`;
}

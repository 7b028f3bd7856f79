/** Where a model is called. AI Studio and Vertex take the same body at different places. */

import type { Target } from "../adapter.ts";
import { modelUrl } from "../vertex.ts";

export function urlOf(target: Target, isStream: boolean): string {
  return methodUrl(target, isStream ? "streamGenerateContent?alt=sse" : "generateContent");
}

export function methodUrl({ baseUrl, upstreamModel }: Target, method: string): string {
  return `${modelUrl(baseUrl, upstreamModel, "google")}:${method}`;
}

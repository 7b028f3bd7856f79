/** Vertex keeps models of several makers, each in its maker's dialect, under a project's location or under their publisher. */

export function isVertex(baseUrl: string): boolean {
  return /\/locations\/[^/]+(?:$|\/)|\/publishers\/[^/]+$/.test(baseUrl);
}

/** What of a model is called. A name with a folder ("tunedModels/…") says itself where it is. */
export function modelUrl(baseUrl: string, upstreamModel: string, publisher: string): string {
  const model = upstreamModel.includes("/") ? upstreamModel : `models/${upstreamModel}`;
  const isPlaced = model.startsWith("publishers/") || !/\/locations\/[^/]+$/.test(baseUrl);
  return `${baseUrl}${isPlaced ? "" : `/publishers/${publisher}`}/${model}`;
}

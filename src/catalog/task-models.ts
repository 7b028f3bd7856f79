/** Which models are made for what. Source: contract §1.0, §6.1. */

import type { TaskName } from "../wire/task.ts";
import type { Model } from "./model.ts";

const modalities: { readonly [Name in TaskName]: readonly string[] } = {
  embeddings: ["embeddings"], rerank: ["rerank"], image: ["image"], speech: ["speech", "audio"], transcription: ["transcription"],
};

/** What the model gives for the task; undefined for a model that is not made for it. One that speaks as it answers is one of conversations. */
export function modalityFor(task: TaskName, { outputModalities }: Pick<Model, "outputModalities">): string | undefined {
  return modalities[task].find((modality) => outputModalities.includes(modality) && (modality !== "audio" || !outputModalities.includes("text")));
}

const routes: Readonly<Record<string, string>> = {
  text: "POST /chat/completions", embeddings: "POST /embeddings", rerank: "POST /rerank", image: "POST /images", video: "POST /videos", audio: "POST /audio/speech",
  speech: "POST /audio/speech", transcription: "POST /audio/transcriptions",
};

/** Where the contract serves a model, by what it gives first. */
export function routeOf({ outputModalities }: Pick<Model, "outputModalities">): string {
  const known = outputModalities.includes("text") ? "text" : outputModalities.find((modality) => Object.hasOwn(routes, modality));
  return routes[known ?? "text"] as string;
}

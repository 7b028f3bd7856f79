/**
 * The sample programs of a model's page: its one source. What stands here is what the page shows and what a test runs
 * (test/e2e/samples.test.ts). Each program is whole: it asks, and prints the answer.
 */

import { chatSamples } from "./chat-samples.ts";
import { javascript } from "./literals.ts";
import { attributionFlags, curl, fetchProgram, install, openaiProgram, openrouterProgram, pythonArguments, pythonProgram, readJson, camelCased, type Value } from "./programs.ts";

/** By what the model is for. */
export type SampleKind = "chat" | "images" | "embeddings" | "rerank" | "speech" | "transcription";

export const sampleModes = ["plain", "stream", "tools", "json", "image"] as const;
/** What a conversation is to show. */
export type SampleMode = (typeof sampleModes)[number];

export interface SampleWish {
  /** "https://ai.example.org/api/v1" */
  readonly baseUrl: string;
  readonly slug: string;
  readonly kind: SampleKind;
  /** Plain for all that are no conversations. */
  readonly mode: SampleMode;
  /** Can an answer be held to a schema? Otherwise it is any JSON. */
  readonly takesSchema: boolean;
  /** Does a conversation with it bring pictures? Then the plain sample asks for one. */
  readonly givesImages: boolean;
  /** With the headers by which an app is named in the rankings. */
  readonly isAttributed: boolean;
}

export interface Sample {
  readonly id: "curl" | "python" | "typescript" | "fetch" | "openrouter" | "anthropic";
  readonly label: string;
  readonly code: string;
  /** What to install first; absent for what every machine has. */
  readonly install?: string;
}

export function samplesFor(wish: SampleWish): readonly Sample[] {
  switch (wish.kind) {
    case "chat": return chatSamples(wish);
    case "embeddings": return taskSamples(wish, embeddingsTask(wish.slug));
    case "rerank": return taskSamples(wish, rerankTask(wish.slug));
    case "images": return taskSamples(wish, imagesTask(wish.slug));
    case "speech": return speechSamples(wish);
    case "transcription": return transcriptionSamples(wish);
  }
}

/** A call with one JSON body and one JSON answer. */
interface Task {
  readonly path: string;
  readonly body: Value;
  /** What of the answer is printed, in JavaScript. */
  readonly shown: string;
  /** The function of OpenAI's SDKs, where they have one, and what of its answer is printed in Python. */
  readonly openai?: { readonly call: string; readonly pythonShown: string };
  /** The function of the OpenRouter SDK, where it has one. */
  readonly openrouter?: string;
}

function embeddingsTask(slug: string): Task {
  return {
    path: "/embeddings", body: { model: slug, input: ["A rose of thirty-two winds", "A chart of the northern sea"] }, shown: "data[0].embedding",
    openai: { call: "embeddings.create", pythonShown: "data[0].embedding" }, openrouter: "embeddings.generate",
  };
}

function rerankTask(slug: string): Task {
  return { path: "/rerank", body: { model: slug, query: "Where does the wind come from?", documents: ["The west wind brings rain.", "Bread is made of flour."] }, shown: "results", openrouter: "rerank.rerank" };
}

function imagesTask(slug: string): Task {
  return { path: "/images", body: { model: slug, prompt: "A compass rose on an old chart" }, shown: "data[0].b64_json.length" };
}

function taskSamples(wish: SampleWish, { path, body, shown, openai, openrouter }: Task): readonly Sample[] {
  const samples: Sample[] = [{ id: "curl", label: "curl", code: curl(wish, path, body) }];
  if (openai !== undefined) {
    samples.push(
      { id: "python", label: "Python", install: install.python, code: pythonProgram(wish, [`answer = client.${openai.call}(${pythonArguments(body)})`, `print(answer.${openai.pythonShown})`]) },
      { id: "typescript", label: "TypeScript", install: install.typescript, code: openaiProgram(wish, [`const answer = await client.${openai.call}(${javascript(body)});`, `console.log(answer.${shown});`]) },
    );
  }
  samples.push({ id: "fetch", label: "fetch", code: fetchProgram(wish, { path, body }, [...readJson, `console.log(answer.${shown});`]) });
  if (openrouter !== undefined) {
    samples.push({ id: "openrouter", label: "OpenRouter SDK", install: install.openrouter, code: openrouterProgram(wish, [`const answer = await client.${openrouter}({ requestBody: ${javascript(camelCased(body))} });`, `console.log(answer.${shown});`]) });
  }
  return samples;
}

function speechSamples(wish: SampleWish): readonly Sample[] {
  const body = { model: wish.slug, input: "The wind is from the north.", voice: "alloy", response_format: "mp3" };
  return [
    { id: "curl", label: "curl", code: `${curl(wish, "/audio/speech", body)} \\\n  --output speech.mp3` },
    { id: "python", label: "Python", install: install.python, code: pythonProgram(wish, [`speech = client.audio.speech.create(${pythonArguments(body)})`, 'speech.write_to_file("speech.mp3")']) },
    { id: "typescript", label: "TypeScript", install: install.typescript, code: openaiProgram(wish, [`const speech = await client.audio.speech.create(${javascript(body)});`, 'await writeFile("speech.mp3", Buffer.from(await speech.arrayBuffer()));'], ['import { writeFile } from "node:fs/promises";']) },
    { id: "fetch", label: "fetch", code: fetchProgram(wish, { path: "/audio/speech", body, imports: ['import { writeFile } from "node:fs/promises";', ""] }, ['await writeFile("speech.mp3", Buffer.from(await response.arrayBuffer()));']) },
  ];
}

function transcriptionSamples(wish: SampleWish): readonly Sample[] {
  const { baseUrl, slug } = wish;
  const headers = [`-H "Authorization: Bearer $WINDROSE_API_KEY"`, ...attributionFlags(wish)];
  return [
    { id: "curl", label: "curl", code: [`curl ${baseUrl}/audio/transcriptions`, ...headers, `-F model=${slug}`, "-F file=@speech.mp3"].join(" \\\n  ") },
    { id: "python", label: "Python", install: install.python, code: pythonProgram(wish, ['with open("speech.mp3", "rb") as sound:', `    answer = client.audio.transcriptions.create(model="${slug}", file=sound)`, "print(answer.text)"]) },
    { id: "typescript", label: "TypeScript", install: install.typescript, code: openaiProgram(wish, [`const answer = await client.audio.transcriptions.create({ model: "${slug}", file: createReadStream("speech.mp3") });`, "console.log(answer.text);"], ['import { createReadStream } from "node:fs";']) },
  ];
}

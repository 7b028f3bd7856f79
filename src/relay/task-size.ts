/** How large a task is: what routing must know of it, what it costs at most, and what it costs where nobody says. */

import { unreachable } from "../base/assert.ts";
import type { Endpoint } from "../catalog/model.ts";
import { costOf, worstCost, type Pricing } from "../catalog/price.ts";
import { nanodollars, type Nanodollars } from "../base/money.ts";
import type { PromptSize, RoutingRequest } from "../routing/candidate.ts";
import { estimateOf, sizeOfText } from "../routing/prompt-size.ts";
import type { Bill } from "../surfaces/surface.ts";
import type { ContentPart, Usage } from "../wire/chat.ts";
import type { EmbeddingInput } from "../wire/embedding.ts";
import type { TaskRequest } from "../wire/task.ts";
import { soundSeconds } from "./sound.ts";

export interface TaskSize {
  /** The largest piece of the prompt that must fit into the context by itself. */
  readonly largest: PromptSize;
  readonly inputModalities: ReadonlySet<string>;
  /** Pictures in the prompt: some endpoints charge for each. */
  readonly images: number;
  /** The most that can be used. */
  readonly worst: Usage;
  /** What is likely to be used, for upstreams that do not count. */
  readonly guess: Usage;
  /** What we count ourselves and exactly, as it is known before the answer. */
  readonly known: Partial<Usage>;
}

const nothing: PromptSize = { low: 0, high: 0 };
const imageTokens: PromptSize = { low: 1, high: 5_000 };
/** A guess for media whose length nobody has said, and a bound for it. */
const mediaTokens: PromptSize = { low: 1, high: 100_000 };

/** A picture of the usual size and middling quality, and the largest of the highest. */
const tokensPerPicture = { usual: 1_056, most: 10_000 };
/** Where speech is counted in tokens it has 25 to 32 a second, and 12 to 16 characters are spoken in that time. */
const tokensPerCharacter = { usual: 2, most: 8 };
const documentsPerSearch = 100;
/** Documents longer than this are searched in pieces. */
const tokensPerDocument = 500;

export function sizeOf(request: TaskRequest): TaskSize {
  switch (request.task) {
    case "embeddings":
      return embeddingSize(request.inputs);
    case "rerank": {
      const query = textSize(request.query);
      const documents = request.documents.map(({ text = "", image }) => (image === undefined ? textSize(text) : plus(textSize(text), imageTokens)));
      const pairs = sum(documents.map((document) => plus(document, query)));
      const pieces = sum(documents.map(({ low, high }) => ({ low: Math.max(1, Math.ceil(low / tokensPerDocument)), high: Math.max(1, Math.ceil(high / tokensPerDocument)) })));
      return {
        ...plainSize("text"),
        largest: largestOf(documents),
        inputModalities: new Set(request.documents.some(({ image }) => image !== undefined) ? ["text", "image"] : ["text"]),
        worst: { promptTokens: pairs.high, completionTokens: 0, searches: Math.ceil(pieces.high / documentsPerSearch) },
        guess: { promptTokens: estimateOf(pairs), completionTokens: 0, searches: Math.ceil(estimateOf(pieces) / documentsPerSearch) },
      };
    }
    case "image": {
      const prompt = sum([textSize(request.prompt), ...request.references.map(() => imageTokens)]);
      const images = request.parameters.n ?? 1;
      return {
        ...plainSize("text"),
        inputModalities: new Set(request.references.length === 0 ? ["text"] : ["text", "image"]),
        images: request.references.length,
        worst: { promptTokens: prompt.high, completionTokens: images * tokensPerPicture.most, images },
        guess: { promptTokens: estimateOf(prompt), completionTokens: images * tokensPerPicture.usual, images },
      };
    }
    case "speech": {
      const prompt = sum([textSize(request.input), ...request.references.map(() => mediaTokens)]);
      // As people count them, not as UTF-16 does.
      const characters = [...request.input].length;
      return {
        ...plainSize("text"),
        worst: { promptTokens: prompt.high, completionTokens: Math.ceil(characters * tokensPerCharacter.most), characters },
        guess: { promptTokens: estimateOf(textSize(request.input)), completionTokens: Math.ceil(characters * tokensPerCharacter.usual), characters },
        known: { characters },
      };
    }
    case "transcription": {
      const { most, usual } = soundSeconds(request.audio);
      return { ...plainSize("audio"), worst: heard(most), guess: heard(usual) };
    }
    default:
      return unreachable(request);
  }
}

/** Sound as it is counted where it is counted in tokens: at most 50 a second, and three words a second said. */
function heard(seconds: number): Usage {
  const promptTokens = Math.ceil(seconds * 50);
  return { promptTokens, promptAudioTokens: promptTokens, completionTokens: Math.ceil(seconds * 5), seconds };
}

function plainSize(modality: string): Pick<TaskSize, "largest" | "inputModalities" | "images" | "known"> {
  return { largest: nothing, inputModalities: new Set([modality]), images: 0, known: {} };
}

function embeddingSize(inputs: readonly EmbeddingInput[]): TaskSize {
  const modalities = new Set<string>();
  let images = 0;
  const sizes = inputs.map((input) => {
    if (typeof input === "string" || !("content" in input)) {
      modalities.add("text");
      return typeof input === "string" ? textSize(input) : { low: input.length, high: input.length };
    }
    for (const part of input.content) {
      modalities.add(modalityOf(part));
      if (part.type === "image_url") images += 1;
    }
    return sum(input.content.map(partSize));
  });
  const total = sum(sizes);
  return {
    largest: largestOf(sizes), inputModalities: modalities, images, known: {},
    worst: { promptTokens: total.high, completionTokens: 0 },
    guess: { promptTokens: estimateOf(total), completionTokens: 0 },
  };
}

function modalityOf({ type }: ContentPart): string {
  return { text: "text", image_url: "image", input_audio: "audio", file: "file", video_url: "video" }[type];
}

function partSize(part: ContentPart): PromptSize {
  if (part.type === "text") return textSize(part.text);
  return part.type === "image_url" ? imageTokens : mediaTokens;
}

/** One token at least: some vocabulary has it, and each text is set apart. */
function textSize(text: string): PromptSize {
  const { low, high } = sizeOfText(text.length, Buffer.byteLength(text));
  return { low, high: high + 8 };
}

function plus(one: PromptSize, other: PromptSize): PromptSize {
  return { low: one.low + other.low, high: one.high + other.high };
}

function sum(sizes: readonly PromptSize[]): PromptSize {
  return sizes.reduce(plus, nothing);
}

function largestOf(sizes: readonly PromptSize[]): PromptSize {
  return sizes.reduce((largest, size) => (size.high > largest.high ? size : largest), nothing);
}

/** What routing must know. Parameters are the adapters' affair: no endpoint lists those of a task. */
export function routingOfTask({ provider }: TaskRequest, { largest, inputModalities, images }: TaskSize, output: string): RoutingRequest {
  return {
    prompt: largest, outputTokensMax: undefined, parameters: new Set(), inputModalities, outputModalities: new Set([output]),
    images, preferences: provider, serviceTier: undefined,
  };
}

/** The most that any of the endpoints could cost for this task. */
export function worstTaskCost(endpoints: readonly Endpoint[], { worst, images }: TaskSize): Nanodollars {
  const { promptTokens, completionTokens, ...units } = worst;
  const costs = endpoints.map(({ pricing }) => worstCost(pricing, { promptTokens, completionTokens, images }) + costOf(pricing, { ...units, promptTokens: 0, completionTokens: 0 }).total);
  return nanodollars(costs.reduce((most, cost) => (cost > most ? cost : most), 0n));
}

/** More than twice the most that it can be is no count of it; small ones are let off. */
function isCredible({ promptTokens, completionTokens, searches = 0, seconds = 0 }: Usage, { worst }: TaskSize): boolean {
  return isWithin(promptTokens, worst.promptTokens, 1_000) && isWithin(completionTokens, worst.completionTokens, 1_000) && isWithin(searches, worst.searches, 1) && isWithin(seconds, worst.seconds, 60);
}

function isWithin(count: number, most: number | undefined, spare: number): boolean {
  return count <= (most ?? 0) * 2 + spare;
}

/**
 * What is owed. The upstream's own count is taken where it can be true and prices something; what we count exactly stands beside
 * it, and otherwise our guess, which is marked.
 */
export function taskBill(reported: Usage | undefined, size: TaskSize, pricing: Pricing): Bill {
  const isFitting = reported !== undefined && isCredible(reported, size);
  const counted: Usage = { promptTokens: 0, completionTokens: 0, ...(isFitting ? reported : {}), ...size.known };
  const cost = costOf(pricing, counted, size.images);
  const fixed = costOf(pricing, { promptTokens: 0, completionTokens: 0 }, size.images);
  // What costs nothing where nothing is free has not been counted.
  const isFlat = costOf(pricing, size.guess, size.images).total === fixed.total;
  const isCounted = cost.total > fixed.total || (isFlat && isFitting);
  const usage = isCounted ? counted : size.guess;
  return { usage, isEstimated: !isCounted, ...costOf(pricing, usage, size.images) };
}

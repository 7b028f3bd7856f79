/** What a request may set for models that do not converse: the fields of the routes of docs/tasks.md, by what the model is for. */

import type { ParameterMeaning } from "./parameters.ts";
import type { SampleKind } from "./samples.ts";

type Meanings = Readonly<Record<string, ParameterMeaning>>;

export const taskParameters: Readonly<Record<Exclude<SampleKind, "chat">, Meanings>> = {
  embeddings: {
    input: { type: "string or array", range: "up to 4,096 inputs", description: "The text to embed, several texts, or tokens." },
    dimensions: { type: "integer", range: "1 or more", description: "The length of the vectors, where the model can shorten them." },
    encoding_format: { type: "string", default: "float", range: "float, base64", description: "How the vectors are written." },
    input_type: { type: "string", description: "What the text is for, such as search_query or search_document, where the model tells them apart." },
  },
  rerank: {
    query: { type: "string", description: "What the documents are to be about." },
    documents: { type: "array", range: "up to 10,000 documents", description: "The texts to put in order." },
    top_n: { type: "integer", range: "1 or more", description: "Only the best of them, this many." },
  },
  images: {
    prompt: { type: "string", description: "What the picture is to show." },
    input_references: { type: "array", range: "up to 16 pictures", description: "Pictures to work from, as addresses or data." },
    n: { type: "integer", default: "1", range: "1 to 10", description: "How many pictures." },
    size: { type: "string", range: "WIDTHxHEIGHT", description: "In pixels; or give aspect_ratio and resolution." },
    aspect_ratio: { type: "string", default: "auto", range: "1:1, 3:2, 16:9, …", description: "Width to height." },
    resolution: { type: "string", range: "512, 1K, 2K, 4K", description: "The longer side, roughly." },
    quality: { type: "string", default: "auto", range: "auto, low, medium, high", description: "How much work goes into it." },
    background: { type: "string", default: "auto", range: "auto, transparent, opaque", description: "What is behind the thing shown." },
    output_format: { type: "string", range: "png, jpeg, webp, svg", description: "The format of the file." },
    seed: { type: "integer", description: "The same seed gives the same picture, as far as the provider keeps that promise." },
    stream: { type: "boolean", default: "false", description: "Tells each picture as soon as it is there." },
  },
  speech: {
    input: { type: "string", description: "What is to be spoken." },
    voice: { type: "string", description: "One of the voices of the provider." },
    response_format: { type: "string", default: "pcm", range: "mp3, pcm", description: "How the sound is coded." },
    speed: { type: "float", default: "1", range: "0.1 to 10", description: "How fast it is spoken." },
    input_references: { type: "array", description: "A sound whose voice is to be taken, and the text spoken in it." },
  },
  transcription: {
    file: { type: "file", range: "up to 25 MiB", description: "The sound, in a form; in JSON it is input_audio." },
    language: { type: "string", description: "Of the speech, such as “en”: it need not be guessed then." },
    prompt: { type: "string", description: "Words that may occur, and how they are written." },
    temperature: { type: "float", range: "0 to 2", description: "How freely the next token is drawn." },
    response_format: { type: "string", default: "json", range: "json, verbose_json", description: "The text alone, or with times." },
    timestamp_granularities: { type: "array", range: "word, segment", description: "Whose times are told." },
  },
};

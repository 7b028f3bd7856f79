/**
 * The sample programs of a model's page: its one source. What stands here is what the page shows and what a test runs
 * (test/e2e/samples.test.ts). Each program is whole: it asks, and prints the answer.
 */

import { javascript, json, python } from "./literals.ts";

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

const appUrl = "https://your-app.example";
const appTitle = "Your app";
const appHeaders = { "HTTP-Referer": appUrl, "X-OpenRouter-Title": appTitle };

const install = {
  python: "pip install openai", typescript: "npm install openai", openrouter: "npm install @openrouter/sdk", anthropic: "npm install @anthropic-ai/sdk",
} as const;

type Value = Readonly<Record<string, unknown>>;

const question = "What is the meaning of life?";
const weatherQuestion = "What is the weather in Paris?";
const cityQuestion = "Which city is the capital of France?";
const pictureQuestion = "What is in this picture?";
/** Eight by eight pixels of red. */
const picture = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mPYrCaHFTEMLQkARnA9wT0fC4MAAAAASUVORK5CYII=";
const weatherParameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const citySchema = { type: "object", properties: { city: { type: "string" }, country: { type: "string" } }, required: ["city", "country"], additionalProperties: false };

function chatBody({ slug, mode }: SampleWish): Value {
  const asked = (content: unknown) => ({ model: slug, messages: [{ role: "user", content }] });
  switch (mode) {
    case "plain": return asked(question);
    case "stream": return { ...asked(question), stream: true };
    case "tools": return {
      ...asked(weatherQuestion),
      tools: [{ type: "function", function: { name: "get_weather", description: "The weather in a city", parameters: weatherParameters } }],
    };
    case "json": return { ...asked(cityQuestion), response_format: { type: "json_schema", json_schema: { name: "capital", strict: true, schema: citySchema } } };
    case "image": return asked([{ type: "text", text: pictureQuestion }, { type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } }]);
  }
}

function chatSamples(wish: SampleWish): readonly Sample[] {
  const body = chatBody(wish);
  const { mode } = wish;
  const message = mode === "tools" ? "tool_calls" : "content";
  return [
    { id: "curl", label: "curl", code: curl(wish, "/chat/completions", body) },
    { id: "python", label: "Python", install: install.python, code: pythonProgram(wish, [
      ...(mode === "stream"
        ? [`stream = client.chat.completions.create(${pythonArguments(body)})`, "for chunk in stream:", "    if chunk.choices:", '        print(chunk.choices[0].delta.content or "", end="", flush=True)']
        : [`completion = client.chat.completions.create(${pythonArguments(body)})`, `print(completion.choices[0].message.${message})`]),
    ]) },
    { id: "typescript", label: "TypeScript", install: install.typescript, code: openaiProgram(wish, [
      ...(mode === "stream"
        ? [`const stream = await client.chat.completions.create(${javascript(body)});`, "for await (const chunk of stream) {", '  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");', "}"]
        : [`const completion = await client.chat.completions.create(${javascript(body)});`, `console.log(completion.choices[0].message.${message});`]),
    ]) },
    { id: "fetch", label: "fetch", code: fetchProgram(wish, "/chat/completions", body, mode === "stream" ? readStream : [...readJson, `console.log(answer.choices[0].message.${message});`]) },
    { id: "openrouter", label: "OpenRouter SDK", install: install.openrouter, code: openrouterChat(wish, body) },
    { id: "anthropic", label: "Anthropic SDK", install: install.anthropic, code: anthropicChat(wish) },
  ];
}

function openrouterChat(wish: SampleWish, body: Value): string {
  const call = `await client.chat.send({ chatRequest: ${javascript(camelCased(body))} })`;
  return openrouterProgram(wish, wish.mode === "stream"
    ? [`const stream = ${call};`, "for await (const chunk of stream) {", '  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");', "}"]
    : [`const completion = ${call};`, `console.log(completion.choices[0].message.${wish.mode === "tools" ? "toolCalls" : "content"});`]);
}

function anthropicBody({ slug, mode }: SampleWish): Value {
  const asked = (content: unknown) => ({ model: slug, max_tokens: 1024, messages: [{ role: "user", content }] });
  switch (mode) {
    case "plain":
    case "stream": return asked(question);
    case "tools": return { ...asked(weatherQuestion), tools: [{ name: "get_weather", description: "The weather in a city", input_schema: weatherParameters }] };
    case "json": return { ...asked(cityQuestion), output_config: { format: { type: "json_schema", schema: citySchema } } };
    case "image": return asked([{ type: "text", text: pictureQuestion }, { type: "image", source: { type: "base64", media_type: "image/png", data: picture } }]);
  }
}

function anthropicChat(wish: SampleWish): string {
  const body = javascript(anthropicBody(wish));
  const ending = wish.mode === "stream"
    ? [`const stream = client.messages.stream(${body});`, 'stream.on("text", (text) => process.stdout.write(text));', "await stream.finalMessage();"]
    : [`const message = await client.messages.create(${body});`, ...(wish.mode === "tools" ? ["console.log(message.content);"] : ["for (const block of message.content) {", '  if (block.type === "text") console.log(block.text);', "}"])];
  const options = { baseURL: wish.baseUrl.replace(/\/v1$/, ""), apiKey: { code: jsKey }, ...(wish.isAttributed ? { defaultHeaders: appHeaders } : {}) };
  return ['import Anthropic from "@anthropic-ai/sdk";', "", `const client = new Anthropic(${javascript(options)});`, "", ...ending].join("\n");
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
  samples.push({ id: "fetch", label: "fetch", code: fetchProgram(wish, path, body, [...readJson, `console.log(answer.${shown});`]) });
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
    { id: "fetch", label: "fetch", code: fetchProgram(wish, "/audio/speech", body, ['await writeFile("speech.mp3", Buffer.from(await response.arrayBuffer()));'], ['import { writeFile } from "node:fs/promises";', ""]) },
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

const jsKey = "process.env.WINDROSE_API_KEY";

function attributionFlags({ isAttributed }: SampleWish): readonly string[] {
  return isAttributed ? Object.entries(appHeaders).map(([name, value]) => `-H "${name}: ${value}"`) : [];
}

function curl(wish: SampleWish, path: string, body: Value): string {
  const lines = [
    `curl ${body["stream"] === true ? "--no-buffer " : ""}${wish.baseUrl}${path}`,
    '-H "Authorization: Bearer $WINDROSE_API_KEY"', '-H "Content-Type: application/json"', ...attributionFlags(wish),
    `-d '${json(body).replaceAll("'", String.raw`'\''`)}'`,
  ];
  return lines.join(" \\\n  ");
}

function pythonProgram({ baseUrl, isAttributed }: SampleWish, ending: readonly string[]): string {
  return [
    "import os", "", "from openai import OpenAI", "",
    "client = OpenAI(", `    base_url="${baseUrl}",`, '    api_key=os.environ["WINDROSE_API_KEY"],',
    ...(isAttributed ? [`    default_headers=${python(appHeaders, 1)},`] : []), ")", "",
    ...ending,
  ].join("\n");
}

function pythonArguments(body: Value): string {
  return `\n${Object.entries(body).map(([name, value]) => `    ${name}=${python(value, 1)},\n`).join("")}`;
}

function openaiProgram({ baseUrl, isAttributed }: SampleWish, ending: readonly string[], imports: readonly string[] = []): string {
  const options = { baseURL: baseUrl, apiKey: { code: jsKey }, ...(isAttributed ? { defaultHeaders: appHeaders } : {}) };
  return [...imports, 'import OpenAI from "openai";', "", `const client = new OpenAI(${javascript(options)});`, "", ...ending].join("\n");
}

function openrouterProgram({ baseUrl, isAttributed }: SampleWish, ending: readonly string[]): string {
  const options = { serverURL: baseUrl, apiKey: { code: jsKey }, ...(isAttributed ? { httpReferer: appUrl, appTitle } : {}) };
  return ['import { OpenRouter } from "@openrouter/sdk";', "", `const client = new OpenRouter(${javascript(options)});`, "", ...ending].join("\n");
}

// oxlint-disable-next-line max-params -- a program is its call, what is done with the answer, and what that needs
function fetchProgram(wish: SampleWish, path: string, body: Value, ending: readonly string[], imports: readonly string[] = []): string {
  const headers = { Authorization: { code: `\`Bearer \${${jsKey}}\`` }, "Content-Type": "application/json", ...(wish.isAttributed ? appHeaders : {}) };
  return [
    ...imports, `const response = await fetch("${wish.baseUrl}${path}", ${javascript({ method: "POST", headers, body: { code: `JSON.stringify(${javascript(body, 1)})` } })});`,
    "if (!response.ok) throw new Error(await response.text());", "",
    ...ending,
  ].join("\n");
}

const readJson = ["const answer = await response.json();"];

const readStream = [
  "const decoder = new TextDecoder();",
  'let rest = "";',
  "for await (const bytes of response.body) {",
  "  rest += decoder.decode(bytes, { stream: true });",
  '  const lines = rest.split("\\n");',
  "  rest = lines.pop();",
  "  for (const line of lines) {",
  '    if (!line.startsWith("data: ") || line === "data: [DONE]") continue;',
  '    process.stdout.write(JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? "");',
  "  }",
  "}",
];

/** The OpenRouter SDK names fields in its own way; what a schema holds is no field. */
function camelCased(value: Value): Value {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), verbatim.has(name) ? inner : camelCasedIn(inner)]));
}

const verbatim: ReadonlySet<string> = new Set(["parameters", "schema"]);

function camelCasedIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCasedIn);
  return typeof value === "object" && value !== null ? camelCased({ ...value }) : value;
}

/** A call and what is done with its answer, as a whole program of a language: the client, the key, the headers that name an app. */

import { expression, javascript, json, python } from "./literals.ts";
import type { SampleWish } from "./samples.ts";

export type Value = Readonly<Record<string, unknown>>;

const appUrl = "https://your-app.example";
const appTitle = "Your app";
const appHeaders = { "HTTP-Referer": appUrl, "X-OpenRouter-Title": appTitle };

/** What to install first. */
export const install = {
  python: "pip install openai", typescript: "npm install openai", openrouter: "npm install @openrouter/sdk", anthropic: "npm install @anthropic-ai/sdk",
} as const;

const jsKey = "process.env.WINDROSE_API_KEY";

export function attributionFlags({ isAttributed }: SampleWish): readonly string[] {
  return isAttributed ? Object.entries(appHeaders).map(([name, value]) => `-H "${name}: ${value}"`) : [];
}

export function curl(wish: SampleWish, path: string, body: Value): string {
  const lines = [
    `curl ${body["stream"] === true ? "--no-buffer " : ""}${wish.baseUrl}${path}`,
    '-H "Authorization: Bearer $WINDROSE_API_KEY"', '-H "Content-Type: application/json"', ...attributionFlags(wish),
    `-d '${json(body).replaceAll("'", String.raw`'\''`)}'`,
  ];
  return lines.join(" \\\n  ");
}

export function pythonProgram({ baseUrl, isAttributed }: SampleWish, ending: readonly string[]): string {
  return [
    "import os", "", "from openai import OpenAI", "",
    "client = OpenAI(", `    base_url="${baseUrl}",`, '    api_key=os.environ["WINDROSE_API_KEY"],',
    ...(isAttributed ? [`    default_headers=${python(appHeaders, 1)},`] : []), ")", "",
    ...ending,
  ].join("\n");
}

export function pythonArguments(body: Value): string {
  return `\n${Object.entries(body).map(([name, value]) => `    ${name}=${python(value, 1)},\n`).join("")}`;
}

export function openaiProgram({ baseUrl, isAttributed }: SampleWish, ending: readonly string[], imports: readonly string[] = []): string {
  const options = { baseURL: baseUrl, apiKey: expression(jsKey), ...(isAttributed ? { defaultHeaders: appHeaders } : {}) };
  return [...imports, 'import OpenAI from "openai";', "", `const client = new OpenAI(${javascript(options)});`, "", ...ending].join("\n");
}

export function openrouterProgram({ baseUrl, isAttributed }: SampleWish, ending: readonly string[]): string {
  const options = { serverURL: baseUrl, apiKey: expression(jsKey), ...(isAttributed ? { httpReferer: appUrl, appTitle } : {}) };
  return ['import { OpenRouter } from "@openrouter/sdk";', "", `const client = new OpenRouter(${javascript(options)});`, "", ...ending].join("\n");
}

export function anthropicProgram({ baseUrl, isAttributed }: SampleWish, ending: readonly string[]): string {
  // Its client adds the version itself.
  const options = { baseURL: baseUrl.replace(/\/v1$/, ""), apiKey: expression(jsKey), ...(isAttributed ? { defaultHeaders: appHeaders } : {}) };
  return ['import Anthropic from "@anthropic-ai/sdk";', "", `const client = new Anthropic(${javascript(options)});`, "", ...ending].join("\n");
}

interface FetchCall {
  readonly path: string;
  readonly body: Value;
  /** What the ending needs. */
  readonly imports?: readonly string[];
}

export function fetchProgram(wish: SampleWish, { path, body, imports = [] }: FetchCall, ending: readonly string[]): string {
  const headers = { Authorization: expression(`\`Bearer \${${jsKey}}\``), "Content-Type": "application/json", ...(wish.isAttributed ? appHeaders : {}) };
  return [
    ...imports, `const response = await fetch("${wish.baseUrl}${path}", ${javascript({ method: "POST", headers, body: expression(`JSON.stringify(${javascript(body, 1)})`) })});`,
    "if (!response.ok) throw new Error(await response.text());", "",
    ...ending,
  ].join("\n");
}

export const readJson = ["const answer = await response.json();"];

export const readStream = [
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
export function camelCased(value: Value): Value {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), verbatim.has(name) ? inner : camelCasedIn(inner)]));
}

const verbatim: ReadonlySet<string> = new Set(["parameters", "schema"]);

function camelCasedIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCasedIn);
  return typeof value === "object" && value !== null ? camelCased({ ...value }) : value;
}

/**
 * The sample programs of the five seed pages, as a reader copies them: every language under every toggle that a page offers, taken out of
 * the page, run as it stands, answered by the sandbox.
 */

import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onNode, openSampleBench, unescaped, type SampleBench } from "../support/sample-bench.ts";

const models = ["mistralai/ministral-8b", "mistralai/ministral-8b-2512", "mistralai/mixtral-8x7b-instruct", "mistralai/mistral-small", "mistralai/mistral-7b-instruct-v0.1"];

const lacking = (program: string, args: readonly string[], what: string) => (spawnSync(program, args).status === 0 ? undefined : what);
const languages = [
  { language: "curl", file: "sample.sh", command: (file: string) => ["bash", file], lacks: lacking("curl", ["--version"], "there is no curl here") },
  { language: "python", file: "sample.py", command: (file: string) => ["python3", file], lacks: lacking("python3", ["-c", "import openai"], "python3 has no openai package here") },
  { language: "typescript", file: "sample.mjs", command: onNode, lacks: undefined },
  { language: "fetch", file: "sample.mjs", command: onNode, lacks: undefined },
  { language: "openrouter", file: "sample.mjs", command: onNode, lacks: undefined },
  { language: "anthropic", file: "sample.mjs", command: onNode, lacks: undefined },
];
let bench: SampleBench;

beforeAll(async () => {
  bench = await openSampleBench();
});

afterAll(() => bench.dispose());

const cases = models.flatMap((model) => languages.map((language) => ({ model, ...language })));

// Most of the time is the sandbox's, which answers as slowly as a provider does.
test.concurrent.for(cases)("$language for $model runs under every toggle and prints an answer", { timeout: 120_000 }, async ({ model, language, file, command, lacks }, { expect: expectHere, skip }) => {
  if (lacks !== undefined) skip(lacks);
  for (const [wish, page] of await pagesOf(model)) {
    const code = codeIn(page, `sample-code-${language}`);
    // Anthropic's dialect has no JSON without a schema.
    if (code === "" && language === "anthropic" && wish.includes("json")) continue;
    expectHere(code).toContain(model);
    const printed = await bench.run({ folder: `${model}${language}${wish}`, file, code, command });
    expectHere(answerIn(printed, language, wish), `${language} ${wish}`).toMatch(expected(wish));
  }
});

test.for(models)("%s offers its languages, and every toggle with and without the other", async (model) => {
  const pages = await pagesOf(model);
  const modes = new Set([...pages.keys()].map((wish) => new URLSearchParams(wish).get("sample")));
  expect(modes).toContain("stream");
  expect(pages.size).toBe(2 * modes.size);
  const known = languages.map(({ language }) => language).toSorted();
  for (const [wish, page] of pages) {
    const offered = [...page.matchAll(/<code id="sample-code-([\w-]+)">/g)].map(([, language]) => language).toSorted();
    expect(wish.includes("json") ? [...new Set([...offered, "anthropic"])].toSorted() : offered).toEqual(known);
  }
});

// Where the package is missing the programs cannot run; that they are Python can be seen all the same.
test.for(models)("the Python for %s is Python under every toggle", { timeout: 60_000 }, async (model, { skip }) => {
  const reason = lacking("python3", ["--version"], "there is no python3 here");
  if (reason !== undefined) skip(reason);
  for (const [wish, page] of await pagesOf(model)) {
    const { status, stderr } = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: codeIn(page, "sample-code-python"), encoding: "utf8" });
    expect({ wish, status, stderr }).toEqual({ wish, status: 0, stderr: "" });
  }
});

/** The page under each query that its toggles lead to. */
async function pagesOf(model: string): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  const waiting = [""];
  for (let wish = waiting.pop(); wish !== undefined; wish = waiting.pop()) {
    if (pages.has(wish)) continue;
    const page = await bench.page(`/${model}${wish}`);
    pages.set(wish, page);
    waiting.push(...[...page.matchAll(/href="[^"?#]*(\?[^"#]*)?#sample-code"/g)].map(([, query = ""]) => query.replaceAll("&amp;", "&")));
  }
  return pages;
}

/** What the reader sees of the element with this id. */
function codeIn(html: string, id: string): string {
  return unescaped(html.split(`<code id="${id}">`)[1]?.split("</code>")[0] ?? "");
}

/** curl prints the wire; the others print the text. */
function answerIn(printed: string, language: string, wish: string): string {
  if (language !== "curl") return printed;
  if (!wish.includes("stream")) return JSON.stringify(JSON.parse(printed).choices[0].message);
  const lines = printed.split("\n").filter((line) => line.startsWith("data: "));
  expect(lines.pop()).toBe("data: [DONE]");
  return lines.map((line) => JSON.parse(line.slice("data: ".length)).choices[0]?.delta.content ?? "").join("");
}

function expected(wish: string): RegExp {
  if (wish.includes("tools")) return /get_weather/;
  // Where no schema says what is in it, the sandbox's JSON has members of its own.
  return wish.includes("json") ? /country|sandbox/ : /\w+ \w+/;
}

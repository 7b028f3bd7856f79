/**
 * The sample programs of the five seed pages, as a reader copies them: every language under every toggle that a page offers, taken out of
 * the page, run as it stands, answered by the sandbox.
 */

import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type Gateway } from "../support/gateway.ts";

const models = ["mistralai/ministral-8b", "mistralai/ministral-8b-2512", "mistralai/mixtral-8x7b-instruct", "mistralai/mistral-small", "mistralai/mistral-7b-instruct-v0.1"];

const root = fileURLToPath(new URL("../..", import.meta.url));
// No sample has a type in it, so that the TypeScript of the page is JavaScript, too.
const node = (file: string) => [process.execPath, file];
const lacking = (program: string, args: readonly string[], what: string) => (spawnSync(program, args).status === 0 ? undefined : what);
const languages = [
  { language: "curl", file: "sample.sh", command: (file: string) => ["bash", file], lacks: lacking("curl", ["--version"], "there is no curl here") },
  { language: "python", file: "sample.py", command: (file: string) => ["python3", file], lacks: lacking("python3", ["-c", "import openai"], "python3 has no openai package here") },
  { language: "typescript", file: "sample.mjs", command: node, lacks: undefined },
  { language: "fetch", file: "sample.mjs", command: node, lacks: undefined },
  { language: "openrouter", file: "sample.mjs", command: node, lacks: undefined },
  { language: "anthropic", file: "sample.mjs", command: node, lacks: undefined },
];
let gateway: Gateway;
let key: string;
let folder: string;

beforeAll(async () => {
  gateway = await startGateway();
  ({ key } = await gateway.newKey());
  folder = await mkdtemp(join(tmpdir(), "windrose-samples-"));
  // Where a reader would have installed the SDKs.
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
});

afterAll(async () => {
  await gateway.dispose();
  await rm(folder, { recursive: true, force: true });
});

const cases = models.flatMap((model) => languages.map((language) => ({ model, ...language })));

// Most of the time is the sandbox's, which answers as slowly as a provider does.
test.concurrent.for(cases)("$language for $model runs under every toggle and prints an answer", { timeout: 120_000 }, async ({ model, language, file, command, lacks }, { expect: expectHere, skip }) => {
  if (lacks !== undefined) skip(lacks);
  for (const [wish, page] of await pagesOf(model)) {
    const code = codeIn(page, `sample-code-${language}`);
    // Anthropic's dialect has no JSON without a schema.
    if (code === "" && language === "anthropic" && wish.includes("json")) continue;
    expectHere(code).toContain(model);
    const place = join(folder, `${model}${language}${wish}`.replaceAll(/\W+/g, "-"));
    await mkdir(place);
    await writeFile(join(place, file), code);
    const printed = await run(command(join(place, file)));
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
    const page = await (await fetch(new URL(`/${model}${wish}`, gateway.baseUrl), { headers: { accept: "text/html" } })).text();
    pages.set(wish, page);
    waiting.push(...[...page.matchAll(/href="[^"?#]*(\?[^"#]*)?#sample-code"/g)].map(([, query = ""]) => query.replaceAll("&amp;", "&")));
  }
  return pages;
}

/** What the reader sees of the element with this id. */
function codeIn(html: string, id: string): string {
  const text = html.split(`<code id="${id}">`)[1]?.split("</code>")[0] ?? "";
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
}

function run([program = "", ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: root, env: { PATH: process.env["PATH"], WINDROSE_API_KEY: key } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${args.join(" ")} ended with ${String(error.code)}: ${stderr}${stdout}`));
    });
  });
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

/**
 * The rules of the house that neither the compiler nor the linter knows: floors, owners of powers, provider names, file
 * lengths, generated documents. `--write` brings the generated documents up to date instead of complaining.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { settingsPage } from "./settings-page.ts";

const floors: Readonly<Record<string, number>> = {
  base: 0, wire: 1, surfaces: 2, providers: 2, routing: 2, db: 2, catalog: 3, keys: 3, ledger: 3, presets: 3, sessions: 3, plugins: 3, usage: 3, relay: 4, replay: 4, sandbox: 1, http: 5, demo: 5,
  "config.ts": 6, "gateway.ts": 7, cli: 8, "main.ts": 9,
};
const webFloors: Readonly<Record<string, number>> = { format: 0, catalog: 1, ui: 2, charts: 3, islands: 4, client: 5, shell: 5, pages: 6 };
/** The sandbox is an upstream: it may know nothing of the gateway, and so stands with the wire.
 *  Contracts that a lower floor may name as a type: what an adapter is told of an endpoint, and what a store is. */
const neighbours: ReadonlySet<string> = new Set(["catalog>providers"]);
const lineCountMax = 400;

const complaints: string[] = [];
const sources = sourceFiles().map((file) => ({ file, text: readFileSync(file, "utf8") }));

for (const { file, text } of sources) {
  checkFloors(file, text);
  checkOwners(file, text);
  checkLength(file, text);
}
for (const { file, text } of pageSources()) {
  checkWebFloors(file, text);
  checkMarkup(file, text);
  checkLength(file, text);
}
checkProviderNames();
checkGenerated("docs/settings.md", settingsPage());

if (complaints.length > 0) {
  process.stderr.write(`${complaints.join("\n")}\n`);
  process.exit(1);
}

function sourceFiles(): readonly string[] {
  return readdirSync("src", { recursive: true, encoding: "utf8" }).map((file) => join("src", file)).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
}

function checkFloors(file: string, text: string): void {
  const from = file.split("/")[1] ?? "";
  const floor = floors[from];
  if (floor === undefined) return;
  for (const [, target = ""] of text.matchAll(/from "(\.[^"]+)"/g)) {
    const [top, to = ""] = normalize(join(dirname(file), target)).split("/");
    // The site is drawn in http/, and nowhere else is it known.
    if (top === "web" && from === "http") continue;
    if (to === from || neighbours.has(`${from}>${to}`)) continue;
    const other = floors[to];
    if (other === undefined || other >= floor) complaints.push(`${file}: ${from}/ (floor ${floor}) must not import ${target}`);
  }
}

function pageSources(): readonly { readonly file: string; readonly text: string }[] {
  const files = readdirSync("web", { recursive: true, encoding: "utf8" }).map((file) => join("web", file));
  return files.filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file)).map((file) => ({ file, text: readFileSync(file, "utf8") }));
}

/** Nothing of the gateway reaches the browser, and a page knows no other page. */
function checkWebFloors(file: string, text: string): void {
  const [, from = "", page = ""] = file.split("/");
  for (const [, target = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
    const [top, to = "", otherPage] = normalize(join(dirname(file), target)).split("/");
    const isLower = (webFloors[to] ?? Infinity) < (webFloors[from] ?? -1);
    const isOwn = to === from && (from !== "pages" || otherPage === page);
    if (top !== "web" || !(isLower || isOwn)) complaints.push(`${file}: must not import ${target}`);
  }
}

function checkMarkup(file: string, text: string): void {
  const rules: readonly (readonly [RegExp, RegExp, string])[] = [
    [/\sstyle=/, /^$/, "the Content-Security-Policy refuses style attributes; use a class"],
    [/dangerouslySetInnerHTML/, /^web\/(islands\/island|shell\/render)\.tsx$/, "text becomes HTML in React alone"],
    [/Date\.now\b|Math\.random\b|new Date\(\)|\b(?:window|localStorage)\./, /^web\/(client\/|islands\/|shell\/theme-script)/, "a page is made of its data: what time it is and what the browser holds is not in it"],
  ];
  for (const [pattern, owner, why] of rules) {
    if (!owner.test(file) && pattern.test(text)) complaints.push(`${file}: ${why}`);
  }
}

function checkOwners(file: string, text: string): void {
  const owned: readonly (readonly [RegExp, RegExp, string])[] = [
    [/process\.env\b/, /^src\/(config|main)\.ts$/, "the environment belongs to config.ts"],
    [/Date\.now\b|Math\.random\b|new Date\(\)/, /^src\/base\/clock\.ts$/, "time and chance belong to base/clock.ts"],
    [/from "undici"/, /^src\/(relay\/upstream|cli\/.*)\.ts$/, "sockets to upstreams belong to relay/upstream.ts"],
    [/\b(?:select|insert into|update|delete from) [a-z_]+ (?:set|from|where|\()/, /^src\/(db\/.*|.*\.store)\.ts$/, "SQL belongs to *.store.ts and db/"],
    [/^\s*console\./m, /^$/, "output belongs to the log and the terminal"],
  ];
  for (const [pattern, owner, why] of owned) {
    if (!owner.test(file) && pattern.test(text)) complaints.push(`${file}: ${why}`);
  }
}

function checkLength(file: string, text: string): void {
  const lineCount = text.split("\n").length;
  if (lineCount > lineCountMax) complaints.push(`${file}: ${lineCount} lines; is there one noun in it?`);
}

/** A provider's name is data. It stands in src/providers/ and in the catalog, never in a condition elsewhere. */
function checkProviderNames(): void {
  const names = /["'`](?:openai|mistral|anthropic|groq|together|fireworks|deepinfra|deepseek|xai|cerebras|perplexity|novita|parasail|cloudflare|huggingface|ollama|vllm|lmstudio|llamacpp|azure)["'`]/;
  for (const { file, text } of sources) {
    if (file.startsWith("src/providers/")) continue;
    const line = text.split("\n").findIndex((one) => names.test(one) && !/^\s*(?:\/?\*|\/\/)/.test(one));
    if (line !== -1) complaints.push(`${file}:${line + 1}: names a provider`);
  }
}

function checkGenerated(file: string, wanted: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === wanted) return;
  if (process.argv.includes("--write")) writeFileSync(file, wanted);
  else complaints.push(`${file} is not what the code says; run: node --import tsx tools/tidy.ts --write`);
}

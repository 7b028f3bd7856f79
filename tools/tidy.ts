/**
 * The rules of the house that neither the compiler nor the linter knows: floors, owners of powers, provider names, file
 * lengths, generated documents. `--write` brings the generated documents up to date instead of complaining.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { settingsPage } from "./settings-page.ts";

const floors: Readonly<Record<string, number>> = {
  base: 0, wire: 1, surfaces: 2, providers: 2, routing: 2, db: 2, catalog: 3, keys: 3, ledger: 3, presets: 3, usage: 3, relay: 4, replay: 4, sandbox: 1, http: 5,
  "config.ts": 6, "gateway.ts": 7, cli: 8, "main.ts": 9,
};
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
    const to = normalize(join(dirname(file), target)).split("/")[1] ?? "";
    if (to === from || neighbours.has(`${from}>${to}`)) continue;
    const other = floors[to];
    if (other === undefined || other >= floor) complaints.push(`${file}: ${from}/ (floor ${floor}) must not import ${target}`);
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

/** The programs of the documentation, as a reader copies them from its pages: they run, and print an answer of the sandbox. */

import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type Gateway } from "../support/gateway.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

let gateway: Gateway;
let key: string;
let folder: string;

beforeAll(async () => {
  gateway = await startGateway();
  ({ key } = await gateway.newKey());
  folder = await mkdtemp(join(tmpdir(), "windrose-docs-"));
  // Where a reader would have installed the SDKs.
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
});
afterAll(async () => {
  await gateway.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The samples of a page in one language, in their order. None has a type in it, so that TypeScript is JavaScript, too. */
async function samplesOn(path: string, language: string): Promise<readonly string[]> {
  const page = await (await fetch(new URL(path, gateway.baseUrl), { headers: { accept: "text/html" } })).text();
  return [...page.matchAll(/<pre[^>]*aria-label="([^"]+) code"><code[^>]*>(.*?)<\/code>/gs)].filter(([, named]) => named === language)
    .map(([, , code = ""]) => code.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&"));
}

async function printedBy(name: string, program: string): Promise<string> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, program);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env: { PATH: process.env["PATH"], WINDROSE_API_KEY: key } });
  return stdout;
}

test("the quickstart's programs are one after the other: a client, an answer, a stream", async () => {
  const samples = await samplesOn("/docs/quickstart", "TypeScript");
  expect(samples).toHaveLength(2);
  expect(await printedBy("quickstart", samples.join("\n"))).toMatch(/\w+ \w+[\s\S]*\n[\s\S]*\w+ \w+/);
});

test("each framework's program stands alone", async () => {
  const samples = await samplesOn("/docs/frameworks", "TypeScript");
  expect(samples.length).toBeGreaterThanOrEqual(3);
  for (const [index, sample] of samples.entries()) expect([index, await printedBy(`framework-${index}`, sample)]).toEqual([index, expect.stringMatching(/\w+ \w+/)]);
});

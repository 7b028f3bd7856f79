/** The programs of the documentation, as a reader copies them from its pages: they run, and print an answer of the sandbox. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { onNode, openSampleBench, unescaped, type SampleBench } from "../support/sample-bench.ts";

let bench: SampleBench;

beforeAll(async () => {
  bench = await openSampleBench();
});
afterAll(() => bench.dispose());

/** The samples of a page in one language, in their order. */
async function samplesOn(path: string, language: string): Promise<readonly string[]> {
  const page = await bench.page(path);
  return [...page.matchAll(/<pre[^>]*aria-label="([^"]+) code"><code[^>]*>(.*?)<\/code>/gs)].filter(([, named]) => named === language).map(([, , code = ""]) => unescaped(code));
}

const printedBy = (name: string, code: string): Promise<string> => bench.run({ folder: name, file: "sample.mjs", code, command: onNode });

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

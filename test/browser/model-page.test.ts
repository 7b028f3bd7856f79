/** The page of a model, for the five models whose pages every reader of such pages knows. */

import { expect } from "vitest";
import type { Locator, Page } from "playwright-core";
import { call } from "../support/caller.ts";
import { demoOrigin, journey, useBrowser } from "../support/journey.ts";
import { cellsOf, count, tableOf } from "../support/reading.ts";

useBrowser();

interface Seed {
  readonly slug: string;
  /** Without its author. */
  readonly name: string;
  /** What the head of the page says, by the names it says it under. */
  readonly facts: Readonly<Record<string, string>>;
}

const seeds: readonly Seed[] = [
  { slug: "mistralai/ministral-8b", name: "Ministral 8B", facts: facts("Oct 17, 2024", "128,000", "10 cents", "10 cents") },
  { slug: "mistralai/ministral-8b-2512", name: "Ministral 3 8B 2512", facts: facts("Dec 2, 2025", "262,144", "15 cents", "15 cents") },
  { slug: "mistralai/mixtral-8x7b-instruct", name: "Mixtral 8x7B Instruct", facts: facts("Dec 10, 2023", "32,768", "8 cents", "24 cents") },
  { slug: "mistralai/mistral-small", name: "Mistral Small", facts: facts("Jan 10, 2024", "32,000", "20 cents", "60 cents") },
  { slug: "mistralai/mistral-7b-instruct-v0.1", name: "Mistral 7B Instruct v0.1", facts: facts("Sep 28, 2023", "4,096", "11 cents", "19 cents") },
];

function facts(released: string, context: string, input: string, output: string): Seed["facts"] {
  return { "Released": released, "Context": `${context} tokens`, "Input price": `${input} per million input tokens`, "Output price": `${output} per million output tokens` };
}

/** Everything on the page that does not need a script. */
async function expectWhole(page: Page, { slug, name, facts: wanted }: Seed): Promise<void> {
  const main = page.getByRole("main");
  expect(await main.getByRole("heading", { level: 1 }).allInnerTexts()).toEqual([name]);
  const sections = [`Providers for ${name}`, "Would route to", `Apps using ${name}`, `Recent activity on ${name}`, `Uptime stats for ${name}`, `Sample code and API for ${name}`, "Parameters", "Using third-party SDKs", "More from Mistral AI"];
  for (const section of sections) expect(await main.getByRole("heading", { level: 2, name: section, exact: true }).count(), section).toBe(1);

  // Each fact once: no name twice, no heading twice, no id twice.
  const terms = await main.getByRole("term").allInnerTexts();
  expect(terms).toEqual([...new Set(terms)]);
  const headings = await main.getByRole("heading").allInnerTexts();
  expect(headings).toEqual([...new Set(headings)]);
  expect(await page.evaluate(() => [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, at, all) => all.indexOf(id) !== at))).toEqual([]);
  for (const [term, text] of Object.entries(wanted)) expect(await definitionOf(main, term), term).toContain(text);

  const endpoints = (await call(`${demoOrigin()}/api/v1`, `/models/${slug}/endpoints`)).json.data.endpoints as { tag: string; pricing: { prompt: string } }[];
  expect(endpoints.length).toBeGreaterThan(0);
  for (const { tag, pricing } of endpoints) {
    const row = main.getByRole("table", { name: `Providers for ${name}` }).getByRole("row").filter({ hasText: tag }).first();
    const price = (await row.innerText()).split(/\s+/).filter((word) => word.startsWith("$")).map((word) => Number(word.slice(1)));
    expect(price, `${tag} ${pricing.prompt}`).toContain(Number((Number(pricing.prompt) * 1e6).toPrecision(4)));
  }

  const parameters = (await call(`${demoOrigin()}/api/v1`, `/model/${slug}`)).json.data.supported_parameters as string[];
  expect(parameters.length).toBeGreaterThan(5);
  const [, ...rows] = await cellsOf(main.getByRole("table", { name: `Parameters for ${name}` }));
  expect(rows.map(([parameter]) => parameter).toSorted()).toEqual(parameters.toSorted());
  for (const row of rows) expect(row.filter((cell) => cell === ""), row[0] ?? "").toEqual([]);
}

/** What a page says of a term; read from the list of terms, of which each has one definition. */
async function definitionOf(main: Locator, term: string): Promise<string> {
  const [terms, definitions] = [await main.getByRole("term").allInnerTexts(), await main.getByRole("definition").allTextContents()];
  return definitions[terms.indexOf(term)] ?? "";
}

for (const seed of seeds) {
  const { slug, name } = seed;

  journey(`${slug} is whole without a script`, async ({ page }) => {
    await page.goto(`/${slug}`);
    await expectWhole(page, seed);
    // Without a script no sample hides behind another.
    const samples = await page.getByRole("tabpanel").allInnerTexts();
    expect(samples.length).toBeGreaterThanOrEqual(4);
    for (const sample of samples) {
      expect(sample).toContain(slug);
      expect(sample).toContain(`${demoOrigin()}/api`);
    }
    const places = page.getByRole("navigation", { name: "Sections" }).getByRole("link");
    expect(await places.count()).toBeGreaterThan(5);
    for (const place of await places.all()) {
      const [, id = ""] = (await place.getAttribute("href"))?.split("#") ?? [];
      expect(await page.evaluate((wanted) => document.getElementById(wanted) !== null, id), id).toBe(true);
    }
  }, { context: { javaScriptEnabled: false } });

  journey(`${slug} has what such a page has, its slug to copy and its figures as tables`, async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`/${slug}`);
    await expectWhole(page, seed);
    await page.getByRole("button", { name: "Copy slug" }).first().click();
    await page.getByRole("status").filter({ hasText: "Copied" }).waitFor({ state: "attached" });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(slug);

    expect((await cellsOf(page.getByRole("table", { name: `Apps using ${name}` }))).length).toBeGreaterThan(1);
    const [, ...days] = await cellsOf(await tableOf(page.getByRole("figure", { name: "Tokens processed per day" })));
    expect(days.length).toBeGreaterThan(80);
    expect(days.filter((cells) => (count(cells.at(-1) ?? "") ?? 0) > 0).length).toBeGreaterThan(30);
    const [, ...uptimes] = await cellsOf(await tableOf(page.getByRole("figure", { name: "Uptime, all providers" })));
    expect(uptimes.length).toBeGreaterThan(80);
  });
}

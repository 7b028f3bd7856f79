/** What is wrong with a page as it stands: what axe finds, and what is wider than the window. */

import axe, { type RunOnly } from "axe-core";
import type { Page } from "playwright-core";

const rules: RunOnly = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };

/** One line a finding: the rule, where, and what is wrong. The page's own Content-Security-Policy stays on. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  if (await page.evaluate(() => !("axe" in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (runOnly) => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await here.run(document, { runOnly, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = "" }) => `${id}: ${html.slice(0, 200)} ${failureSummary.split("\n").slice(1).join(" ").trim()}`));
  }, rules);
}

/** Wide and narrow, light and dark. Leaves the page narrow. */
export async function findingsAround(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  const look = async (width: number, colorScheme: "light" | "dark"): Promise<void> => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    found.push(...(await axeFindings(page)).map((finding) => `${width} ${colorScheme} ${finding}`));
    if (await isScrolledSideways(page)) found.push(`${width} scrolls sideways`);
  };
  await look(1280, "light");
  await look(1280, "dark");
  await look(360, "dark");
  await look(360, "light");
  // What a page 1280 wide has left when it is zoomed to 400 %.
  await page.setViewportSize({ width: 320, height: 800 });
  if (await isScrolledSideways(page)) found.push("320 scrolls sideways");
  return found;
}

export function isScrolledSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

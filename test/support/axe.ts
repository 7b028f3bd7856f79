/** What axe finds on a page as it stands. */

import axe, { type RunOnly } from "axe-core";
import type { Page } from "playwright-core";

const all: RunOnly = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
/** The rules that a change of the theme can break: a theme is a set of colours. */
const ofColours: RunOnly = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** One line a finding: the rule, where, and what is wrong. The page's own Content-Security-Policy stays on. */
export async function axeFindings(page: Page, rules: "all" | "of colours" = "all"): Promise<readonly string[]> {
  if (await page.evaluate(() => !("axe" in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (runOnly) => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await here.run(document, { runOnly, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = "" }) => `${id}: ${html.slice(0, 200)} ${failureSummary.split("\n").slice(1).join(" ").trim()}`));
  }, rules === "all" ? all : ofColours);
}

/** The site without a pointer: every stop shows that it has the focus, nothing holds it, and dialogs give it back. */

import { afterAll, beforeAll, expect } from "vitest";
import type { Locator, Page } from "playwright-core";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { journey, useBrowser } from "../support/journey.ts";

useBrowser();

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.dispose());

const origin = () => new URL(gateway.baseUrl).origin;

/** Where the focus is: nowhere, or something with or without a ring around itself or around the label that stands for it. */
function stop(page: Page): Promise<"nowhere" | "ringed" | "unringed"> {
  return page.evaluate(() => {
    const at = document.activeElement;
    if (at === null || at === document.body) return "nowhere";
    const isRinged = [at, at.closest("label")].some((element) => {
      if (element === null) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
    });
    return isRinged ? "ringed" : "unringed";
  });
}

/** No page has more stops than this before what it is about. */
const stopsMax = 400;

/** Goes on with Tab until this has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < stopsMax; stops++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) {
      expect(await stop(page)).toBe("ringed");
      return;
    }
  }
  expect.fail(`Tab does not reach ${String(target)}`);
}

journey("from the first page to a comparison", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  expect(await page.getByRole("link", { name: "Skip to content" }).evaluate((link) => link === document.activeElement)).toBe(true);
  const stops: string[] = [await stop(page)];
  while (stops.at(-1) !== "nowhere" && stops.length < stopsMax) {
    await page.keyboard.press("Tab");
    stops.push(await stop(page));
  }
  // Out of the page at its end, and not held anywhere before.
  expect(stops.pop()).toBe("nowhere");
  expect(stops.length).toBeGreaterThan(15);
  expect(stops.filter((one) => one !== "ringed")).toEqual([]);

  const opener = page.getByRole("button", { name: "Search (Ctrl K)" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const palette = page.getByRole("combobox", { name: /^Search models/ });
  await palette.waitFor();
  await page.keyboard.press("Escape");
  await palette.waitFor({ state: "hidden" });
  expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("ministral 3 8b 2512");
  await page.getByRole("option", { name: /Ministral 3 8B 2512/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Ministral 3 8B 2512" }).waitFor();

  await tabTo(page, page.getByRole("link", { name: "Compare" }).last());
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/compare\?models=/);
  await tabTo(page, page.getByRole("combobox", { name: "Add a model" }));
  await page.keyboard.type("mistralai/mistral-small");
  await page.keyboard.press("Enter");
  await page.getByRole("table", { name: /^Comparison of / }).waitFor();
}, { origin });

journey("from the sign-in to a key, a test of it, and out", async ({ page }) => {
  const [, token = ""] = /#token=(\w+)/.exec(await gateway.cli("login")) ?? [];
  await page.goto("/");
  await tabTo(page, page.getByRole("link", { name: "Keys" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await tabTo(page, page.getByRole("textbox", { name: "One-time token" }));
  await page.keyboard.type(token);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();

  const opener = page.getByRole("link", { name: "Create key" }).first();
  await tabTo(page, opener);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Create API key" });
  await dialog.waitFor();
  expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  expect(await opener.evaluate((link) => link === document.activeElement)).toBe(true);

  await page.keyboard.press("Enter");
  await dialog.waitFor();
  await page.keyboard.type("by keyboard");
  await tabTo(page, dialog.getByRole("checkbox", { name: /^Sandbox/ }));
  await page.keyboard.press("Space");
  await tabTo(page, dialog.getByRole("button", { name: "Create" }));
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "“by keyboard” is ready" }).waitFor();
  await tabTo(page, page.getByRole("button", { name: "Test now" }));
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "cost $0" }).waitFor();

  await page.keyboard.press("Control+Home");
  await tabTo(page, page.getByRole("button", { name: "Sign out" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
}, { origin });

/** From an empty installation to an answer, and the life of a key: on a gateway of its own, because keys are made. */

import { afterAll, beforeAll, expect } from "vitest";
import type { Page } from "playwright-core";
import { findingsAround } from "../support/axe.ts";
import { call } from "../support/caller.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { journey, useBrowser } from "../support/journey.ts";

useBrowser();

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.dispose());

const origin = () => new URL(gateway.baseUrl).origin;
const keyShape = /sk-wr-v1-[0-9a-f]{64}/;
const question = { model: "mistralai/ministral-8b", messages: [{ role: "user", content: "Hello" }] };

async function signIn(page: Page): Promise<void> {
  await page.goto((await gateway.cli("login")).trim());
  await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
}

/** Fills the dialog in, and gives the key that is shown. */
async function createKey(page: Page, name: string, limit: string): Promise<string> {
  await page.getByRole("link", { name: "Create key" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create API key" });
  await dialog.getByRole("textbox", { name: /^Name/ }).fill(name);
  await dialog.getByRole("textbox", { name: /^Limit/ }).fill(limit);
  await dialog.getByRole("checkbox", { name: /^Sandbox/ }).check();
  await dialog.getByRole("button", { name: "Create" }).click();
  const shown = page.getByRole("region", { name: `“${name}” is ready` });
  await shown.waitFor();
  return keyShape.exec(await shown.innerText())?.[0] ?? expect.fail("the key is shown");
}

journey("the address from the terminal leads to a first answer, and a reload does not show the key again", async ({ page }) => {
  await expect.poll(gateway.output).toMatch(/^Sign in/m);
  const [, address = ""] = /^Sign in \(30 min\): (\S+)$/m.exec(gateway.output()) ?? [];
  await page.goto(address);
  await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
  expect(page.url()).toBe(`${origin()}/settings/keys`);

  const key = await createKey(page, "first", "1");
  await page.getByRole("button", { name: "Test now" }).click();
  const answer = page.getByRole("status").filter({ hasText: "cost $0" });
  await answer.waitFor();
  expect(await answer.innerText()).toMatch(/\w+ \w+[^]*Sandbox/);
  expect(await page.getByRole("main").innerText()).toContain(`${gateway.baseUrl}/chat/completions`);
  expect(await findingsAround(page)).toEqual([]);

  await page.reload();
  expect(await page.content()).not.toContain(key);
}, { origin });

journey("a key is made with a limit, shown once, used, and refused when it is revoked", async ({ page }) => {
  await signIn(page);
  await page.getByRole("link", { name: "Create key" }).first().click();
  expect(await findingsAround(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole("dialog", { name: "Create API key" }).getByRole("link", { name: "Cancel" }).click();

  const key = await createKey(page, "second", "1.5");
  expect((await call(gateway.baseUrl, "/key", { key })).json.data).toMatchObject({ limit: 1.5, limit_reset: "monthly" });
  expect((await call(gateway.baseUrl, "/chat/completions", { key, body: question })).status).toBe(200);

  await page.goto("/settings/keys");
  const row = page.getByRole("table", { name: "API keys" }).getByRole("row").filter({ hasText: "second" });
  expect(await row.innerText()).toContain("$1.50 monthly");
  expect(await page.content()).not.toContain(key);
  await row.getByRole("link", { name: /^Revoke/ }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke “second”?" });
  expect(await findingsAround(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await row.waitFor({ state: "detached" });

  expect((await call(gateway.baseUrl, "/chat/completions", { key, body: question })).status).toBe(401);
  for (const path of ["/settings/keys", "/", "/models"]) {
    await page.goto(path);
    expect(await page.content()).not.toContain(key);
  }
  expect(gateway.output()).not.toContain(key);
}, { origin });

journey("whoever is not signed in is shown the door, and signing out closes it", async ({ page, stranger }) => {
  await signIn(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  const other = await stranger();
  for (const one of [page, other]) {
    await one.goto("/settings/keys");
    expect(one.url()).toBe(`${origin()}/login`);
  }
}, { origin });

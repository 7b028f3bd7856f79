/** The system's Chromium, as a stranger's first visit would have it: an empty profile, and nothing that calls home. */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { assert } from "../../src/base/assert.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Said where there is none. */
export const noChromium = `no Chromium here (${names.join(", ")}): apt-get install -y chromium, or name one in WINDROSE_CHROMIUM`;

/** Where Chromium is; undefined where there is none. One that is named but missing is no reason to take another. */
export function findChromium(): string | undefined {
  const named = process.env["WINDROSE_CHROMIUM"];
  if (named !== undefined && named !== "") return canRun(named) ? named : undefined;
  const folders = ["/usr/bin", ...(process.env["PATH"] ?? "").split(delimiter)];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(canRun);
}

/** A browser with a new, empty profile; its contexts share nothing. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  assert(executablePath !== undefined, noChromium);
  return chromium.launch({ executablePath, args: flags });
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

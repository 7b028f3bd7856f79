/** An endpoint and the common part of a request, for the tests of adapters for tasks. */

import { readFileSync } from "node:fs";
import type { Target } from "../../src/providers/adapter.ts";
import { plainQuirks, type Quirks } from "../../src/providers/quirks.ts";
import { defaultPreferences } from "../../src/surfaces/preferences.ts";
import type { TaskHead } from "../../src/wire/task.ts";

export const head: TaskHead = { models: ["a/b"], stream: false, provider: defaultPreferences, options: {}, gateway: {}, extra: {} };

export function targetOf(baseUrl = "https://u.test/v1", quirks: Quirks = plainQuirks): Target {
  return { baseUrl, upstreamModel: "m", parameters: undefined, outputTokensMax: undefined, quirks };
}

export function recordedJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
}

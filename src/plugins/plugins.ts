/** The plugins that there are, and which of them a request has at work. */

import type { ChatRequest } from "../wire/chat.ts";
import { fileParser, filesAreReadBy } from "./file-parser.ts";
import type { Plugin, PluginOptions } from "./plugin.ts";
import { responseHealing } from "./response-healing.ts";

/** In the order in which they work. */
const plugins: readonly Plugin[] = [fileParser, responseHealing];

/** Entries that say something to another part of the gateway: what searches the web, and how a router chooses. */
const readElsewhere: ReadonlySet<unknown> = new Set(["web", "auto-router", "auto-beta-router"]);

export interface ActivePlugin {
  readonly plugin: Plugin;
  readonly options: PluginOptions;
}

export interface Pipeline {
  readonly active: readonly ActivePlugin[];
  /** Ids that mean nothing here: the request is answered without them. */
  readonly unknown: readonly string[];
}

/** Of a request that says nothing of plugins. */
const automatic: Pipeline = { active: plugins.filter(({ isAutomatic }) => isAutomatic).map((plugin) => ({ plugin, options: {} })), unknown: [] };

/** @throws Fault invalid_request for options that a plugin cannot carry out. */
export function pipelineOf({ gateway: { plugins: entries } }: ChatRequest): Pipeline {
  if (entries === undefined) return automatic;
  entries.forEach((options, index) => plugins.find(({ id }) => id === options["id"])?.check?.(options, `plugins[${index}]`));
  const active = plugins.flatMap((plugin): readonly ActivePlugin[] => {
    // The last word counts, as it does where objects are merged.
    const options = entries.findLast(({ id }) => id === plugin.id);
    const isWanted = options === undefined ? plugin.isAutomatic : options["enabled"] !== false;
    return isWanted ? [{ plugin, options: options ?? {} }] : [];
  });
  const isKnown = (id: unknown): boolean => readElsewhere.has(id) || plugins.some((plugin) => plugin.id === id);
  const unknown = entries.filter(({ id, enabled }) => !isKnown(id) && enabled !== false).map(({ id }) => String(id).slice(0, idCharsMax));
  return { active, unknown: [...new Set(unknown)].slice(0, unknownMax) };
}

/** Whether files of the request are given as text where an endpoint takes none. */
export function filesAreRead(request: ChatRequest): ReturnType<typeof filesAreReadBy> {
  const parser = pipelineOf(request).active.find(({ plugin }) => plugin === fileParser);
  return parser === undefined ? undefined : filesAreReadBy(request, parser.options);
}

/** Of an id that is only repeated. */
const idCharsMax = 64;
const unknownMax = 16;

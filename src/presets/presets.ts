/**
 * The presets of every workspace. A new version is used at once by the node that took it, and by every other within 30
 * seconds; a request that names no preset passes through untouched.
 */

import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { rowId } from "../base/ids.ts";
import type { Db } from "../db/port.ts";
import type { Surface } from "../surfaces/surface.ts";
import type { ChatRequest } from "../wire/chat.ts";
import { applyPreset } from "./apply.ts";
import { contentOf, settingsOf } from "./content.ts";
import { createMemory } from "../base/memory.ts";
import { isPresetSlug, type DesignatedPreset, type Page, type Preset, type PresetSettings, type PresetVersion } from "./preset.ts";
import { addVersion, countPresets, countVersions, findPreset, findVersion, listPresets, listVersions } from "./presets.store.ts";
import { presetNamedIn } from "./reference.ts";

export interface Presets {
  /**
   * The request with its preset in it: the very same request when it names none, a promise only when the preset must be read.
   * @throws Fault not_found when there is no such preset; invalid_request when it is not active, gives no model, or is one of two.
   */
  apply(request: ChatRequest, workspaceId: string): ChatRequest | Promise<ChatRequest>;

  /**
   * Makes a version of an inference body and designates it. Of two racing callers each gets a version of its own.
   * @throws Fault invalid_request naming the field, or for one preset more than a workspace holds; payload_too_large.
   */
  save(draft: PresetDraft): Promise<DesignatedPreset>;

  /** The one that was changed last first. */
  list(workspaceId: string, page: Page): Promise<Counted<Preset>>;

  find(workspaceId: string, slug: string): Promise<DesignatedPreset | undefined>;

  /** The oldest first. */
  versions(presetId: string, page: Page): Promise<Counted<PresetVersion>>;

  findVersion(presetId: string, version: number): Promise<PresetVersion | undefined>;
}

export interface PresetDraft {
  readonly workspaceId: string;
  readonly slug: string;
  /** Null when the key is the workspace's own, which then counts as the creator. */
  readonly creatorUserId: string | null;
  /** Whose dialect the body is in. */
  readonly surface: Surface;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Counted<Item> {
  readonly items: readonly Item[];
  /** Over all pages. */
  readonly totalCount: number;
}

interface Usable {
  readonly preset: Preset;
  readonly settings: PresetSettings;
  /** In bytes as it is stored; in memory it may be fifteen times as large. */
  readonly size: number;
}

const rememberedMax = 1_000;
const rememberedBytesMax = 8 * 1024 * 1024;
/** Of racing callers each may make one more. */
const presetsPerWorkspaceMax = 1_000;

export function openPresets({ db, clock }: { readonly db: Db; readonly clock: Clock }): Presets {
  const memory = createMemory<Usable>({ clock, entriesMax: rememberedMax, weightOf: ({ size }) => size, weightMax: rememberedBytesMax });

  const read = async (workspaceId: string, slug: string): Promise<Usable | undefined> => {
    const found = await findPreset(db, workspaceId, slug);
    if (found === undefined) return undefined;
    const { systemPrompt, config } = found.version;
    return { preset: found.preset, settings: settingsOf(found.version), size: Buffer.byteLength(JSON.stringify({ systemPrompt, config })) };
  };

  return {
    apply(request, workspaceId) {
      const slug = presetNamedIn(request);
      if (slug === undefined) return request;
      if (!isPresetSlug(slug)) throw noSuchPreset(request, slug);
      const found = memory.get(nameOf(workspaceId, slug), () => read(workspaceId, slug));
      return found instanceof Promise ? found.then((usable) => applied(request, slug, usable)) : applied(request, slug, found);
    },

    async save({ workspaceId, slug, creatorUserId, surface, body }) {
      if (!isPresetSlug(slug)) {
        throw new Fault("invalid_request", "slug: expected up to 128 letters, digits, dots, dashes and underscores, a letter or a digit first", { metadata: { field: "slug" } });
      }
      const content = contentOf(surface, body);
      const count = await countPresets(db, workspaceId);
      if (count >= presetsPerWorkspaceMax && (await findPreset(db, workspaceId, slug)) === undefined) {
        throw new Fault("invalid_request", `A workspace holds at most ${presetsPerWorkspaceMax.toLocaleString("en")} presets, and this one has ${count.toLocaleString("en")}. Save a version of one of them.`, { metadata: { field: "slug" } });
      }
      const saved = await addVersion(db, {
        ...content, workspaceId, slug, creatorUserId, creatorId: creatorUserId ?? workspaceId, presetId: rowId(), versionId: rowId(), now: clock(),
      });
      memory.forget(nameOf(workspaceId, slug));
      return saved;
    },

    async list(workspaceId, page) {
      const [items, totalCount] = await Promise.all([listPresets(db, workspaceId, page), countPresets(db, workspaceId)]);
      return { items, totalCount };
    },

    find: (workspaceId, slug) => findPreset(db, workspaceId, slug),

    async versions(presetId, page) {
      const [items, totalCount] = await Promise.all([listVersions(db, presetId, page), countVersions(db, presetId)]);
      return { items, totalCount };
    },

    findVersion: (presetId, version) => findVersion(db, presetId, version),
  };
}

function nameOf(workspaceId: string, slug: string): string {
  return `${workspaceId}/${slug}`;
}

function applied(request: ChatRequest, slug: string, usable: Usable | undefined): ChatRequest {
  if (usable === undefined) throw noSuchPreset(request, slug);
  const { preset, settings } = usable;
  if (preset.status !== "active") {
    throw new Fault("invalid_request", `The preset ${slug} is ${preset.status}.`, { metadata: { field: fieldNaming(request) } });
  }
  return applyPreset(request, preset.id, settings);
}

function noSuchPreset(request: ChatRequest, slug: string): Fault {
  return new Fault("not_found", `There is no preset ${slug} in this key's workspace. See GET /api/v1/presets`, { metadata: { field: fieldNaming(request) } });
}

function fieldNaming({ gateway }: ChatRequest): "preset" | "model" {
  return gateway.preset === undefined ? "model" : "preset";
}

/** Presets and their versions in the database. Versions are only ever added. */

import { assert } from "../base/assert.ts";
import type { Db, Row } from "../db/port.ts";
import type { DesignatedPreset, Page, Preset, PresetContent, PresetVersion } from "./preset.ts";

const presetColumns = `id, workspace_id, slug, name, description, status, status_updated_at, creator_user_id, designated_version_id, created_at, updated_at`;
const versionColumns = `id, preset_id, version, creator_id, system_prompt, config, created_at`;

export interface NewVersion extends PresetContent {
  /** Used when there is no preset with this slug yet. */
  readonly presetId: string;
  readonly versionId: string;
  readonly workspaceId: string;
  readonly slug: string;
  readonly creatorUserId: string | null;
  readonly creatorId: string;
  readonly now: number;
}

/**
 * Adds a version and designates it, with its preset if that is new. Of two racing callers each gets a version of its own:
 * the row of the preset is locked by the first statement, and hands out the numbers.
 */
export async function addVersion(db: Db, fields: NewVersion): Promise<DesignatedPreset> {
  const ofSlug = "from presets where workspace_id = ? and slug = ?";
  const [presets, versions] = await db.write([
    {
      sql: `insert into presets (id, workspace_id, slug, name, status, creator_user_id, latest_version, designated_version_id, created_at, updated_at)
        values (?, ?, ?, ?, 'active', ?, 1, ?, ?, ?)
        on conflict (workspace_id, slug) do update set latest_version = presets.latest_version + 1,
          designated_version_id = excluded.designated_version_id, updated_at = excluded.updated_at
        returning ${presetColumns}`,
      values: [fields.presetId, fields.workspaceId, fields.slug, fields.slug, fields.creatorUserId, fields.versionId, fields.now, fields.now],
    },
    {
      sql: `insert into preset_versions (id, preset_id, version, creator_id, system_prompt, config, created_at)
        values (?, (select id ${ofSlug}), (select latest_version ${ofSlug}), ?, ?, ?, ?)
        returning ${versionColumns}`,
      values: [
        fields.versionId, fields.workspaceId, fields.slug, fields.workspaceId, fields.slug,
        fields.creatorId, fields.systemPrompt, JSON.stringify(fields.config), fields.now,
      ],
    },
  ]);
  const preset = presets?.rows[0];
  const version = versions?.rows[0];
  assert(preset !== undefined && version !== undefined, "each statement returns the row it wrote");
  return { preset: decodePreset(preset), version: decodeVersion(version) };
}

/** Two readings that belong together however they are spaced, because a version never changes. */
export async function findPreset(db: Db, workspaceId: string, slug: string): Promise<DesignatedPreset | undefined> {
  const [row] = await db.read(`select ${presetColumns} from presets where workspace_id = ? and slug = ?`, [workspaceId, slug]);
  if (row === undefined) return undefined;
  const preset = decodePreset(row);
  const [version] = await db.read(`select ${versionColumns} from preset_versions where id = ?`, [preset.designatedVersionId]);
  assert(version !== undefined, "a version is added with its designation and never removed");
  return { preset, version: decodeVersion(version) };
}

/** The one that was changed last first. */
export async function listPresets(db: Db, workspaceId: string, { offset, limit }: Page): Promise<readonly Preset[]> {
  const rows = await db.read(`select ${presetColumns} from presets where workspace_id = ? order by updated_at desc, id limit ? offset ?`, [workspaceId, limit, offset]);
  return rows.map(decodePreset);
}

export async function countPresets(db: Db, workspaceId: string): Promise<number> {
  const [row] = await db.read("select count(*) as presets from presets where workspace_id = ?", [workspaceId]);
  return Number(row?.presets);
}

/** The oldest first. */
export async function listVersions(db: Db, presetId: string, { offset, limit }: Page): Promise<readonly PresetVersion[]> {
  const rows = await db.read(`select ${versionColumns} from preset_versions where preset_id = ? order by version limit ? offset ?`, [presetId, limit, offset]);
  return rows.map(decodeVersion);
}

export async function countVersions(db: Db, presetId: string): Promise<number> {
  const [row] = await db.read("select count(*) as versions from preset_versions where preset_id = ?", [presetId]);
  return Number(row?.versions);
}

export async function findVersion(db: Db, presetId: string, version: number): Promise<PresetVersion | undefined> {
  const [row] = await db.read(`select ${versionColumns} from preset_versions where preset_id = ? and version = ?`, [presetId, version]);
  return row === undefined ? undefined : decodeVersion(row);
}

function decodePreset(row: Row): Preset {
  return {
    id: row.id as string,
    workspaceId: row.workspace_id as string,
    slug: row.slug as string,
    name: row.name as string,
    description: row.description as string | null,
    status: row.status as Preset["status"],
    statusUpdatedAt: row.status_updated_at as number | null,
    creatorUserId: row.creator_user_id as string | null,
    designatedVersionId: row.designated_version_id as string,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  };
}

function decodeVersion(row: Row): PresetVersion {
  return {
    id: row.id as string,
    presetId: row.preset_id as string,
    version: row.version as number,
    creatorId: row.creator_id as string,
    systemPrompt: row.system_prompt as string | null,
    config: JSON.parse(row.config as string) as PresetVersion["config"],
    createdAt: row.created_at as number,
  };
}

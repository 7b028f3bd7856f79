/** A named configuration that requests refer to, and its versions. Source: contract §1.14, §8.6. */

import type { ChatParameters, GatewayOptions, ProviderPreferences } from "../wire/chat.ts";

export interface Preset {
  readonly id: string;
  readonly workspaceId: string;
  /** Unique in its workspace. */
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  /** Only an active one can be used. */
  readonly status: "active" | "disabled" | "archived";
  /** Milliseconds since the epoch, as all times here. */
  readonly statusUpdatedAt: number | null;
  readonly creatorUserId: string | null;
  /** The version that requests get: the latest. */
  readonly designatedVersionId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Written once, never changed. */
export interface PresetVersion extends PresetContent {
  readonly id: string;
  readonly presetId: string;
  /** From 1, without gaps. */
  readonly version: number;
  readonly creatorId: string;
  readonly createdAt: number;
}

/** What a version holds, as it is stored and shown. */
export interface PresetContent {
  readonly systemPrompt: string | null;
  /** Fields of a chat-completions body, `cache_enabled` and `cache_ttl_seconds`. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface DesignatedPreset {
  readonly preset: Preset;
  readonly version: PresetVersion;
}

/** What a version means for a request, in canonical words. */
export interface PresetSettings {
  /** Empty when the request is to name its model. */
  readonly models: readonly string[];
  readonly systemPrompt: string | null;
  readonly parameters: ChatParameters;
  readonly provider: ProviderPreferences;
  readonly gateway: Pick<GatewayOptions, "plugins" | "cacheEnabled" | "cacheTtlSeconds">;
}

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** Letters, digits, dots, dashes and underscores: what stands in an address and behind `@preset/` without being escaped. */
export function isPresetSlug(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(text);
}

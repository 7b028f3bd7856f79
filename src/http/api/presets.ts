/** The operations on /presets: named configurations and their versions. Source: contract §1.14, §8.6. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../base/fault.ts";
import type { DesignatedPreset, Preset, PresetVersion } from "../../presets/preset.ts";
import type { Presets } from "../../presets/presets.ts";
import { chatCompletions } from "../../surfaces/chat-completions/surface.ts";
import { messages } from "../../surfaces/messages/surface.ts";
import { responses } from "../../surfaces/responses/surface.ts";
import { answers, data } from "./answers.ts";
import { keyOf, type ApiEnv } from "./policy.ts";

export function registerPresets(api: OpenAPIHono<ApiEnv>, presets: Presets): void {
  const ownPreset = async (workspaceId: string, slug: string): Promise<DesignatedPreset> => (await presets.find(workspaceId, slug)) ?? noSuchPreset(slug);

  api.openapi(listPresets, async (context) => {
    const { items, totalCount } = await presets.list(keyOf(context).workspaceId, context.req.valid("query"));
    return context.json({ data: items.map(presetView), total_count: totalCount });
  });

  api.openapi(getPreset, async (context) => {
    const found = await ownPreset(keyOf(context).workspaceId, context.req.valid("param").slug);
    return context.json({ data: designatedView(found) });
  });

  api.openapi(listVersions, async (context) => {
    const { preset } = await ownPreset(keyOf(context).workspaceId, context.req.valid("param").slug);
    const { items, totalCount } = await presets.versions(preset.id, context.req.valid("query"));
    return context.json({ data: items.map(versionView), total_count: totalCount });
  });

  api.openapi(getVersion, async (context) => {
    const { slug, version: number } = context.req.valid("param");
    const { preset } = await ownPreset(keyOf(context).workspaceId, slug);
    const version = await presets.findVersion(preset.id, number);
    if (version === undefined) throw new Fault("not_found", `The preset ${slug} has no version ${number}`);
    return context.json({ data: versionView(version) });
  });

  api.openapi(saveFromChat, async (context) => {
    const { workspaceId, creatorUserId } = keyOf(context);
    const { slug } = context.req.valid("param");
    const saved = await presets.save({ workspaceId, slug, creatorUserId, surface: chatCompletions, body: context.req.valid("json") });
    return context.json({ data: designatedView(saved) });
  });

  api.openapi(saveFromResponses, async (context) => {
    const { workspaceId, creatorUserId } = keyOf(context);
    const { slug } = context.req.valid("param");
    const saved = await presets.save({ workspaceId, slug, creatorUserId, surface: responses, body: context.req.valid("json") });
    return context.json({ data: designatedView(saved) });
  });

  api.openapi(saveFromMessages, async (context) => {
    const { workspaceId, creatorUserId } = keyOf(context);
    const { slug } = context.req.valid("param");
    const saved = await presets.save({ workspaceId, slug, creatorUserId, surface: messages, body: context.req.valid("json") });
    return context.json({ data: designatedView(saved) });
  });
}

function noSuchPreset(slug: string): never {
  throw new Fault("not_found", `There is no preset ${slug} in this workspace`);
}

function presetView(preset: Preset): z.input<typeof presetSchema> {
  return {
    id: preset.id,
    slug: preset.slug,
    name: preset.name,
    description: preset.description,
    status: preset.status,
    status_updated_at: preset.statusUpdatedAt === null ? null : timeOf(preset.statusUpdatedAt),
    creator_user_id: preset.creatorUserId,
    workspace_id: preset.workspaceId,
    designated_version_id: preset.designatedVersionId,
    created_at: timeOf(preset.createdAt),
    updated_at: timeOf(preset.updatedAt),
  };
}

function versionView(version: PresetVersion): z.input<typeof versionSchema> {
  return {
    id: version.id,
    preset_id: version.presetId,
    version: version.version,
    creator_id: version.creatorId,
    system_prompt: version.systemPrompt,
    config: version.config,
    created_at: timeOf(version.createdAt),
    updated_at: timeOf(version.createdAt),
  };
}

function designatedView({ preset, version }: DesignatedPreset): z.input<typeof designatedSchema> {
  return { ...presetView(preset), designated_version: versionView(version) };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const text = z.string().nullable();
const time = z.iso.datetime();

const presetSchema = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: text,
  status: z.enum(["active", "disabled", "archived"]),
  status_updated_at: time.nullable(),
  creator_user_id: text,
  workspace_id: text,
  designated_version_id: text,
  created_at: time,
  updated_at: time,
});

const versionSchema = z.object({
  id: z.string(),
  preset_id: z.string(),
  version: z.int(),
  creator_id: z.string(),
  system_prompt: text,
  config: z.record(z.string(), z.unknown()),
  created_at: time,
  updated_at: time,
});

const designatedSchema = presetSchema.extend({ designated_version: versionSchema });

const tags = ["Presets"];
const params = z.object({ slug: z.string() });
const query = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

const listPresets = createRoute({
  method: "get",
  path: "/presets",
  tags,
  summary: "Presets of the workspace, the one changed last first",
  request: { query },
  responses: answers("The presets", z.object({ data: z.array(presetSchema), total_count: z.int() })),
});

const getPreset = createRoute({
  method: "get",
  path: "/presets/{slug}",
  tags,
  summary: "One preset with the version that requests get",
  request: { params },
  responses: answers("The preset", data(designatedSchema)),
});

const listVersions = createRoute({
  method: "get",
  path: "/presets/{slug}/versions",
  tags,
  summary: "Versions of a preset, the oldest first",
  request: { params, query },
  responses: answers("The versions", z.object({ data: z.array(versionSchema), total_count: z.int() })),
});

const getVersion = createRoute({
  method: "get",
  path: "/presets/{slug}/versions/{version}",
  tags,
  summary: "One version of a preset",
  request: { params: params.extend({ version: z.coerce.number().int().min(1) }) },
  responses: answers("The version", data(versionSchema)),
});

const saveFromChat = createRoute({
  method: "post",
  path: "/presets/{slug}/chat/completions",
  tags,
  summary: "Makes a preset, or its next version, of a chat-completions body; messages are passed over but for the system prompt",
  request: { params, body: { required: true, content: { "application/json": { schema: z.looseObject({}) } } } },
  responses: answers("The preset with its new version", data(designatedSchema)),
});

const saveFromResponses = createRoute({
  method: "post",
  path: "/presets/{slug}/responses",
  tags,
  summary: "Makes a preset, or its next version, of a responses body; its input is passed over but for the instructions",
  request: { params, body: { required: true, content: { "application/json": { schema: z.looseObject({}) } } } },
  responses: answers("The preset with its new version", data(designatedSchema)),
});

const saveFromMessages = createRoute({
  method: "post",
  path: "/presets/{slug}/messages",
  tags,
  summary: "Makes a preset, or its next version, of a messages body; messages are passed over, the system prompt is not",
  request: { params, body: { required: true, content: { "application/json": { schema: z.looseObject({}) } } } },
  responses: answers("The preset with its new version", data(designatedSchema)),
});

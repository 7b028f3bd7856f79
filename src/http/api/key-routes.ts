/** What the key operations take and answer: one schema for the checks and for the document. Source: contract §1.4, §1.5. */

import { createRoute, z } from "@hono/zod-openapi";
import { answers, data } from "./answers.ts";

// More than a billion dollars is a slip of the hand, and 64 bits of nano-dollars end at nine billion.
const limit = z.number().min(0).max(1e9).nullish().openapi({ description: "US dollars; null for no limit" });
const limitReset = z.enum(["daily", "weekly", "monthly"]).nullish().openapi({ description: "When spending starts anew, at 00:00 UTC" });
const name = z.string().trim().min(1).max(200);
const hedge = z.boolean().optional().openapi({ description: "Windrose: a second provider is asked when the first is slower than usual" });

const publicApp = z.boolean().optional().openapi({ description: "Windrose: the apps that call with this key may be shown in rankings and on pages" });

const keyBody = z.object({
  name,
  limit,
  limit_reset: limitReset,
  include_byok_in_limit: z.boolean().optional(),
  expires_at: z.iso
    .datetime({ error: "expected a time in UTC, such as 2027-12-31T23:59:59Z" })
    .nullish(),
  workspace_id: z.uuid().optional(),
  creator_user_id: z.string().min(1).max(200).nullish(),
  hedge,
  public_app: publicApp,
  sandbox: z.boolean().optional().openapi({ description: "Windrose: the key is answered by simulated providers, at no cost" }),
});

const patchBody = z.object({
  name: name.optional(),
  disabled: z.boolean().optional(),
  limit,
  limit_reset: limitReset,
  include_byok_in_limit: z.boolean().optional(),
  hedge,
  public_app: publicApp,
});

export type KeyBody = z.infer<typeof keyBody>;
export type PatchBody = z.infer<typeof patchBody>;

const amount = z.number().nullable();
const text = z.string().nullable();

const spending = {
  label: z.string(),
  limit: amount,
  limit_remaining: amount,
  limit_reset: text,
  include_byok_in_limit: z.boolean(),
  usage: z.number(),
  usage_daily: z.number(),
  usage_weekly: z.number(),
  usage_monthly: z.number(),
  byok_usage: z.number(),
  byok_usage_daily: z.number(),
  byok_usage_weekly: z.number(),
  byok_usage_monthly: z.number(),
  creator_user_id: text,
  workspace_id: z.string(),
  expires_at: z.iso.datetime().nullable(),
  sandbox: z.boolean(),
  hedge: z.boolean(),
  public_app: z.boolean(),
  sandbox_usage: z.number(),
};

const managedKey = z
  .object({
    hash: z.string(),
    name: z.string(),
    disabled: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime().nullable(),
    external_user: text,
    ...spending,
  })
  .openapi("Key");

const ownKey = z.object({
  ...spending,
  is_free_tier: z.boolean(),
  is_management_key: z.boolean(),
  is_provisioning_key: z.boolean(),
  organization_id: text,
  allowed_data_regions: z.array(z.string()),
  free_model_daily_requests: z.object({ limit: z.int(), remaining: z.int(), used: z.int() }),
  rate_limit: z.object({ requests: z.int(), interval: z.string(), note: z.string() }),
});

const tags = ["API Keys"];
const params = z.object({ hash: z.string() });

export const getOwnKey = createRoute({
  method: "get",
  path: "/key",
  tags,
  summary: "The key of this request: its limit and what it has spent",
  responses: answers("The key", data(ownKey)),
});

export const listKeys = createRoute({
  method: "get",
  path: "/keys",
  tags,
  summary: "Keys of the workspace, newest first, 100 at a time",
  request: {
    query: z.object({
      include_disabled: z.enum(["true", "false"]).optional(),
      offset: z.coerce.number().int().min(0).default(0),
      workspace_id: z.uuid().optional(),
    }),
  },
  responses: answers("The keys", data(z.array(managedKey))),
});

export const createKey = createRoute({
  method: "post",
  path: "/keys",
  tags,
  summary: "Creates a key; its secret is shown this once",
  request: { body: { required: true, content: { "application/json": { schema: keyBody } } } },
  responses: answers("The key and its secret", z.object({ data: managedKey, key: z.string() }), 201),
});

export const getKey = createRoute({
  method: "get",
  path: "/keys/{hash}",
  tags,
  summary: "One key",
  request: { params },
  responses: answers("The key", data(managedKey)),
});

export const updateKey = createRoute({
  method: "patch",
  path: "/keys/{hash}",
  tags,
  summary: "Changes what is given, leaves the rest",
  request: { params, body: { required: true, content: { "application/json": { schema: patchBody } } } },
  responses: answers("The key after the change", data(managedKey)),
});

export const deleteKey = createRoute({
  method: "delete",
  path: "/keys/{hash}",
  tags,
  summary: "Revokes a key for good",
  request: { params },
  responses: answers("Done", z.object({ deleted: z.literal(true) })),
});

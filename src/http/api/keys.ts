/** GET /key, and the operations on /keys with a management key. Source: contract §1.4, §1.5. */

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { fromDollars, type Nanodollars } from "../../base/money.ts";
import type { Key, KeyPage, KeyPatch, NewKey } from "../../keys/key.ts";
import { createKey, deleteKey, getKey, getOwnKey, listKeys, updateKey, type KeyBody, type PatchBody } from "./key-routes.ts";
import { managedKeyView, ownKeyView, type SpendingReads } from "./key-view.ts";
import { keyOf, type ApiEnv } from "./policy.ts";

export interface KeyStore {
  create(key: NewKey): Promise<{ readonly key: Key; readonly secret: string }>;
  /** Newest first. */
  list(page: KeyPage): Promise<readonly Key[]>;
  find(hash: string): Promise<Key | undefined>;
  update(hash: string, patch: KeyPatch): Promise<Key | undefined>;
  remove(hash: string): Promise<boolean>;
}

interface KeyDeps {
  readonly keys: KeyStore;
  readonly ledger: SpendingReads;
  readonly clock: Clock;
}

// Contract §0, "Pagination": /keys has fixed pages.
const pageLength = 100;

export function registerKeys(api: OpenAPIHono<ApiEnv>, { keys, ledger, clock }: KeyDeps): void {
  for (const path of ["/key", "/auth/key"]) {
    api.openapi({ ...getOwnKey, path }, async (context) => context.json({ data: await ownKeyView(keyOf(context), ledger) }));
  }

  api.openapi(listKeys, async (context) => {
    const { offset, include_disabled, workspace_id } = context.req.valid("query");
    const { workspaceId } = keyOf(context);
    // A management key sees its own workspace: another one looks empty to it, there or not.
    if (workspace_id !== undefined && workspace_id !== workspaceId) return context.json({ data: [] });
    const page = await keys.list({ workspaceId, offset, limit: pageLength, includeDisabled: include_disabled === "true" });
    return context.json({ data: await Promise.all(page.map((key) => managedKeyView(key, ledger))) });
  });

  api.openapi(createKey, async (context) => {
    const wanted = newKey(context.req.valid("json"), keyOf(context).workspaceId, clock());
    const { key, secret } = await keys.create(wanted);
    return context.json({ data: await managedKeyView(key, ledger), key: secret }, 201);
  });

  api.openapi(getKey, async (context) => {
    const key = await ownedKey(keys, context.req.valid("param").hash, keyOf(context));
    return context.json({ data: await managedKeyView(key, ledger) });
  });

  api.openapi(updateKey, async (context) => {
    const { hash } = await ownedKey(keys, context.req.valid("param").hash, keyOf(context));
    const key = (await keys.update(hash, keyPatch(context.req.valid("json")))) ?? noSuchKey(hash);
    return context.json({ data: await managedKeyView(key, ledger) });
  });

  api.openapi(deleteKey, async (context) => {
    const { hash } = await ownedKey(keys, context.req.valid("param").hash, keyOf(context));
    if (!(await keys.remove(hash))) noSuchKey(hash);
    return context.json({ deleted: true });
  });
}

async function ownedKey(keys: KeyStore, hash: string, caller: Key): Promise<Key> {
  const key = await keys.find(hash);
  return key?.workspaceId === caller.workspaceId ? key : noSuchKey(hash);
}

function noSuchKey(hash: string): never {
  throw new Fault("not_found", `There is no API key with the hash ${hash}`);
}

function newKey(body: KeyBody, workspaceId: string, now: number): NewKey {
  if (body.workspace_id !== undefined && body.workspace_id !== workspaceId) {
    throw new Fault("permission_denied", "workspace_id: this management key belongs to another workspace");
  }
  const expiresAt = body.expires_at === null || body.expires_at === undefined ? null : Date.parse(body.expires_at);
  if (expiresAt !== null && expiresAt <= now) throw new Fault("invalid_request", "expires_at: expected a time in the future");
  return {
    name: body.name,
    kind: "inference",
    isSandbox: body.sandbox ?? false,
    limit: amountOf(body.limit) ?? null,
    limitReset: body.limit_reset ?? null,
    includeByokInLimit: body.include_byok_in_limit ?? false,
    hedge: body.hedge ?? false,
    publicApp: body.public_app ?? false,
    expiresAt,
    workspaceId,
    creatorUserId: body.creator_user_id ?? null,
  };
}

function keyPatch(body: PatchBody): KeyPatch {
  const limit = amountOf(body.limit);
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.disabled === undefined ? {} : { disabled: body.disabled }),
    ...(limit === undefined ? {} : { limit }),
    ...(body.limit_reset === undefined ? {} : { limitReset: body.limit_reset }),
    ...(body.include_byok_in_limit === undefined ? {} : { includeByokInLimit: body.include_byok_in_limit }),
    ...(body.hedge === undefined ? {} : { hedge: body.hedge }),
    ...(body.public_app === undefined ? {} : { publicApp: body.public_app }),
  };
}

function amountOf(limit: number | null | undefined): Nanodollars | null | undefined {
  return limit === null || limit === undefined ? limit : fromDollars(limit);
}

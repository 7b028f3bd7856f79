/**
 * Who is calling. A key that was seen in the last 15 seconds is answered from memory, so that the hot path touches no
 * database; after that it is read again behind the answer, and after 30 seconds before it. A revoked key therefore
 * works on for 30 seconds at most, even when the database is down; on the node that revoked it, not at all.
 */

import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { keyHash, keyLabel, keySecret } from "../base/ids.ts";
import { createMemory } from "../base/memory.ts";
import type { Db } from "../db/port.ts";
import { defaultWorkspaceId, type Key, type KeyPage, type KeyPatch, type NewKey } from "./key.ts";
import { countKeys, findKey, insertKey, listKeys, removeKey, updateKey } from "./keys.store.ts";

export interface Keys {
  /**
   * The key of a secret, or undefined when there is none; at once when it is known. Disabled and expired keys are
   * given too, with their state, so that the caller can be told why.
   * @throws Fault storage_unavailable when it is not known and cannot be read: never "no such key".
   */
  authenticate(secret: string): Key | undefined | Promise<Key | undefined>;

  /**
   * @throws Fault invalid_request when the given secret is a key already (the second of two racing callers too).
   */
  create(key: NewKey): Promise<{ readonly key: Key; readonly secret: string }>;

  /** Newest first. */
  list(page: KeyPage): Promise<readonly Key[]>;

  find(hash: string): Promise<Key | undefined>;

  /** The key after the change, or undefined when there is none. Of two racing callers the second has the last word, field by field. */
  update(hash: string, patch: KeyPatch): Promise<Key | undefined>;

  /** False when there is no such key, and for the second of two racing callers. What the key did stays on record. */
  remove(hash: string): Promise<boolean>;

  /** Keys that were not removed. */
  count(): Promise<number>;
}

const rememberedMax = 10_000;

export function openKeys({ db, clock }: { readonly db: Db; readonly clock: Clock }): Keys {
  const memory = createMemory<Key>({ clock, entriesMax: rememberedMax });

  return {
    authenticate(secret) {
      const hash = keyHash(secret);
      return memory.get(hash, () => findKey(db, hash));
    },

    async create(fields) {
      const secret = fields.secret ?? keySecret();
      const key: Key = {
        hash: keyHash(secret),
        name: fields.name,
        label: keyLabel(secret),
        kind: fields.kind,
        isSandbox: fields.isSandbox ?? false,
        workspaceId: fields.workspaceId ?? defaultWorkspaceId,
        disabled: false,
        limit: fields.limit ?? null,
        limitReset: fields.limitReset ?? null,
        includeByokInLimit: fields.includeByokInLimit ?? false,
        hedge: fields.hedge ?? false,
        publicApp: fields.publicApp ?? false,
        expiresAt: fields.expiresAt ?? null,
        createdAt: clock(),
        updatedAt: null,
        creatorUserId: fields.creatorUserId ?? null,
      };
      if (!(await insertKey(db, key))) throw new Fault("invalid_request", "A key with this secret exists already. Choose another secret.");
      memory.put(key.hash, key);
      return { key, secret };
    },

    list: (page) => listKeys(db, { ...page, workspaceId: page.workspaceId ?? defaultWorkspaceId }),

    find: (hash) => findKey(db, hash),

    async update(hash, patch) {
      const key = await updateKey(db, hash, { ...patch, now: clock() });
      memory.put(hash, key);
      return key;
    },

    async remove(hash) {
      const removed = await removeKey(db, hash, clock());
      memory.put(hash, undefined);
      return removed;
    },

    count: () => countKeys(db),
  };
}

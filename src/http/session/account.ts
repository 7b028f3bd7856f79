/** The ports of the pages behind the sign-in, and who is asking for one. */

import type { Sessions, Session } from "../../sessions/sessions.ts";
import type { KeyStore } from "../api/keys.ts";
import type { SpendingReads } from "../api/key-view.ts";
import type { PageRequest } from "../pages/page-route.ts";
import { sessionIdOf } from "./cookie.ts";
import type { Reveals } from "./reveals.ts";

export interface Account {
  readonly sessions: Sessions;
  readonly keys: KeyStore;
  readonly spending: SpendingReads;
  readonly reveals: Reveals;
  /** The start of the UTC day on which each key was last used, by its hash; keys that never were are not in it. */
  readonly lastUsed: (hashes: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** Keeps a refusal back until it is its turn. */
  readonly refusalTurn: () => Promise<void>;
}

/** The session of whoever asks; undefined for a stranger. */
export async function sessionOf({ sessions }: Account, request: PageRequest): Promise<Session | undefined> {
  const id = sessionIdOf(request);
  return id === undefined ? undefined : sessions.find(id);
}

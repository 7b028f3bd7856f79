/** Who is calling. Source: contract §0 "Auth scheme", §4.2 row 401, §10 row 22. */

import { Fault } from "../base/fault.ts";
import type { Key } from "../keys/key.ts";

/** The two headers that may carry a key, as node:http names them. Anthropic's clients send `x-api-key`. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly "x-api-key"?: string | undefined;
}

/** A lookup that answers at once when it remembers the key, so that a warm request waits for nothing. */
export interface KeyLookup {
  authenticate(secret: string): Key | undefined | Promise<Key | undefined>;
}

/**
 * The key that these headers carry; a promise only when the lookup had to ask the database. `now` in milliseconds.
 * @throws Fault authentication when there is none, or it is unknown, disabled or expired.
 */
export function authenticate(headers: Credentials, keys: KeyLookup, now: number): Key | Promise<Key> {
  const found = keys.authenticate(secretOf(headers));
  return found instanceof Promise ? found.then((key) => usable(key, now)) : usable(found, now);
}

/** @throws Fault permission_denied when an operation of the one kind is asked for with a key of the other. */
export function requireKind(key: Key, kind: Key["kind"]): void {
  if (key.kind === kind) return;
  throw new Fault(
    "permission_denied",
    kind === "management"
      ? "Only management keys can perform this operation"
      : "Management keys cannot perform this operation. Create an API key for it with POST /api/v1/keys",
  );
}

function secretOf(headers: Credentials): string {
  const { authorization, "x-api-key": apiKey } = headers;
  const bearer = authorization === undefined ? null : /^Bearer +(\S+) *$/i.exec(authorization);
  const secret = bearer?.[1] ?? apiKey?.trim();
  if (secret !== undefined && secret !== "") return secret;
  throw new Fault(
    "authentication",
    authorization === undefined || /^(Bearer *)?$/i.test(authorization)
      ? "Missing Authentication header"
      : 'Authorization header must read "Bearer <API key>"',
  );
}

function usable(key: Key | undefined, now: number): Key {
  if (key === undefined) throw new Fault("authentication", "User not found.");
  if (key.disabled) throw new Fault("authentication", "API key is disabled");
  if (key.expiresAt !== null && key.expiresAt <= now) {
    throw new Fault("authentication", `API key has expired on ${new Date(key.expiresAt).toISOString()}`);
  }
  return key;
}

/** The shapes of our identifiers. Source: contract §0, "Id formats" and "Key format". */

import { hash } from "node:crypto";
import { randomText } from "./clock.ts";

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const hexadecimal = "0123456789abcdef";

/** `gen-<unix seconds>-<20 alphanumerics>`. `now` in milliseconds. */
export function generationId(now: number): string {
  return `gen-${Math.floor(now / 1000)}-${randomText(20, alphanumeric)}`;
}

/** `req-<unix seconds>-<20 alphanumerics>`: one per HTTP request, in every error and log line. */
export function requestId(now: number): string {
  return `req-${Math.floor(now / 1000)}-${randomText(20, alphanumeric)}`;
}

/** A new key for a caller: `sk-wr-v1-` and 256 random bits in hexadecimal. Stored nowhere; see {@link keyHash}. */
export function keySecret(): string {
  return `sk-wr-v1-${randomText(64, hexadecimal)}`;
}

/** The public name of a key, and all that is stored of it: SHA-256 of the whole secret, lowercase hexadecimal. */
export function keyHash(secret: string): string {
  return hash("sha256", secret);
}

/** How a key is shown after it was created: `sk-wr-v1-0e6...1c96`. Short texts show nothing but their length class. */
export function keyLabel(secret: string): string {
  return secret.length < 24 ? "***" : `${secret.slice(0, 12)}...${secret.slice(-4)}`;
}

/** A random UUID-shaped id for rows that are not generations (leases, workspaces, entries). */
export function rowId(): string {
  const text = randomText(32, hexadecimal);
  const version = `4${text.slice(13, 16)}`;
  const variant = `${"89ab"[Number.parseInt(text[16] as string, 16) % 4]}${text.slice(17, 20)}`;
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${version}-${variant}-${text.slice(20)}`;
}

/**
 * A service account of Google's: its key signs who asks and for what, and is given a token for that, which opens the API for
 * an hour. Source: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */

import { sign } from "node:crypto";
import { Fault } from "../base/fault.ts";
import { secret, type Secret } from "../base/secret.ts";
import type { UpstreamRequest } from "./adapter.ts";
import { asObject, asText } from "./json.ts";

export interface ServiceAccount {
  readonly email: string;
  readonly keyId: string | undefined;
  /** PEM. */
  readonly privateKey: Secret;
  /** Where tokens are given. */
  readonly tokenUrl: string;
}

export interface AccessToken {
  readonly token: Secret;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const scope = "https://www.googleapis.com/auth/cloud-platform";
/** The longest that may be asked for. */
const lifetimeSeconds = 3600;

/** `now` is in milliseconds since the epoch. */
export function tokenRequest({ email, keyId, privateKey, tokenUrl }: ServiceAccount, now: number): Pick<UpstreamRequest, "url" | "headers" | "body"> {
  const issuedAt = Math.floor(now / 1000);
  const head = { alg: "RS256", typ: "JWT", ...(keyId === undefined ? {} : { kid: keyId }) };
  const claims = { iss: email, scope, aud: tokenUrl, iat: issuedAt, exp: issuedAt + lifetimeSeconds };
  const unsigned = `${encoded(JSON.stringify(head))}.${encoded(JSON.stringify(claims))}`;
  const assertion = `${unsigned}.${sign("sha256", Buffer.from(unsigned), privateKey.reveal()).toString("base64url")}`;
  return {
    url: tokenUrl,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion }).toString(),
  };
}

/**
 * The token that was given; one that does not say how long it lives is good for one request.
 * @throws Fault upstream_credential when the key is refused, upstream_unreachable for every other answer that is no token.
 */
export function readToken(status: number, body: string, now: number): AccessToken {
  const answer = parsed(body);
  const token = asText(answer?.["access_token"]);
  if (status >= 200 && status < 300 && token !== undefined && /^[\x21-\x7e]{1,8192}$/.test(token)) {
    const seconds = answer?.["expires_in"];
    const lifetime = typeof seconds === "number" && seconds > 0 ? Math.min(seconds, lifetimeSeconds) : 0;
    return { token: secret(token), expiresAt: now + lifetime * 1000 };
  }
  const word = /^[a-z_]{1,40}$/.exec(asText(answer?.["error"]) ?? "")?.[0];
  const cause = `the token endpoint answered ${status}${word === undefined ? "" : ` (${word})`}`;
  const isRefused = status >= 400 && status < 500 && status !== 408 && status !== 429;
  throw isRefused
    ? new Fault("upstream_credential", "The provider is not available to this gateway at present.", { cause })
    : new Fault("upstream_unreachable", "The provider's token endpoint gave no token.", { cause });
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function parsed(body: string) {
  try {
    return asObject(JSON.parse(body));
  } catch {
    return undefined;
  }
}

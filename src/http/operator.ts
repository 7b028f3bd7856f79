/**
 * The operator's way in: whoever can open the socket in the data directory owns the installation and needs no key. The
 * socket's requests carry a management key that exists in this process's memory alone.
 */

import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { timingSafeEqual } from "node:crypto";
import { getRequestListener } from "@hono/node-server";
import { keyHash, keyLabel, keySecret } from "../base/ids.ts";
import { defaultWorkspaceId, type Key } from "../keys/key.ts";
import type { Api } from "./api/app.ts";
import type { KeyLookup } from "./authenticate.ts";

/** The same keys, and the operator's. */
export function operatorLookup<Keys extends KeyLookup>(keys: Keys): { readonly keys: Keys; readonly secret: string } {
  const secret = keySecret();
  const own = Buffer.from(secret);
  const operator: Key = {
    hash: keyHash(secret), name: "operator", label: keyLabel(secret), kind: "management", isSandbox: false, workspaceId: defaultWorkspaceId,
    disabled: false, limit: null, limitReset: null, includeByokInLimit: false, hedge: false, publicApp: false, expiresAt: null, createdAt: 0, updatedAt: null, creatorUserId: null,
  };
  const isOwn = (given: string) => given.length === secret.length && timingSafeEqual(Buffer.from(given.padEnd(own.length).slice(0, own.length), "latin1"), own);
  return { keys: { ...keys, authenticate: (given: string) => (isOwn(given) ? operator : keys.authenticate(given)) }, secret };
}

/** The API as the operator sees it. */
export function withOperator(api: Api, secret: string): Api {
  return {
    fetch: async (request) => {
      const headers = new Headers(request.headers);
      headers.set("authorization", `Bearer ${secret}`);
      const body = request.method === "GET" ? null : await request.text();
      return api.fetch(new Request(request.url, { method: request.method, headers, body }));
    },
  };
}

/** A way to sign in at the site: an address to open, good once. */
export interface SignInOffer {
  readonly url: string;
  readonly expiresAt: number;
}

export const signInPath = "/api/v1/operator/sign-in";

/** The operator's API of a node that serves pages: it gives out what signs in there, which no key may ask for. */
export function withSignIn(api: Api, offer: () => Promise<SignInOffer>): Api {
  return {
    fetch: async (request) => {
      if (request.method !== "POST" || new URL(request.url).pathname !== signInPath) return api.fetch(request);
      const { url, expiresAt } = await offer();
      return Response.json({ url, expires_at: new Date(expiresAt).toISOString() }, { headers: { "cache-control": "no-store" } });
    },
  };
}

export interface OperatorSocket {
  readonly close: () => Promise<void>;
}

/** Listens on a Unix socket that only this user can open. A socket left by a dead process is replaced: the data directory's lock says it is dead. */
export async function listenForOperator(api: Api, path: string): Promise<OperatorSocket> {
  rmSync(path, { force: true });
  const listener = getRequestListener((request) => api.fetch(request));
  const server: Server = createServer((message, response) => void listener(message, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

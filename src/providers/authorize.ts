/** How a credential is shown to an upstream. The only place where it leaves its box. */

import { unreachable } from "../base/assert.ts";
import type { Secret } from "../base/secret.ts";

type Authorization =
  | { readonly scheme: "none" }
  | { readonly scheme: "bearer"; readonly credential: Secret }
  | { readonly scheme: "header"; readonly header: string; readonly credential: Secret };

/** The headers that authorize a request, with lowercase names. */
export function authorizationHeaders(authorization: Authorization): Record<string, string> {
  switch (authorization.scheme) {
    case "none":
      return {};
    case "bearer":
      return { authorization: `Bearer ${authorization.credential.reveal()}` };
    case "header":
      return { [authorization.header.toLowerCase()]: authorization.credential.reveal() };
    default:
      return unreachable(authorization);
  }
}

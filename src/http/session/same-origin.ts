/** Was a form sent by a page of ours? Asked of every unsafe request that a cookie could authorize. Source: Fetch Metadata, RFC 6454. */

import type { IncomingMessage } from "node:http";

/**
 * `origin` is ours, as the caller's browser knows us. Browsers say where a request comes from by themselves, over https and on this
 * machine in Sec-Fetch-Site, and everywhere in Origin; who says neither is no browser that sends our forms.
 */
export function isSameOrigin({ headers }: Pick<IncomingMessage, "headers">, origin: string): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return false;
  const from = headers.origin;
  return from === undefined ? site !== undefined : from === new URL(origin).origin;
}

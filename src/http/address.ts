/** Where a request of the site comes to: its path, and how the caller knows this installation. */

import type { IncomingMessage } from "node:http";

export interface SiteAddress {
  /** Decoded, without a trailing slash: "/", "/mistralai/ministral-8b". */
  readonly path: string;
  readonly hasTrailingSlash: boolean;
  readonly query: URLSearchParams;
  /** Scheme, host and base path: "https://ai.example.org/gateway". */
  readonly origin: string;
}

/** Undefined for a target that is no path or whose escapes are broken. */
export function addressOf(message: IncomingMessage): SiteAddress | undefined {
  // A proxy may name the whole address (RFC 9112, section 3.2.2).
  const target = (message.url ?? "/").replace(/^https?:\/\/[^/?]*/i, "");
  const at = target.indexOf("?");
  const raw = at === -1 ? target : target.slice(0, at);
  if (!raw.startsWith("/")) return undefined;
  const hasTrailingSlash = raw.length > 1 && raw.endsWith("/");
  try {
    const path = decodeURIComponent(hasTrailingSlash ? raw.replace(/\/+$/, "") : raw);
    return { path: path === "" ? "/" : path, hasTrailingSlash: hasTrailingSlash && path !== "", query: new URLSearchParams(at === -1 ? "" : target.slice(at + 1)), origin: originOf(message) };
  } catch {
    return undefined;
  }
}

/** The way from a page to the root of the site: "./" from "/models", "../" from "/mistralai/ministral-8b". */
export function rootFrom(path: string): string {
  const floors = path.split("/").length - 2;
  return floors <= 0 ? "./" : "../".repeat(floors);
}

/**
 * As the caller's browser knows us, through a proxy or not. It is written into pages, so it is nothing but a scheme, a name, a
 * port and plain steps; what a caller makes up is shown to that caller alone (answers are not kept by shared caches).
 */
function originOf({ headers, socket }: IncomingMessage): string {
  const forwarded = (name: string) => String(headers[name] ?? "").split(",")[0]?.trim() ?? "";
  const host = [forwarded("x-forwarded-host"), headers.host ?? ""].find(isHost);
  const scheme = forwarded("x-forwarded-proto").toLowerCase() === "https" ? "https" : "http";
  const base = forwarded("x-forwarded-prefix").replace(/\/+$/, "");
  return `${scheme}://${host ?? `127.0.0.1:${socket.localPort ?? 80}`}${/^(?:\/[\w.~-]+)+$/.test(base) ? base : ""}`;
}

/** Of what looks like one, "999.999.999.999" and the port 99999 are none all the same. */
function isHost(name: string): boolean {
  return /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i.test(name) && URL.canParse(`http://${name}`);
}

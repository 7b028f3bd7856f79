/**
 * The cookie that carries a session's id. Over https it is bound to this very host (`__Host-`); plain http gets one on this machine
 * alone, because anywhere else the way there can be listened to. Source: RFC 6265bis, section 4.1.3.
 */

import { longestMs } from "../../sessions/sessions.ts";

interface Place {
  /** As the caller's browser knows us: "https://ai.example.org/gateway". */
  readonly origin: string;
}

/** May somebody sign in over this connection? */
export function canSignIn({ origin }: Place): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === "https:" || hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

export function sessionIdOf({ origin, cookies }: Place & { readonly cookies: string }): string | undefined {
  const name = nameAt(origin);
  const found = cookies.split(";").map((pair) => pair.trim()).find((pair) => pair.startsWith(`${name}=`));
  const id = found?.slice(name.length + 1) ?? "";
  return id === "" ? undefined : id;
}

/** `Set-Cookie` that gives the browser the id, or takes it away. */
export function sessionCookie({ origin }: Place, id: string | undefined): string {
  const name = nameAt(origin);
  const life = id === undefined ? 0 : longestMs / 1000;
  return `${name}=${id ?? ""}; Path=/; Max-Age=${life}; HttpOnly; SameSite=Lax${isSecure(origin) ? "; Secure" : ""}`;
}

function nameAt(origin: string): string {
  // Cookies do not know ports: two installations on one machine would otherwise sign each other's visitors out.
  return isSecure(origin) ? "__Host-windrose" : `windrose-${new URL(origin).port || "80"}`;
}

function isSecure(origin: string): boolean {
  return origin.startsWith("https:");
}

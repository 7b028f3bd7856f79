/** A visitor of the site over real sockets: keeps cookies, sends forms as a browser does, follows no redirect by itself. */

export interface Visited {
  readonly status: number;
  readonly location: string | null;
  readonly headers: Headers;
  readonly html: string;
}

export interface Visitor {
  get(path: string, method?: "GET" | "HEAD"): Promise<Visited>;
  /** Sends a form from a page of the site itself, unless other headers say otherwise. */
  send(path: string, fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Visited>;
  /** What the visitor holds, by the cookies' names. */
  readonly cookies: Map<string, string>;
}

export function openVisitor(origin: string, cookies: Map<string, string> = new Map()): Visitor {
  const ask = async (path: string, init: RequestInit): Promise<Visited> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(path, origin), { redirect: "manual", ...init, headers: { accept: "text/html", ...(cookie === "" ? {} : { cookie }), ...init.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: response.status, location: response.headers.get("location"), headers: response.headers, html: await response.text() };
  };
  return {
    cookies,
    get: (path, method = "GET") => ask(path, { method }),
    send: (path, fields, headers = { "sec-fetch-site": "same-origin", origin }) => ask(path, { method: "POST", body: new URLSearchParams(fields), headers }),
  };
}

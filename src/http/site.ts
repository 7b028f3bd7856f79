/**
 * The site: pages, the files they need, and what machines read. Pages are drawn from memory in a few milliseconds and compressed
 * off the event loop; the inference path shares the process, so nothing here may compute for long.
 */

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { Fault, faults } from "../base/fault.ts";
import { requestId as newRequestId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { suggester } from "../catalog/suggest.ts";
import { errorPage } from "../../web/pages/error/page.tsx";
import type { Page, Site } from "../../web/shell/page.ts";
import { renderPage } from "../../web/shell/render.tsx";
import { themeScript } from "../../web/shell/theme-script.ts";
import { accepted, type BuiltAssets } from "./assets.ts";
import { addressOf, rootFrom, type SiteAddress } from "./address.ts";
import { readForm } from "./session/form.ts";
import { isSameOrigin } from "./session/same-origin.ts";
import { publicPlaces } from "./pages/machines.ts";
import { matchRoute, type PageAnswer, type PageReads, type PageRequest, type PageRoute } from "./pages/page-route.ts";

export interface SiteDeps {
  readonly reads: PageReads;
  readonly routes: readonly PageRoute[];
  readonly assets: BuiltAssets;
  readonly log: Log;
}

/** Answers what is the site's; false for what is the API's. */
export type SiteListener = (message: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Makes the site's listener. The API has everything under /api but /api/ui, what no page answers and no browser asks for, and all
 * methods but GET and HEAD, and POST where a page takes forms.
 */
export function createSite(deps: SiteDeps): SiteListener {
  const places = new Set(deps.routes.map(({ path }) => path));
  return (message, response) => {
    const { method } = message;
    if (method !== "GET" && method !== "HEAD" && method !== "POST") return false;
    const address = addressOf(message);
    if (address === undefined || (address.path.startsWith("/api") && !address.path.startsWith("/api/ui/"))) return false;
    if (method !== "POST" && deps.assets.answer(message, response, address.path)) return true;
    const found = findRoute(deps, address.path);
    if (method === "POST" ? found?.route.submit === undefined : found === undefined && !wantsPage(message)) return false;
    const site = { origin: address.origin, root: rootFrom(address.path), version: deps.reads.version, isDemo: deps.reads.isDemo, places, assets: deps.assets.names };
    void answer(deps, { method, message, response, address, found, site });
    return true;
  };
}

interface Visit {
  readonly method: PageRequest["method"];
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly address: SiteAddress;
  readonly found: { readonly route: PageRoute; readonly steps: PageRequest["steps"] } | undefined;
  readonly site: Site;
}

async function answer(deps: SiteDeps, visit: Visit): Promise<void> {
  const { method, message, response, address: { path, query, origin, hasTrailingSlash }, found, site } = visit;
  try {
    if (hasTrailingSlash) {
      // By the last step alone: an address such as "//host/" must not become a link to that host.
      redirect(response, `../${encodeURIComponent(path.slice(path.lastIndexOf("/") + 1))}${queryText(query)}`, { isPermanent: true });
      return;
    }
    const request = { method, path, query, origin, cookies: message.headers.cookie ?? "", steps: found?.steps ?? {}, routes: deps.routes.map((route) => route.path) };
    if (method === "POST" && !isSameOrigin(message, origin)) {
      refuse(response, 403, "This form was not sent by a page of this site. Open the page here and send it again.");
      return;
    }
    const made = (method === "POST" ? await found?.route.submit?.(deps.reads, request, await readForm(message)) : await found?.route.answer(deps.reads, request)) ?? missing(deps, path);
    await send(made, { message, response, site });
  } catch (error) {
    if (method === "POST" && error instanceof Fault && faults[error.code].blames === "caller") {
      refuse(response, faults[error.code].status, error.message);
      return;
    }
    const requestId = newRequestId(deps.reads.clock());
    deps.log.error({ requestId, error, path }, "a page could not be made");
    if (response.headersSent) response.destroy();
    else await send(errorPage({ status: 500, path, suggestions: [], requestId }), { message, response, site }).catch(() => response.destroy());
  }
}

function findRoute({ routes, reads }: Pick<SiteDeps, "routes" | "reads">, path: string): Visit["found"] {
  for (const route of routes) {
    const steps = matchRoute(route.path, path);
    if (steps !== undefined && route.accepts?.(reads, steps) !== false) return { route, steps };
  }
  return undefined;
}

/** Programs that ask for what is not there are better served by the API's answer, which names the nearest operation. */
function wantsPage(message: IncomingMessage): boolean {
  return String(message.headers.accept ?? "").includes("text/html");
}

/** With what may have been meant: a place, a provider, a model. */
function missing({ reads: { catalog }, routes }: Pick<SiteDeps, "reads" | "routes">, path: string): Page {
  const names = new Map([
    ...publicPlaces(routes.map((route) => route.path)).map((place) => [place, place.slice(1)] as const),
    ...catalog.providers.map(({ slug, name }) => [`/provider/${slug}`, name] as const),
  ]);
  const places = suggester([...names.keys()])(path).map((near) => ({ path: near, name: names.get(near) ?? near }));
  const models = catalog.suggest(path.slice(1)).flatMap((slug) => {
    const model = catalog.find(slug);
    return model === undefined ? [] : [{ path: `/${model.slug}`, name: model.name }];
  });
  return errorPage({ status: 404, path, suggestions: [...models, ...places] });
}

async function send(made: PageAnswer, { message, response, site }: Pick<Visit, "message" | "response" | "site">): Promise<void> {
  if ("redirect" in made) {
    redirect(response, site.root + made.redirect.replace(/^\/+/, ""), { isPermanent: made.isPermanent === true, isAfterForm: message.method === "POST", cookie: made.cookie });
    return;
  }
  const isPage = "title" in made;
  const text = isPage ? renderPage(made, site) : made.body;
  const isKept = !(isPage && made.isPrivate === true);
  const tag = `W/"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  const headers = {
    "vary": "accept-encoding", "x-content-type-options": "nosniff", "cache-control": isKept ? "no-cache" : "no-store",
    ...(isKept ? { etag: tag } : {}),
    ...(isPage ? pageHeaders : {}),
  };
  if (isKept && String(message.headers["if-none-match"] ?? "").includes(tag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const encoding = accepted(message, encoders);
  const body = await (encoders[encoding] ?? asItIs)(Buffer.from(text));
  response.writeHead(made.status ?? 200, {
    ...headers, "content-type": isPage ? "text/html; charset=utf-8" : made.contentType, "content-length": body.length,
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
  });
  response.end(message.method === "HEAD" ? undefined : body);
}

interface Redirection {
  readonly isPermanent?: boolean;
  /** What follows is read, whatever was sent. */
  readonly isAfterForm?: boolean;
  readonly cookie?: string | undefined;
}

function redirect(response: ServerResponse, location: string, { isPermanent = false, isAfterForm = false, cookie }: Redirection): void {
  const headers = { "location": location, "content-length": 0, "cache-control": cookie === undefined ? "no-cache" : "no-store", ...(cookie === undefined ? {} : { "set-cookie": cookie }) };
  response.writeHead(isAfterForm ? 303 : isPermanent ? 301 : 302, headers).end();
}

/** In words alone; what is left of the form is not read. */
function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff", "connection": "close" }).end(`${why}\n`);
}

function queryText(query: URLSearchParams): string {
  return query.size === 0 ? "" : `?${query.toString()}`;
}

type Encode = (text: Buffer) => Promise<Buffer>;

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

// Middling efforts: a page is compressed for every reader anew.
const encoders: Readonly<Record<string, Encode>> = {
  br: (text) => brotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }),
  gzip: (text) => gzipped(text, { level: 5 }),
};

const asItIs: Encode = async (text) => text;

/** Everything is ours, and the one script in the page is known by its hash. Source: CSP Level 3. */
const policy = [
  "default-src 'self'", `script-src 'self' 'sha256-${createHash("sha256").update(themeScript).digest("base64")}'`, "img-src 'self' data:", "connect-src 'self'",
  "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "require-trusted-types-for 'script'",
].join("; ");

const pageHeaders = {
  "content-security-policy": policy,
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

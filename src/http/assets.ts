/** What the build made for browsers (tools/build-site.mjs): files that never change under their names. */

import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Assets } from "../../web/shell/page.ts";

export interface BuiltAssets {
  /** Paths from the root of the site. */
  readonly names: Assets;
  /** Answers a request for `path`; false when there is no such file. */
  answer(message: IncomingMessage, response: ServerResponse, path: string): boolean;
}

interface Manifest extends Assets {
  readonly files: readonly string[];
}

interface BuiltFile {
  readonly type: string;
  readonly encodings: Readonly<Record<string, Buffer>>;
}

const prefix = "/assets/";
const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", woff2: "font/woff2", svg: "image/svg+xml", png: "image/png",
};

/** Reads all of it, half a megabyte. Undefined where nothing was built: the gateway then serves its API alone. */
export function openAssets(folder: string): BuiltAssets | undefined {
  const manifestFile = join(folder, "manifest.json");
  if (!existsSync(manifestFile)) return undefined;
  // Written by our own build.
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as Manifest;
  const files = new Map(manifest.files.map((name) => [name, readBuilt(folder, name)]));
  return {
    names: {
      style: prefix + manifest.style, script: prefix + manifest.script, icon: prefix + manifest.icon, card: prefix + manifest.card, fonts: manifest.fonts.map((font) => prefix + font),
      islands: Object.fromEntries(Object.entries(manifest.islands).map(([island, needed]) => [island, needed.map((file) => prefix + file)])),
    },
    answer: (message, response, path) => {
      const file = path.startsWith(prefix) ? files.get(path.slice(prefix.length)) : path === "/favicon.ico" ? files.get(manifest.icon) : undefined;
      if (file === undefined) return false;
      const encoding = accepted(message, file.encodings);
      const body = file.encodings[encoding] ?? Buffer.alloc(0);
      response.writeHead(200, {
        "content-type": file.type, "content-length": body.length, "vary": "accept-encoding", "x-content-type-options": "nosniff",
        "cache-control": path.startsWith(prefix) ? "public, max-age=31536000, immutable" : "public, max-age=86400",
        ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
      });
      response.end(message.method === "HEAD" ? undefined : body);
      return true;
    },
  };
}

/** The best of `encodings` that the caller takes; "identity" needs no leave. */
export function accepted(message: IncomingMessage, encodings: Readonly<Record<string, unknown>>): string {
  const offered = (String(message.headers["accept-encoding"] ?? "")).toLowerCase().split(",").map((one) => one.trim().split(";"));
  const takes = (name: string) => offered.some(([coding, weight]) => coding === name && !/^\s*q=0(?:\.0*)?$/.test(weight ?? ""));
  return ["br", "gzip"].find((name) => name in encodings && takes(name)) ?? "identity";
}

function readBuilt(folder: string, name: string): BuiltFile {
  const read = (suffix: string) => readFileSync(join(folder, name + suffix));
  const isCompressed = existsSync(join(folder, `${name}.br`));
  return {
    type: types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    encodings: { identity: read(""), ...(isCompressed ? { br: read(".br"), gzip: read(".gz") } : {}) },
  };
}

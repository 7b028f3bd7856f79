// The browser's part of the site: scripts (split, so that a page loads the islands it has), the stylesheet, the fonts, the
// mark, the picture of a shared link. Names carry a hash of the content, and each text is compressed here, once, as well as it can be.

import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const outdir = "dist/web";
/** Needed by the first screen of every page. */
const preloaded = ["ibm-plex-sans-latin-400-normal", "spectral-latin-600-normal"];

/** @param {string} root of the checkout */
export async function buildSite(root) {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { windrose: "web/client/main.ts", style: "web/styles/style.css", rose: "web/shell/rose.svg", card: "web/shell/card.png" },
    outdir, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]",
    bundle: true, splitting: true, format: "esm", target: "es2022", minify: true, metafile: true, write: true,
    loader: { ".woff2": "file", ".svg": "copy", ".png": "copy" }, define: { "process.env.NODE_ENV": '"production"' }, logLevel: "warning",
  });
  const files = Object.keys(metafile.outputs).map((output) => basename(output));
  await Promise.all(files.filter((file) => !/\.(?:woff2|png)$/.test(file)).map((file) => compress(join(root, outdir, file))));
  await writeFile(join(root, outdir, "manifest.json"), JSON.stringify({ ...manifestOf(metafile.outputs), files }));
  await removeStale(join(root, outdir), files);
}

function manifestOf(outputs) {
  const fileOf = (entry) => {
    const found = Object.keys(outputs).find((output) => outputs[output].entryPoint === entry);
    if (found === undefined) throw new Error(`the build made nothing of ${entry}`);
    return found;
  };
  const script = fileOf("web/client/main.ts");
  const shared = reach(outputs, fileOf("web/client/hydrate.tsx"));
  const islands = {};
  for (const [output, { entryPoint = "" }] of Object.entries(outputs)) {
    if (!entryPoint.startsWith("web/islands/")) continue;
    const needed = new Set([...shared, ...reach(outputs, output)]);
    needed.delete(script);
    islands[basename(entryPoint).replace(/\.tsx?$/, "")] = [...needed].map((file) => basename(file));
  }
  const named = Object.keys(outputs).map((output) => basename(output));
  return {
    style: basename(fileOf("web/styles/style.css")),
    script: basename(script),
    icon: named.find((name) => /^rose-.*\.svg$/.test(name)),
    card: named.find((name) => /^card-.*\.png$/.test(name)),
    fonts: preloaded.map((font) => named.find((name) => name.startsWith(font))),
    islands,
  };
}

/** An output and all that it imports as it loads. */
function reach(outputs, output, seen = new Set()) {
  if (seen.has(output)) return seen;
  seen.add(output);
  for (const { path, kind } of outputs[output].imports) if (kind === "import-statement") reach(outputs, path, seen);
  return seen;
}

async function compress(file) {
  const bytes = await readFile(file);
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    promisify(gzip)(bytes, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
}

async function removeStale(folder, files) {
  const wanted = new Set(["manifest.json", ...files.flatMap((file) => [file, `${file}.br`, `${file}.gz`])]);
  const stale = (await readdir(folder)).filter((file) => !wanted.has(file));
  await Promise.all(stale.map((file) => rm(join(folder, file))));
}

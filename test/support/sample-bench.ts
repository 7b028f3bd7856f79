/** A gateway whose sandbox answers, and a folder with the SDKs installed: where the programs of its pages are run as readers copy them. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startGateway } from "./gateway.ts";

export interface SampleBench {
  /** The HTML of a page, by its path from the root of the site. */
  page(path: string): Promise<string>;
  /** What a program printed. `folder` is its own, `file` its name. Rejects when it does not end with 0. */
  run(program: { readonly folder: string; readonly file: string; readonly code: string; readonly command: (file: string) => readonly string[] }): Promise<string>;
  dispose(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** How Node runs a file. No sample has a type in it, so that the TypeScript of the pages is JavaScript, too. */
export const onNode = (file: string): readonly string[] => [process.execPath, file];

export async function openSampleBench(): Promise<SampleBench> {
  const gateway = await startGateway();
  const { key } = await gateway.newKey();
  const bench = await mkdtemp(join(tmpdir(), "windrose-samples-"));
  // Where a reader would have installed the SDKs.
  await symlink(join(root, "node_modules"), join(bench, "node_modules"), "dir");
  return {
    page: async (path) => (await fetch(new URL(path, gateway.baseUrl), { headers: { accept: "text/html" } })).text(),
    run: async ({ folder, file, code, command }) => {
      const place = join(bench, folder.replaceAll(/\W+/g, "-"));
      await mkdir(place, { recursive: true });
      await writeFile(join(place, file), code);
      const [program = "", ...args] = command(join(place, file));
      return new Promise((resolve, reject) => {
        execFile(program, args, { cwd: root, env: { PATH: process.env["PATH"], WINDROSE_API_KEY: key } }, (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else reject(new Error(`${args.join(" ")} ended with ${String(error.code)}: ${stderr}${stdout}`));
        });
      });
    },
    dispose: async () => {
      await gateway.dispose();
      await rm(bench, { recursive: true, force: true });
    },
  };
}

/** The code as the reader sees it. */
export function unescaped(html: string): string {
  return html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
}

/** The documents of docs/ that readers have on the site: the very files, read once. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contents } from "./contents.ts";

export interface ManualText {
  /** The document's heading. */
  readonly title: string;
  /** Its first paragraph, as Markdown. */
  readonly summary: string;
  /** Markdown below the heading. */
  readonly text: string;
}

export interface Manual {
  /**
   * A document by its file. Where it writes the address that Windrose has when nothing is set, `origin` ("https://ai.example.org")
   * stands instead, so that samples can be copied.
   */
  read(file: string, origin: string): ManualText | undefined;
}

/** Throws at the start when a document is not in the package. */
export function openManual(folder: string): Manual {
  const files = contents.flatMap(({ pages }) => pages).flatMap(({ file }) => (file === undefined ? [] : [file]));
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
  return {
    read: (file, origin) => {
      const text = texts.get(file)?.replaceAll(usualOrigin, origin);
      if (text === undefined) return undefined;
      const [heading = "", ...lines] = text.split("\n");
      const below = lines.join("\n").trim();
      return { title: heading.replace(/^#+\s*/, "").trim(), summary: below.split(/\n\s*\n/)[0] ?? "", text: below };
    },
  };
}

const usualOrigin = "http://127.0.0.1:4100";

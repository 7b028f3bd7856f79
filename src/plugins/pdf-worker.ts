/** The thread that reads one PDF and ends. */

import { parentPort, workerData } from "node:worker_threads";
import { getDocumentProxy } from "unpdf";
import { assert } from "../base/assert.ts";
import type { PdfTask, PdfText } from "./pdf-reader.ts";

const port = parentPort;
assert(port !== null, "pdf-worker runs in a worker thread");
port.postMessage(await read(workerData as PdfTask));

async function read({ bytes, pagesMax, charsMax }: PdfTask): Promise<PdfText> {
  try {
    const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0, isEvalSupported: false, enableXfa: false, disableFontFace: true });
    const { numPages: pages } = document;
    const texts: string[] = [];
    let chars = 0;
    let page = 0;
    while (page < Math.min(pages, pagesMax) && chars <= charsMax) {
      page += 1;
      const text = await textOf(document, page);
      texts.push(text);
      chars += text.length;
    }
    return { text: texts.join("\n\n").slice(0, charsMax), pages, pagesRead: page, isCut: page < pages || chars > charsMax };
  } catch (error) {
    return { problem: error instanceof Error && error.name === "PasswordException" ? "it is protected by a password" : "it is damaged" };
  }
}

async function textOf(document: Awaited<ReturnType<typeof getDocumentProxy>>, number: number): Promise<string> {
  const page = await document.getPage(number);
  const { items } = await page.getTextContent();
  page.cleanup();
  let text = "";
  for (const item of items) if ("str" in item) text += item.hasEOL ? `${item.str}\n` : item.str;
  return text.trim();
}

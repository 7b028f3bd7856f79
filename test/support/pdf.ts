/** PDFs as small as they can be, made of what a test wants them to say. */

import { deflateSync } from "node:zlib";

/** A PDF with a page for each of these texts. */
export function pdf(...pages: readonly string[]): Buffer {
  return pdfOf(pages.map((text) => content(Buffer.from(`BT /F1 12 Tf 72 700 Td (${text.replace(/[\\()]/g, "\\$&")}) Tj ET`))));
}

/** A PDF of one page whose content unpacks to so many bytes of nothing. */
export function bombPdf(unpackedBytes: number): Buffer {
  return pdfOf([content(deflateSync(Buffer.alloc(unpackedBytes, " ")), "/Filter /FlateDecode ")]);
}

/** A PDF whose pages are each other's parents. */
export function circularPdf(): Buffer {
  return assembled([`<< /Type /Catalog /Pages 2 0 R >>`, `<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>`, `<< /Type /Pages /Kids [2 0 R] /Count 1000000 /Parent 2 0 R >>`].map((object) => Buffer.from(object)));
}

function content(bytes: Buffer, filter = ""): Buffer {
  return Buffer.concat([Buffer.from(`<< ${filter}/Length ${bytes.length} >>\nstream\n`), bytes, Buffer.from("\nendstream")]);
}

function pdfOf(contents: readonly Buffer[]): Buffer {
  return assembled([
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from(`<< /Type /Pages /Kids [${contents.map((_, index) => `${pageNumber(index)} 0 R`).join(" ")}] /Count ${contents.length} >>`),
    Buffer.from("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
    ...contents.flatMap((each, index) => [
      Buffer.from(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${pageNumber(index) + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`),
      each,
    ]),
  ]);
}

/** Each page is followed by its content, and the first comes behind catalog, tree and font. */
function pageNumber(index: number): number {
  return 4 + index * 2;
}

/** Numbers the objects from 1, the first of which is the catalog. */
function assembled(objects: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  const offsets: number[] = [];
  let length = 9;
  const add = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  objects.forEach((object, index) => {
    offsets.push(length);
    add(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]));
  });
  const start = length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  add(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF`));
  return Buffer.concat(parts);
}

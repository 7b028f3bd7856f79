/** Writes a form with files (RFC 7578). */

import { createHash } from "node:crypto";

export interface FormFile {
  readonly name: string;
  readonly filename: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface Form {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Two fields may have one name. Names and file names must be ours: they are written as they are. */
export function writeForm(fields: readonly (readonly [string, string])[], files: readonly FormFile[]): Form {
  // A boundary that no part can hold unless it holds a digest of itself.
  const digest = createHash("sha256");
  for (const [, value] of fields) digest.update(value);
  for (const { bytes } of files) digest.update(bytes);
  const boundary = `form-${digest.digest("hex").slice(0, 40)}`;
  const open = (disposition: string): string => `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n`;
  const parts: Uint8Array[] = fields.map(([name, value]) => Buffer.from(`${open(`name="${name}"`)}\r\n${value}\r\n`));
  for (const { name, filename, mediaType, bytes } of files) {
    parts.push(Buffer.from(`${open(`name="${name}"; filename="${filename}"`)}content-type: ${mediaType}\r\n\r\n`), bytes, Buffer.from("\r\n"));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(parts) };
}

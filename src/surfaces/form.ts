/** Reads a form with files (RFC 7578): its parts are views of the body, not copies. */

import { Fault } from "../base/fault.ts";

export interface Form {
  /** In the order they came: a name may come more than once. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly files: ReadonlyMap<string, { readonly filename: string; readonly bytes: Uint8Array }>;
}

const partsMax = 100;
const headBytesMax = 8 * 1024;
const fieldBytesMax = 64 * 1024;

/** @throws Fault invalid_request saying what is wrong with the form. */
export function readForm(body: Uint8Array, contentType: string): Form {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^;\s"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw wrong("content-type names no boundary");
  const fields = new Map<string, string[]>();
  const files = new Map<string, { filename: string; bytes: Uint8Array }>();
  for (const { head, content } of partsOf(bytes, boundary)) {
    const name = parameterOf(head, "name");
    if (name === undefined) throw wrong("a part has no name");
    const filename = parameterOf(head, "filename");
    if (filename !== undefined) {
      files.set(name, { filename, bytes: content });
    } else {
      if (content.length > fieldBytesMax) throw wrong(`the field ${name.slice(0, 64)} is longer than 64 KiB`);
      fields.set(name, [...(fields.get(name) ?? []), content.toString("utf8")]);
    }
  }
  return { fields, files };
}

function* partsOf(bytes: Buffer, boundary: string): Generator<{ readonly head: string; readonly content: Buffer }> {
  const separator = Buffer.from(`\r\n--${boundary}`);
  // The first separator may stand at the very beginning, without the line end before it.
  let at = bytes.indexOf(separator.subarray(2));
  if (at !== 0 && bytes[at - 1] !== newline) throw wrong("it does not hold its boundary");
  at += separator.length - 2;
  for (let count = 0; ; count++) {
    if (bytes.toString("latin1", at, at + 2) === "--") return;
    if (count === partsMax) throw wrong(`it has more than ${partsMax} parts`);
    const headEnd = bytes.indexOf("\r\n\r\n", at);
    const end = headEnd === -1 ? -1 : bytes.indexOf(separator, headEnd + 2);
    if (end === -1 || headEnd - at > headBytesMax) throw wrong("it ends in the middle of a part");
    yield { head: bytes.toString("utf8", at, headEnd), content: bytes.subarray(Math.min(headEnd + 4, end), end) };
    at = end + separator.length;
  }
}

const newline = 0x0a;

function parameterOf(head: string, name: string): string | undefined {
  const disposition = /^content-disposition:\s*form-data(;.*)$/im.exec(head)?.[1] ?? "";
  const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, "i").exec(disposition) ?? [];
  return quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1");
}

function wrong(how: string): Fault {
  return new Fault("invalid_request", `The form cannot be read: ${how}.`);
}

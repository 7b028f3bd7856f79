/** What a plain form of a page sends. */

import type { IncomingMessage } from "node:http";
import { Fault } from "../../base/fault.ts";

const bodyBytesMax = 16 * 1024;

/** @throws Fault when it is not a form, or larger than any of ours. */
export async function readForm(message: IncomingMessage): Promise<URLSearchParams> {
  const type = String(message.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw new Fault("unsupported_media_type", "A form of this site was expected.");
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > bodyBytesMax) throw new Fault("payload_too_large", "That is more than a form of this site holds.");
    pieces.push(piece);
  }
  return new URLSearchParams(Buffer.concat(pieces).toString("utf8"));
}

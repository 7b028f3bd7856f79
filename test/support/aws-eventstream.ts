/** The sending side of AWS's event stream, for what a test replays. */

import { crc32 } from "node:zlib";

/** One message; headers are text. */
export function awsMessage(headers: Readonly<Record<string, string>>, payload: string | Uint8Array): Buffer {
  const head = Buffer.concat(Object.entries(headers).flatMap(([name, value]) => {
    const [key, text] = [Buffer.from(name), Buffer.from(value)];
    const lengths = Buffer.alloc(3);
    lengths.writeUInt8(7, 0);
    lengths.writeUInt16BE(text.length, 1);
    return [Buffer.of(key.length), key, lengths, text];
  }));
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  const start = Buffer.concat([prelude, checksum(prelude), head, body]);
  return Buffer.concat([start, checksum(start)]);
}

/** A recorded line, `{"contentBlockDelta":{…}}`, as the event it was. */
export function awsEvent(line: string): Buffer {
  const [[name, payload] = ["", {}]] = Object.entries(JSON.parse(line) as object);
  return awsMessage({ ":event-type": name, ":content-type": "application/json", ":message-type": "event" }, JSON.stringify(payload));
}

export function awsException(type: string, payload: object): Buffer {
  return awsMessage({ ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" }, JSON.stringify(payload));
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}

/**
 * Events out of AWS's binary event stream. A message is its length, the length of its headers and a checksum of both,
 * then headers, a payload, and a checksum of all before it; numbers are big-endian.
 *
 * An event keeps its name and its payload as text. An exception and an error become an event named `error`, whose data
 * is JSON with the exception's type as `type`, so that a decoder meets failures as it does in any other framing.
 * Source: https://smithy.io/2.0/aws/amazon-eventstream.html
 */

import { isUtf8 } from "node:buffer";
import { crc32 } from "node:zlib";
import { Fault } from "../base/fault.ts";
import type { SseEvent } from "./sse.ts";

const preludeBytes = 12;
const checksumBytes = 4;
const headersBytesMax = 128 * 1024;
const noBytes = Buffer.alloc(0);

/** A parser for one stream; see FrameParser for what it promises. A message that the bytes did not complete is none. */
export function createAwsEventParser(messageBytesMax: number): { push(bytes: Uint8Array): SseEvent[]; end(): SseEvent[] } {
  const held = createHeld(messageBytesMax);
  let failure: unknown;

  /** The length of the message that starts here, once its prelude is there. */
  function lengthAt(bytes: Buffer, at: number): number | undefined {
    if (bytes.length - at < preludeBytes) return undefined;
    if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) throw garbled("a message whose checksum is wrong");
    const length = bytes.readUInt32BE(at);
    const headersLength = bytes.readUInt32BE(at + 4);
    if (length > messageBytesMax) throw garbled("a message that is too large");
    if (headersLength > headersBytesMax || length < preludeBytes + headersLength + checksumBytes) throw garbled("a message of an impossible length");
    return length;
  }

  function takeMessages(bytes: Buffer, events: SseEvent[]): void {
    let at = 0;
    while (at < bytes.length) {
      const whole = held.bytes().length === 0 ? lengthAt(bytes, at) : undefined;
      if (whole !== undefined && bytes.length - at >= whole) {
        events.push(eventOf(bytes.subarray(at, at + whole)));
        at += whole;
        continue;
      }
      const missing = (lengthAt(held.bytes(), 0) ?? preludeBytes) - held.bytes().length;
      const end = Math.min(bytes.length, at + missing);
      held.append(bytes, at, end);
      at = end;
      if (held.bytes().length === lengthAt(held.bytes(), 0)) {
        events.push(eventOf(held.bytes()));
        held.clear();
      }
    }
  }

  return {
    push(bytes) {
      if (failure !== undefined) throw failure;
      const events: SseEvent[] = [];
      try {
        takeMessages(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), events);
      } catch (error) {
        // What came whole before the bytes that fail was said: it is given first, and the failure at the next call.
        failure = error;
        if (events.length === 0) throw error;
      }
      return events;
    },
    end() {
      if (failure !== undefined) throw failure;
      return [];
    },
  };
}

function eventOf(message: Buffer): SseEvent {
  const end = message.length - checksumBytes;
  if (crc32(message.subarray(0, end)) !== message.readUInt32BE(end)) throw garbled("a message whose checksum is wrong");
  const headersEnd = preludeBytes + message.readUInt32BE(4);
  const headers = readHeaders(message.subarray(preludeBytes, headersEnd));
  const payload = textOf(message.subarray(headersEnd, end));
  const type = headers.get(":message-type");
  if (type === "exception") return { event: "error", data: failureOf(headers.get(":exception-type"), payload) };
  if (type === "error") return { event: "error", data: failureOf(headers.get(":error-code"), headers.get(":error-message") ?? payload) };
  return { event: headers.get(":event-type"), data: payload };
}

function failureOf(type: string | undefined, said: string): string {
  const fields: unknown = parseJson(said);
  const told = typeof fields === "object" && fields !== null && !Array.isArray(fields) ? fields : { message: said };
  return JSON.stringify({ type: type ?? "error", ...told });
}

/** How many bytes the value of each type of header takes; that of bytes (6) and of text (7) says so itself. */
const valueBytes = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16] as const;
const textType = 7;

/** Those of text: no other is used for what we read. */
function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  const take = (count: number): number => {
    const start = at;
    at += count;
    if (at > bytes.length) throw garbled("headers that are cut off");
    return start;
  };
  while (at < bytes.length) {
    const nameLength = bytes.readUInt8(take(1));
    const nameAt = take(nameLength);
    const type = bytes.readUInt8(take(1));
    if (type >= valueBytes.length) throw garbled("a header of an unknown type");
    const length = valueBytes[type] ?? bytes.readUInt16BE(take(2));
    const valueAt = take(length);
    if (type === textType) headers.set(bytes.toString("utf8", nameAt, nameAt + nameLength), textOf(bytes.subarray(valueAt, valueAt + length)));
  }
  return headers;
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (text.includes("\ufffd") && !isUtf8(bytes)) throw garbled("bytes that are not UTF-8");
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function garbled(what: string): Fault {
  return new Fault("upstream_garbled", `The provider sent ${what}.`);
}

/** The message that the bytes so far have not ended. It grows by doubling: a length that is only claimed costs nothing. */
function createHeld(bytesMax: number) {
  let buffer = noBytes;
  let length = 0;
  return {
    bytes: () => buffer.subarray(0, length),
    append(bytes: Buffer, start: number, end: number): void {
      const needed = length + end - start;
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * buffer.length, bytesMax), 256));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      bytes.copy(buffer, length, start, end);
      length = needed;
    },
    clear(): void {
      length = 0;
      // An idle stream must not keep the room that one long message needed.
      if (buffer.length > 64 * 1024) buffer = noBytes;
    },
  };
}

/**
 * Server-sent events out of bytes. This is the hot path of every stream: lines are found in the bytes as they came, and
 * only the data of an event is decoded, once.
 *
 * It follows the WHATWG algorithm, with three liberties that real upstreams need: an event that lacks its final blank
 * line is given at the end of the stream, a bare JSON body where events were promised counts as data, and an `error:`
 * field counts as an `error` event (both are how servers report failures with status 200). And with one severity: a line that
 * says nothing to us, but may have been an event before it was garbled, fails the stream, for words are not lost in silence.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */

import { isUtf8 } from "node:buffer";
import { Fault } from "../base/fault.ts";

export interface SseEvent {
  /** The `event:` field; undefined when there was none. */
  readonly event: string | undefined;
  readonly data: string;
}

export interface SseParser {
  /**
   * The events that these bytes complete. Bytes may be cut anywhere.
   * @throws Fault upstream_garbled past a cap, for bytes that are not UTF-8 and for lines that cannot be, after the events before them were given.
   */
  push(bytes: Uint8Array): SseEvent[];
  /** The event that was still open when the bytes ended. */
  end(): SseEvent[];
  /** Comment lines so far: signs of life that carry nothing. */
  readonly comments: number;
}

/** How much of a stream is kept until it makes sense: a sender must not fill our memory with a line that never ends. */
export interface SseLimits {
  readonly lineBytesMax: number;
  readonly eventBytesMax: number;
}

const mib = 1024 * 1024;
/** Of words: no delta of them is near as long, nor is the repetition of all that was said at their end. */
export const textLimits: SseLimits = { lineBytesMax: mib, eventBytesMax: 4 * mib };
/** Of media: an image comes as one line of base64, and 20 MiB of image make 27 of that. */
export const mediaLimits: SseLimits = { lineBytesMax: 32 * mib, eventBytesMax: 32 * mib };

const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
const brace = 0x7b;
const closingBrace = 0x7d;

/** A parser for one stream. */
export function createSseParser({ lineBytesMax, eventBytesMax }: SseLimits = textLimits): SseParser {
  const held = createHeldLine(lineBytesMax);
  let comments = 0;
  let atStart = true;
  let skipNewline = false;
  let event: string | undefined;
  let data: string | undefined;
  let dataBytes = 0;
  // In a bare JSON body every line is data, until a blank one.
  let bare = false;
  let failure: unknown;

  /** What came whole before the bytes that fail was said: it is given first, and the failure at the next call. */
  function collect(take: (events: SseEvent[]) => void): SseEvent[] {
    if (failure !== undefined) throw failure;
    const events: SseEvent[] = [];
    try {
      take(events);
    } catch (error) {
      if (events.length === 0) throw error;
      failure = error;
    }
    return events;
  }

  function takeLines(bytes: Buffer, events: SseEvent[]): void {
    let start = 0;
    if (skipNewline && bytes.length > 0) {
      if (bytes[0] === newline) start = 1;
      skipNewline = false;
    }
    let nextReturn = bytes.indexOf(carriageReturn, start);
    while (start < bytes.length) {
      // The blank line after an event is seen without a search.
      const nextNewline = bytes[start] === newline ? start : bytes.indexOf(newline, start);
      if (nextReturn !== -1 && nextReturn < start) nextReturn = bytes.indexOf(carriageReturn, start);
      const endsWithReturn = nextReturn !== -1 && (nextNewline === -1 || nextReturn < nextNewline);
      const end = endsWithReturn ? nextReturn : nextNewline;
      if (end === -1) break;
      if (held.length > 0) {
        held.append(bytes, start, end);
        const line = held.take();
        takeLine(line, 0, line.length, events);
      } else {
        takeLine(bytes, start, end, events);
      }
      start = end + 1;
      if (endsWithReturn && start === nextNewline) start++;
      else if (endsWithReturn && start === bytes.length) skipNewline = true;
    }
    if (start < bytes.length) held.append(bytes, start, bytes.length);
  }

  function takeLine(bytes: Buffer, lineStart: number, end: number, events: SseEvent[]): void {
    let start = lineStart;
    if (atStart) {
      atStart = false;
      if (end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3;
    }
    if (end === start) {
      dispatch(events);
      return;
    }
    if (end - start > lineBytesMax) throw new Fault("upstream_garbled", "The provider sent a line that is too long.");
    if (bare) {
      takeData(bytes, start, end);
      return;
    }
    const first = bytes[start];
    if (first === colon) {
      requireText(bytes, start, end);
      comments++;
    } else if (isField(bytes, start, end, dataField)) {
      takeData(bytes, valueStart(bytes, start + dataField.length, end), end);
    } else if (isField(bytes, start, end, eventField)) {
      requireName(bytes, start, end);
      event = bytes.toString("utf8", valueStart(bytes, start + eventField.length, end), end);
    } else if (isField(bytes, start, end, errorField)) {
      event = "error";
      takeData(bytes, valueStart(bytes, start + errorField.length, end), end);
    } else if (first === brace) {
      bare = true;
      takeData(bytes, start, end);
    } else {
      requireField(bytes, start, end);
    }
  }

  function takeData(bytes: Buffer, start: number, end: number): void {
    dataBytes += end - start + 1;
    if (dataBytes > eventBytesMax) throw new Fault("upstream_garbled", "The provider sent an event that is too large.");
    const text = bytes.toString("utf8", start, end);
    // Decoding replaces what is not UTF-8 by U+FFFD, so only a text that holds one needs the slower check.
    if (text.includes("\ufffd") && !isUtf8(bytes.subarray(start, end))) {
      throw new Fault("upstream_garbled", "The provider sent bytes that are not UTF-8.");
    }
    data = data === undefined ? text : `${data}\n${text}`;
  }

  function dispatch(events: SseEvent[]): void {
    if (data !== undefined) events.push({ event, data });
    event = undefined;
    data = undefined;
    dataBytes = 0;
    bare = false;
  }

  return {
    push(bytes) {
      const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return collect((events) => takeLines(buffer, events));
    },
    end() {
      return collect((events) => {
        const line = held.take();
        if (line.length > 0) takeLine(line, 0, line.length, events);
        dispatch(events);
      });
    },
    get comments() {
      return comments;
    },
  };
}

const dataField = Buffer.from("data");
const eventField = Buffer.from("event");
const errorField = Buffer.from("error");
const noBytes = Buffer.alloc(0);

function isField(bytes: Buffer, start: number, end: number, name: Buffer): boolean {
  const after = start + name.length;
  if (after > end || (after < end && bytes[after] !== colon)) return false;
  for (let offset = 0; offset < name.length; offset++) {
    if (bytes[start + offset] !== name[offset]) return false;
  }
  return true;
}

/** A line end that was garbled is a control character, or no UTF-8: the line holds the one after it. */
function requireText(bytes: Buffer, start: number, end: number): void {
  let isAscii = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < space && byte !== tab) throw garbledLine();
    isAscii &&= byte < 0x80;
  }
  if (!isAscii && !isUtf8(bytes.subarray(start, end))) throw garbledLine();
}

/** The name of an event, or a field that is none of ours: a brace in it is of data that was meant for us. */
function requireName(bytes: Buffer, start: number, end: number): void {
  requireText(bytes, start, end);
  for (let at = start; at < end; at++) if (bytes[at] === brace || bytes[at] === closingBrace) throw garbledLine();
}

/** A field that is none of ours, by its name, which is plain text. */
function requireField(bytes: Buffer, start: number, end: number): void {
  requireName(bytes, start, end);
  for (let at = start; at < end && bytes[at] !== colon; at++) if ((bytes[at] as number) >= 0x7f) throw garbledLine();
}

function garbledLine(): Fault {
  return new Fault("upstream_garbled", "The provider sent a line that is no field, no comment and no data.");
}

/** Behind the colon and one space, each of which may be absent. */
function valueStart(bytes: Buffer, afterName: number, end: number): number {
  if (afterName === end) return end;
  const start = afterName + 1;
  return start < end && bytes[start] === space ? start + 1 : start;
}

/**
 * The line that the bytes so far have not ended. It grows by doubling, so that a line that arrives byte by byte costs
 * no more than its length.
 */
function createHeldLine(lineBytesMax: number) {
  let buffer = noBytes;
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(bytes: Buffer, start: number, end: number): void {
      const needed = length + end - start;
      if (needed > lineBytesMax + 3) throw new Fault("upstream_garbled", "The provider sent a line that is too long.");
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * buffer.length, lineBytesMax + 3)));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      bytes.copy(buffer, length, start, end);
      length = needed;
    },
    /** The held bytes, which the caller must have read before the next append. */
    take(): Buffer {
      const line = buffer.subarray(0, length);
      length = 0;
      // An idle stream must not keep the room that one long line needed.
      if (buffer.length > 64 * 1024) buffer = noBytes;
      return line;
    },
  };
}

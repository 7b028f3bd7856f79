/**
 * The bytes of one journal file: lines of `<crc32> <position> <json>`, the checksum over all that follows it. A segment
 * is named after the position of its first record, so that a directory listing sorts and says where to look.
 */

import { crc32 } from "node:zlib";

export interface SegmentRecord {
  readonly position: number;
  readonly text: string;
}

export interface Scan {
  readonly records: readonly SegmentRecord[];
  /** Bytes up to the end of the last whole record; what follows was torn by a crash and was never acknowledged. */
  readonly goodBytes: number;
  /** Lines before that which fail their checksum: the disk changed them after they were written. */
  readonly damagedLines: number;
}

const suffix = ".journal";
const newline = 10;
const checksumDigits = 8;

export function segmentName(firstPosition: number): string {
  return `${String(firstPosition).padStart(16, "0")}${suffix}`;
}

/** Undefined for a file that is no segment. */
export function firstPositionOf(name: string): number | undefined {
  return /^\d{16}\.journal$/.test(name) ? Number(name.slice(0, -suffix.length)) : undefined;
}

export function encodeRecord({ position, text }: SegmentRecord): string {
  const content = `${position} ${text}`;
  return `${crc32(content).toString(16).padStart(checksumDigits, "0")} ${content}\n`;
}

export function scanSegment(bytes: Buffer): Scan {
  const records: SegmentRecord[] = [];
  let goodBytes = 0;
  let lines = 0;
  let linesAtGood = 0;
  for (let start = 0, end = bytes.indexOf(newline); end !== -1; start = end + 1, end = bytes.indexOf(newline, start)) {
    lines += 1;
    const record = decodeLine(bytes.subarray(start, end));
    if (record === undefined) continue;
    records.push(record);
    goodBytes = end + 1;
    linesAtGood = lines;
  }
  return { records, goodBytes, damagedLines: linesAtGood - records.length };
}

function decodeLine(line: Buffer): SegmentRecord | undefined {
  const content = line.subarray(checksumDigits + 1);
  if (crc32(content) !== Number.parseInt(line.toString("latin1", 0, checksumDigits), 16)) return undefined;
  const text = content.toString();
  const space = text.indexOf(" ");
  const position = Number(text.slice(0, space));
  return space > 0 && Number.isSafeInteger(position) ? { position, text: text.slice(space + 1) } : undefined;
}

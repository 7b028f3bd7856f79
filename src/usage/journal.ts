/**
 * The write-ahead journal: what was used is safely on disk before the end of an answer is reported, and reaches the
 * database later, in batches (relay/settler.ts). Records that come while a write is under way go out together in the
 * next one. Positions count records, from 1, without gaps; a segment goes when all of it is in the database.
 */

import { constants, type PathLike } from "node:fs";
import { mkdir, open, readdir, readFile, truncate, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { decodeGeneration, encodeGeneration } from "./generation-text.ts";
import type { Generation } from "./generation.ts";
import { encodeRecord, firstPositionOf, scanSegment, segmentName, type SegmentRecord } from "./journal-segment.ts";

export interface JournalRecord extends SegmentRecord {
  readonly generation: Generation;
}

export interface Journal {
  /**
   * Resolves when the record would survive a power cut.
   * @throws Fault storage_unavailable when it cannot be written (disk full): then it is not in the journal, and a later
   *   append may succeed.
   */
  append(generation: Generation): Promise<void>;

  /**
   * Can paid work begin? At once when the last write went well; after a failed one it tries a write first.
   * @throws Fault storage_unavailable (as a rejection) as long as it fails.
   */
  ready(): undefined | Promise<void>;

  /** The position of the last durable record; 0 before the first. */
  end(): number;

  /** The durable records after a position, in order, at most `countMax`; empty when there are none. */
  read(after: number, countMax: number): Promise<readonly JournalRecord[]>;

  /** Says that everything up to a position is in the database: whole segments of it are deleted. */
  trim(position: number): Promise<void>;

  /** Says that positions up to this one were used before, by a journal that is gone: new records come after it. */
  skipTo(position: number): void;

  /** Lines that fail their checksum although later ones do not. Anything but 0 means that the disk is failing. */
  readonly damagedLines: number;

  /** Waits for what was begun. */
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly directory: string;
  readonly segmentBytesMax?: number;
  /** Records kept in memory for the settler; when it falls further behind it reads them from the disk. */
  readonly recentMax?: number;
}

interface Waiting {
  /** Undefined asks only whether a write succeeds. */
  readonly generation: Generation | undefined;
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

interface Segment {
  readonly firstPosition: number;
  readonly path: string;
  bytes: number;
}

// Where the kernel offers it, one call writes and flushes: half the trips to the thread pool of write + fdatasync.
const flushOnWrite = process.platform === "linux" ? constants.O_DSYNC : 0;
const probe = Buffer.alloc(64 * 1024, " ");

/**
 * Opens the journal of a directory, which must belong to this process alone (see db/directory-lock.ts), and cuts off
 * what a crash left half written.
 */
export async function openJournal({ directory, segmentBytesMax = 16 * 2 ** 20, recentMax = 10_000 }: JournalOptions): Promise<Journal> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await flushDirectory(dirname(directory));
  const segments = await listSegments(directory);
  const last = segments.at(-1);
  const scan = last === undefined ? undefined : scanSegment(await readFile(last.path));
  if (last !== undefined && scan !== undefined) {
    await truncate(last.path, scan.goodBytes);
    last.bytes = scan.goodBytes;
  }

  let end = scan?.records.at(-1)?.position ?? (last === undefined ? 0 : last.firstPosition - 1);
  let file: FileHandle | undefined;
  let queue: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let isFailing = false;
  let isClosed = false;
  let recent: JournalRecord[] = [];
  let replayed: readonly SegmentRecord[] = [];

  const currentFile = async (): Promise<FileHandle> => {
    const current = segments.at(-1);
    if (current !== undefined && current.bytes < segmentBytesMax) {
      file ??= await openSegment(current);
      return file;
    }
    await file?.close();
    file = undefined;
    const fresh: Segment = { firstPosition: end + 1, path: join(directory, segmentName(end + 1)), bytes: 0 };
    file = await openSegment(fresh);
    await flushDirectory(directory);
    segments.push(fresh);
    return file;
  };

  const writeBatch = async (batch: readonly Waiting[]): Promise<void> => {
    const records: JournalRecord[] = [];
    for (const { generation, text } of batch) {
      if (generation !== undefined) records.push({ position: end + records.length + 1, generation, text });
    }
    const handle = await currentFile();
    const segment = segments.at(-1);
    assert(segment !== undefined, "a file is open");
    if (records.length === 0) {
      await writeAll(handle, probe);
      await handle.truncate(segment.bytes);
      return;
    }
    const bytes = Buffer.from(records.map(encodeRecord).join(""));
    await writeAll(handle, bytes);
    segment.bytes += bytes.length;
    end += records.length;
    recent = recent.length + records.length > recentMax ? [] : recent;
    recent.push(...records);
  };

  const flush = async (): Promise<void> => {
    await undefined; // so that everything appended in one turn goes together
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      try {
        await writeBatch(batch);
        isFailing = false;
        for (const waiting of batch) waiting.resolve();
      } catch (error) {
        // Opening the segment again cuts off whatever part of the batch has reached it.
        isFailing = true;
        await file?.close().catch(() => undefined);
        file = undefined;
        const fault = unavailable(error);
        for (const waiting of batch) waiting.reject(fault);
      }
    }
    flushing = undefined;
  };

  const enqueue = (generation: Generation | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      if (isClosed) return reject(unavailable("the journal is closed"));
      queue.push({ generation, text: generation === undefined ? "" : encodeGeneration(generation), resolve, reject });
      flushing ??= flush();
    });

  const readFromDisk = async (after: number): Promise<readonly SegmentRecord[]> => {
    // Not beyond what was acknowledged: a write under way may be half there.
    const wanted = () => replayed.filter((record) => record.position > after && record.position <= end);
    const isLoaded = (replayed[0]?.position ?? Number.POSITIVE_INFINITY) <= after + 1;
    let records = isLoaded ? wanted() : [];
    const start = segments.findLastIndex((segment) => segment.firstPosition <= after + 1);
    for (const segment of segments.slice(Math.max(start, 0))) {
      if (records.length > 0) break;
      replayed = scanSegment(await readFile(segment.path)).records;
      records = wanted();
    }
    return records;
  };

  return {
    append: enqueue,
    ready: () => (isFailing ? enqueue(undefined) : undefined),
    end: () => end,
    damagedLines: scan?.damagedLines ?? 0,

    async read(after, countMax) {
      if (after >= end) return [];
      const offset = after + 1 - (recent[0]?.position ?? Number.POSITIVE_INFINITY);
      if (offset >= 0) return recent.slice(offset, offset + countMax);
      const records = (await readFromDisk(after)).slice(0, countMax);
      return records.map((record) => ({ ...record, generation: decodeGeneration(record.text) }));
    },

    async trim(position) {
      const applied = recent.findIndex((record) => record.position > position);
      recent = applied === -1 ? [] : applied === 0 ? recent : recent.slice(applied);
      replayed = [];
      while (segments[1] !== undefined && segments[1].firstPosition <= position + 1) {
        const done = segments.shift();
        if (done !== undefined) await unlink(done.path);
      }
    },

    skipTo(position) {
      assert(flushing === undefined && position > end, "positions are skipped before the first append, and forwards");
      end = position;
      recent = [];
      for (const segment of segments) segment.bytes = Number.POSITIVE_INFINITY; // full: the next record starts a segment
    },

    async close() {
      isClosed = true;
      await flushing;
      await file?.close();
      file = undefined;
    },
  };
}

async function listSegments(directory: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const firstPosition = firstPositionOf(name);
    if (firstPosition !== undefined) segments.push({ firstPosition, path: join(directory, name), bytes: 0 });
  }
  return segments;
}

async function openSegment(segment: Segment): Promise<FileHandle> {
  const handle = await open(segment.path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | flushOnWrite, 0o600);
  try {
    await handle.truncate(segment.bytes);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await handle.write(bytes, written, bytes.length - written, null)).bytesWritten;
  }
  if (flushOnWrite === 0) await handle.datasync();
}

/** A new file is only as durable as the directory that names it. Windows has no such call and needs none. */
async function flushDirectory(directory: PathLike): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, constants.O_RDONLY);
  await handle.sync();
  await handle.close();
}

function unavailable(cause: unknown): Fault {
  return new Fault("storage_unavailable", "Usage cannot be recorded. Please try again later.", { cause, retryAfterMs: 5000 });
}

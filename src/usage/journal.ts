/**
 * The write-ahead journal: what was used is safely on disk before the end of an answer is reported, and reaches the
 * database later, in batches (relay/settler.ts). Records that come while a write is under way go out together in the
 * next one. Positions count records, from 1, without gaps; a segment goes when all of it is in the database.
 *
 * Between the two, memory keeps a text and a few numbers of each generation, not the generation: what lives that long is
 * what the garbage collector has to carry.
 */

import { close, constants, fdatasync, ftruncate, open, write, type PathLike } from "node:fs";
import { mkdir, open as openHandle, readdir, readFile, truncate, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { chargedOf, decodeCharged, encodeCharged, encodeGeneration, type Charged } from "./generation-text.ts";
import type { Generation } from "./generation.ts";
import { encodeRecord, firstPositionOf, scanSegment, segmentName, type SegmentRecord } from "./journal-segment.ts";

/** One durable generation: what the books need of it, and the rest as text. */
export interface JournalRecord {
  readonly position: number;
  readonly generation: Charged;
  /** What `encodeGeneration` made of it. */
  readonly text: string;
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

/** What goes out in one write; all who wait for it wait for one promise. Without records it asks whether a write succeeds. */
interface Batch {
  readonly records: { position: number; readonly generation: Charged; readonly text: string }[];
  readonly written: Promise<void>;
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
 * A write to disk costs some 0.1 ms of processor time, however much it carries. So one that carried several records is
 * followed by a pause in which more gather; as long as records come one by one, nobody waits.
 */
const gatherMs = 4;

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
  let file: number | undefined;
  let gathering: Batch | undefined;
  let flushing: Promise<void> | undefined;
  let isFailing = false;
  let isClosed = false;
  let recent: JournalRecord[] = [];
  let replayed: readonly SegmentRecord[] = [];

  const closeFile = async (): Promise<void> => {
    const closing = file;
    file = undefined;
    if (closing !== undefined) await closeAsync(closing);
  };

  const currentFile = async (): Promise<number> => {
    const current = segments.at(-1);
    if (current !== undefined && current.bytes < segmentBytesMax) {
      file ??= await openSegment(current);
      return file;
    }
    await closeFile();
    const fresh: Segment = { firstPosition: end + 1, path: join(directory, segmentName(end + 1)), bytes: 0 };
    file = await openSegment(fresh);
    await flushDirectory(directory);
    segments.push(fresh);
    return file;
  };

  const writeBatch = async ({ records }: Batch): Promise<void> => {
    const descriptor = await currentFile();
    const segment = segments.at(-1);
    assert(segment !== undefined, "a file is open");
    if (records.length === 0) {
      await writeAll(descriptor, probe);
      await truncateAsync(descriptor, segment.bytes);
      return;
    }
    let lines = "";
    let position = end;
    for (const record of records) {
      record.position = position += 1;
      lines += encodeRecord({ position, text: `${encodeCharged(record.generation)}${separator}${record.text}` });
    }
    const bytes = Buffer.from(lines);
    await writeAll(descriptor, bytes);
    segment.bytes += bytes.length;
    end = position;
    if (recent.length + records.length > recentMax) recent = [];
    recent.push(...records);
  };

  const flush = async (): Promise<void> => {
    await turnEnd(); // what is appended in one turn of the event loop goes together
    while (gathering !== undefined) {
      const batch = gathering;
      gathering = undefined;
      try {
        await writeBatch(batch);
        isFailing = false;
        batch.resolve();
      } catch (error) {
        // Opening the segment again cuts off whatever part of the batch has reached it.
        isFailing = true;
        await closeFile().catch(() => undefined);
        batch.reject(unavailable(error));
      }
      if (batch.records.length > 1 && !isClosed) await pause(gatherMs);
    }
    flushing = undefined;
  };

  const nextBatch = (): Batch => {
    gathering ??= newBatch();
    flushing ??= flush();
    return gathering;
  };

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
    async append(generation) {
      if (isClosed) throw unavailable("the journal is closed");
      const record = { position: 0, generation: chargedOf(generation), text: encodeGeneration(generation) };
      const batch = nextBatch();
      batch.records.push(record);
      return batch.written;
    },

    ready: () => (isFailing && !isClosed ? nextBatch().written : undefined),
    end: () => end,
    damagedLines: scan?.damagedLines ?? 0,

    async read(after, countMax) {
      if (after >= end) return [];
      const offset = after + 1 - (recent[0]?.position ?? Number.POSITIVE_INFINITY);
      if (offset >= 0) return recent.slice(offset, offset + countMax);
      return (await readFromDisk(after)).slice(0, countMax).map(decodeLine);
    },

    async trim(position) {
      const first = recent[0]?.position;
      if (first !== undefined && first <= position) recent = recent.slice(position + 1 - first);
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
      await closeFile();
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

// Plain descriptors: a FileHandle doubles what the main thread pays for a write.
const openAsync = promisify(open);
const closeAsync = promisify(close);
const writeAsync = promisify(write) as (file: number, bytes: Buffer, offset: number, length: number, at: null) => Promise<{ bytesWritten: number }>;
const truncateAsync = promisify(ftruncate);
const flushAsync = promisify(fdatasync);

async function openSegment(segment: Segment): Promise<number> {
  const file = await openAsync(segment.path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | flushOnWrite, 0o600);
  try {
    await truncateAsync(file, segment.bytes);
    return file;
  } catch (error) {
    await closeAsync(file);
    throw error;
  }
}

async function writeAll(file: number, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await writeAsync(file, bytes, written, bytes.length - written, null)).bytesWritten;
  }
  if (flushOnWrite === 0) await flushAsync(file);
}

// JSON never holds it.
const separator = "\t";

function decodeLine({ position, text }: SegmentRecord): JournalRecord {
  const end = text.indexOf(separator);
  return { position, generation: decodeCharged(text.slice(0, end)), text: text.slice(end + 1) };
}

function newBatch(): Batch {
  let resolve!: () => void;
  let reject!: (fault: Fault) => void;
  const written = new Promise<void>((...ways) => ([resolve, reject] = ways));
  return { records: [], written, resolve, reject };
}

function turnEnd(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A new file is only as durable as the directory that names it. Windows has no such call and needs none. */
async function flushDirectory(directory: PathLike): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await openHandle(directory, constants.O_RDONLY);
  await handle.sync();
  await handle.close();
}

function unavailable(cause: unknown): Fault {
  return new Fault("storage_unavailable", "Usage cannot be recorded. Please try again later.", { cause, retryAfterMs: 5000 });
}

import { mkdtemp, readdir, readFile, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { nanodollars } from "../base/money.ts";
import { encodeRecord, scanSegment, segmentName } from "./journal-segment.ts";
import { decodeGeneration } from "./generation-text.ts";
import { openJournal, type JournalOptions, type JournalRecord } from "./journal.ts";
import type { Generation } from "./generation.ts";

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

async function freshDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "windrose-journal-"));
  directories.push(directory);
  return directory;
}

/** Opens, acts and closes. */
async function withJournal<T>(options: JournalOptions, act: (journal: Awaited<ReturnType<typeof openJournal>>) => Promise<T>): Promise<T> {
  const journal = await openJournal(options);
  try {
    return await act(journal);
  } finally {
    await journal.close();
  }
}

function generation(id: string, cost = 1n): Generation {
  return {
    id, requestId: "req-1", createdAt: 1, workspaceId: "w", keyHash: "k", surface: "chat-completions", requestedModel: "a/b",
    model: "a/b", endpointId: "a/b@p", providerName: "P", upstreamId: null, isSandbox: false, streamed: true, cancelled: false,
    finishReason: "stop", nativeFinishReason: "stop", faultCode: null, latencyMs: 1, generationMs: 2, promptTokens: 3,
    completionTokens: 4, reasoningTokens: 0, cachedTokens: 0, usageEstimated: false, cost: nanodollars(cost), serviceTier: null, router: null, presetId: null, cacheSourceId: null,
    app: { referer: null, title: null, categories: [], userAgent: null }, user: "ü\n", sessionId: null, attempts: [],
    plan: { seed: 7, steps: ["a/b@p"], rejected: [["a/b@q", "price"]] }, notes: [],
  };
}

const whole = (record: JournalRecord | undefined) => record && decodeGeneration(record.generation, record.text);
const idsOf = (records: readonly JournalRecord[]) => records.map((record) => record.generation.id);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `gen-${index + 1}`);

describe("a segment", () => {
  const anyText = fc.string({ unit: "binary" }).map((text) => JSON.stringify({ text }));

  test("what is cut at any byte keeps its whole records and nothing else", () => {
    fc.assert(fc.property(fc.array(anyText, { minLength: 1, maxLength: 5 }), (texts) => {
      const lines = texts.map((text, index) => Buffer.from(encodeRecord({ position: index + 1, text })));
      const whole = Buffer.concat(lines);
      for (let cut = 0; cut <= whole.length; cut++) {
        const { records, goodBytes, damagedLines } = scanSegment(whole.subarray(0, cut));
        let complete = 0;
        let bytes = 0;
        while (complete < lines.length && bytes + (lines[complete] as Buffer).length <= cut) bytes += (lines[complete++] as Buffer).length;
        expect({ texts: records.map((record) => record.text), goodBytes, damagedLines }).toEqual({ texts: texts.slice(0, complete), goodBytes: bytes, damagedLines: 0 });
      }
    }), { numRuns: 20 });
  });

  test("a byte changed by the disk costs its own record, not the later ones, and is counted", () => {
    const lines = [1, 2, 3].map((position) => encodeRecord({ position, text: `{"n":${position}}` }));
    const bytes = Buffer.from(lines.join(""));
    const inTheSecond = (lines[0] as string).length + 12;
    bytes.writeUInt8(bytes.readUInt8(inTheSecond) ^ 1, inTheSecond);
    const scan = scanSegment(bytes);
    expect(scan.records.map((record) => record.position)).toEqual([1, 3]);
    expect(scan).toMatchObject({ goodBytes: bytes.length, damagedLines: 1 });
  });
});

describe("the journal", () => {
  test("gives back what was appended, exactly, from memory and after a restart", async () => {
    const directory = await freshDirectory();
    const written = generation("gen-1", 9_007_199_254_740_993n);
    await withJournal({ directory }, async (journal) => {
      await journal.append(written);
      expect(whole((await journal.read(0, 10))[0])).toEqual(written);
    });
    await withJournal({ directory }, async (journal) => {
      expect(journal.end()).toBe(1);
      expect(whole((await journal.read(0, 10))[0])).toEqual(written);
    });
  });

  test("a file cut at every byte opens with its whole records, and goes on from there", async () => {
    const directory = await freshDirectory();
    await withJournal({ directory }, async (journal) => {
      for (const id of numbered(2)) await journal.append(generation(id));
    });
    const path = join(directory, segmentName(1));
    const whole = await readFile(path);
    for (let cut = 0; cut <= whole.length; cut++) {
      await writeFile(path, whole.subarray(0, cut));
      const kept = whole.subarray(0, cut).filter((byte) => byte === 10).length;
      await withJournal({ directory }, async (journal) => {
        await journal.append(generation("gen-new"));
        expect(idsOf(await journal.read(0, 10))).toEqual([...numbered(kept), "gen-new"]);
      });
      expect(scanSegment(await readFile(path))).toMatchObject({ damagedLines: 0, records: { length: kept + 1 } });
    }
  });

  test("appends of one turn share one write and keep their order", async () => {
    const directory = await freshDirectory();
    await withJournal({ directory }, async (journal) => {
      await Promise.all(numbered(500).map((id) => journal.append(generation(id))));
      expect(idsOf(await journal.read(0, 1000))).toEqual(numbered(500));
      expect(idsOf(await journal.read(498, 1))).toEqual(["gen-499"]);
    });
  });

  test("an append that comes while others share a write is as durable as they are", async () => {
    const directory = await freshDirectory();
    await withJournal({ directory }, async (journal) => {
      await Promise.all(["gen-1", "gen-2"].map((id) => journal.append(generation(id))));
      const gathered = ["gen-3", "gen-4"].map((id) => journal.append(generation(id)));
      expect(journal.end()).toBe(2);
      await Promise.all(gathered);
      expect(scanSegment(await readFile(join(directory, segmentName(1)))).records.map((record) => record.position)).toEqual([1, 2, 3, 4]);
    });
  });

  test("closing waits for what was appended and refuses what comes after", async () => {
    const directory = await freshDirectory();
    const journal = await openJournal({ directory });
    const begun = numbered(3).map((id) => journal.append(generation(id)));
    await journal.close();
    await Promise.all(begun);
    await expect(journal.append(generation("late"))).rejects.toMatchObject({ code: "storage_unavailable" });
    await withJournal({ directory }, async (reopened) => expect(idsOf(await reopened.read(0, 10))).toEqual(numbered(3)));
  });

  test("segments rotate, are read across, and go once applied", async () => {
    const options = { directory: await freshDirectory(), segmentBytesMax: 500 };
    await withJournal(options, async (journal) => {
      for (const id of numbered(10)) await journal.append(generation(id));
    });
    const segments = (await readdir(options.directory)).length;
    expect(segments).toBeGreaterThan(2);
    await withJournal(options, async (journal) => {
      const read: string[] = [];
      for (let after = 0; after < journal.end(); ) {
        const records = await journal.read(after, 3);
        read.push(...idsOf(records));
        after = records.at(-1)?.position as number;
      }
      expect(read).toEqual(numbered(10));
      await journal.trim(9);
      expect(idsOf(await journal.read(9, 10))).toEqual(["gen-10"]);
      await journal.trim(10);
      await journal.append(generation("gen-11"));
    });
    expect((await readdir(options.directory)).length).toBeLessThan(segments);
    await withJournal(options, async (journal) => expect(journal.end()).toBe(11));
  });

  test("a settler that falls far behind reads from the disk", async () => {
    await withJournal({ directory: await freshDirectory(), recentMax: 4 }, async (journal) => {
      for (const id of numbered(11)) await journal.append(generation(id));
      const read = [...(await journal.read(0, 8)), ...(await journal.read(8, 8))];
      expect(idsOf(read)).toEqual(numbered(11));
    });
  });

  test("a full disk refuses the append and the next paid request; space lets both go on", async () => {
    const directory = await freshDirectory();
    await withJournal({ directory }, async (journal) => {
      const path = join(directory, segmentName(1));
      await symlink("/dev/full", path);
      expect(journal.ready()).toBeUndefined();
      await expect(journal.append(generation("lost"))).rejects.toMatchObject({ code: "storage_unavailable" });
      await expect(journal.ready()).rejects.toMatchObject({ code: "storage_unavailable" });
      expect(await journal.read(0, 10)).toEqual([]);
      await unlink(path);
      await journal.ready();
      expect(journal.ready()).toBeUndefined();
      await journal.append(generation("gen-1"));
    });
    await withJournal({ directory }, async (journal) => expect(idsOf(await journal.read(0, 10))).toEqual(["gen-1"]));
  });

  test("positions that a lost journal had used are not used again", async () => {
    const directory = await freshDirectory();
    await withJournal({ directory }, async (journal) => {
      await journal.append(generation("gen-1"));
    });
    await withJournal({ directory }, async (journal) => {
      journal.skipTo(100);
      await journal.append(generation("gen-101"));
      expect((await journal.read(100, 10)).map((record) => record.position)).toEqual([101]);
    });
    await withJournal({ directory }, async (journal) => {
      expect(journal.end()).toBe(101);
      expect(idsOf(await journal.read(1, 10))).toEqual(["gen-101"]);
    });
  });
});

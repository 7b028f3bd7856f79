/**
 * Moves what was used from the journal to the database: up to two thousand generations a transaction, with their sums, rollups
 * and leases and the watermark that says how far it came. A batch is therefore booked once or not at all, whatever dies in
 * between; on failure the journal keeps everything and the settler tries again, more and more slowly.
 *
 * A transaction costs about what a hundred rows cost, so the busier the node, the more gathers for one.
 */

import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Db } from "../db/port.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Generations } from "../usage/generations.store.ts";
import type { Journal } from "../usage/journal.ts";
import { rollUp } from "../usage/rollups.store.ts";
import { moveWatermark, readWatermark } from "../usage/watermark.store.ts";

export interface SettlerParts {
  readonly db: Db;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly generations: Generations;
  /** The same for the journal's whole life. */
  readonly nodeId: string;
  readonly clock: Clock;
  readonly log?: { error(fields: object, message: string): void };
}

export interface Settler {
  /**
   * Settles what the journal holds now.
   * @throws Fault storage_unavailable; the journal keeps what could not be settled.
   */
  settle(): Promise<void>;

  /** Stops, and settles what is left. After the last append. @throws as `settle`. */
  drain(): Promise<void>;
}

/** So many do not wait for the pause to end. */
const gatheredMax = 2_000;
/** What one transaction takes after an outage. */
const batchMax = 5_000;
const tickMs = 100;
/** Between batches: the shortest pause, what each generation of the last batch adds to it, and the longest. */
const pauseMinMs = 100;
const pauseMsPerGeneration = 10;
const pauseMaxMs = 1_000;
/** While the store fails. */
const retryMaxMs = 5_000;
const idleCheckMs = 60_000;

/**
 * Books what an earlier run left in the journal, closes the leases it left open, and begins. Resolves when that is done:
 * before it, nothing may be held.
 * @throws Fault storage_unavailable
 */
export async function startSettler({ db, journal, ledger, generations, nodeId, clock, log }: SettlerParts): Promise<Settler> {
  let position = await readWatermark(db, nodeId);
  if (position > journal.end()) journal.skipTo(position);
  let settling = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = pauseMinMs;
  let waitedMs = 0;
  let isFailing = false;
  let idleCheckedAt = clock();
  let isDraining = false;

  const unsettled = () => journal.end() - position;

  const settleBatch = async (): Promise<void> => {
    const records = await journal.read(position, batchMax);
    const last = records.at(-1);
    assert(last !== undefined, "there are records up to the journal's end");
    const rollups = await rollUp(db, records);
    const posting = ledger.post(records.map((record) => record.generation));
    try {
      await db.write([moveWatermark(nodeId, position, last.position), ...generations.insert(records), ...rollups, ...posting.statements]);
    } catch (error) {
      // The batch may be in the store all the same, and only the word of it lost.
      if ((await readWatermark(db, nodeId)) !== last.position) throw error;
    }
    posting.applied();
    position = last.position;
    await journal.trim(position);
  };

  const settle = (): Promise<void> => {
    const target = journal.end(); // what comes meanwhile waits: one batch of hundreds costs less than many of ten
    const isBehind = () => position < target;
    const act = async () => {
      while (isBehind()) await settleBatch();
    };
    settling = settling.catch(() => undefined).then(act); // a failure was the earlier caller's to hear of
    return settling;
  };

  const settleWhatGathered = async (): Promise<void> => {
    const count = unsettled();
    waitedMs = 0;
    try {
      await settle();
      if (clock() - idleCheckedAt >= idleCheckMs) {
        idleCheckedAt = clock();
        await ledger.returnIdle();
      }
      isFailing = false;
      pauseMs = Math.min(pauseMinMs + count * pauseMsPerGeneration, pauseMaxMs);
    } catch (error) {
      isFailing = true;
      pauseMs = Math.min(pauseMs * 2, retryMaxMs);
      log?.error({ err: error, unsettled: unsettled() }, `usage could not be settled; next attempt in ${pauseMs} ms`);
    }
  };

  const turn = async (): Promise<void> => {
    waitedMs += tickMs;
    const isFull = unsettled() >= gatheredMax && !isFailing;
    if (isFull || waitedMs >= pauseMs) await settleWhatGathered();
    if (!isDraining) timer = setTimeout(turn, tickMs).unref();
  };

  await settle();
  await ledger.recover();
  timer = setTimeout(turn, tickMs).unref();

  return {
    settle,
    async drain() {
      isDraining = true;
      clearTimeout(timer);
      await settle();
    },
  };
}

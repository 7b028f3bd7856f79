/**
 * Moves what was used from the journal to the database: some hundred generations a transaction, with their entries,
 * sums and leases and the watermark that says how far it came. A batch is therefore booked once or not at all, whatever
 * dies in between; on failure the journal keeps everything and the settler tries again, more and more slowly.
 */

import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Db } from "../db/port.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Generations } from "../usage/generations.store.ts";
import type { Journal } from "../usage/journal.ts";
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

const batchMax = 500;
const pauseMs = 100;
const pauseMaxMs = 5_000;
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
  let nextPauseMs = pauseMs;
  let idleCheckedAt = clock();
  let isDraining = false;

  const settleBatch = async (): Promise<void> => {
    const records = await journal.read(position, batchMax);
    const last = records.at(-1);
    assert(last !== undefined, "there are records up to the journal's end");
    const posting = ledger.post(records.map((record) => record.generation));
    try {
      await db.write([moveWatermark(nodeId, position, last.position), ...generations.insert(records), ...posting.statements]);
    } catch (error) {
      // The batch may be in the store all the same, and only the word of it lost.
      if ((await readWatermark(db, nodeId)) !== last.position) throw error;
    }
    posting.applied();
    position = last.position;
    await journal.trim(position);
  };

  const inTurn = (act: () => Promise<void>): Promise<void> => {
    settling = settling.catch(() => undefined).then(act); // a failure was the earlier caller's to hear of
    return settling;
  };

  const settle = () =>
    inTurn(async () => {
      while (position < journal.end()) await settleBatch();
    });

  /** What came during a small batch waits for the next turn: one batch of hundreds costs less than many of ten. */
  const settleSome = () =>
    inTurn(async () => {
      do await settleBatch();
      while (journal.end() - position >= batchMax);
    });


  const turn = async (): Promise<void> => {
    try {
      if (position < journal.end()) await settleSome();
      if (clock() - idleCheckedAt >= idleCheckMs) {
        idleCheckedAt = clock();
        await ledger.returnIdle();
      }
      nextPauseMs = pauseMs;
    } catch (error) {
      nextPauseMs = Math.min(nextPauseMs * 2, pauseMaxMs);
      log?.error({ err: error, unsettled: journal.end() - position }, `usage could not be settled; next attempt in ${nextPauseMs} ms`);
    }
    if (!isDraining) timer = setTimeout(turn, nextPauseMs).unref();
  };

  await settle();
  await ledger.recover();
  timer = setTimeout(turn, pauseMs).unref();

  return {
    settle,
    async drain() {
      isDraining = true;
      clearTimeout(timer);
      await settle();
    },
  };
}

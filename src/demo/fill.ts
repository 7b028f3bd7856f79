/** Fills a database with generated traffic on the road that real traffic takes: the journal, then the settler. */

import { seededChance } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import type { Model } from "../catalog/model.ts";
import type { Db } from "../db/port.ts";
import { openKeys } from "../keys/keys.ts";
import { openLedger } from "../ledger/ledger.ts";
import { startSettler } from "../relay/settler.ts";
import { openGenerations } from "../usage/generations.store.ts";
import type { Generation } from "../usage/generation.ts";
import type { Journal } from "../usage/journal.ts";
import { dayMs } from "../usage/spans.ts";
import { apps, castModels } from "./cast.ts";
import { isUsed, markDemo } from "./demo.store.ts";
import { playedTraffic } from "./traffic.ts";

export interface Demo {
  readonly db: Db;
  readonly journal: Journal;
  readonly nodeId: string;
  readonly models: readonly Model[];
  readonly seed: number;
  /** Milliseconds since the epoch: the end of the traffic. */
  readonly now: number;
  readonly days: number;
  /** About so many generations. */
  readonly count: number;
}

/** Between two settlements. */
const batch = 2000;

/**
 * Gives how many generations were made. The same arguments make the same rows.
 * @throws Fault invalid_request when the database was used before, for whatever: then nothing is changed.
 */
export async function fillDemo({ db, journal, nodeId, models, seed, now, days, count }: Demo): Promise<number> {
  if (await isUsed(db)) throw new Fault("invalid_request", "There are keys or generations in this data directory already. Demonstration data goes into a directory of its own: remove this one if it is an earlier demonstration, or name another with --dir.");
  await markDemo(db);
  const chance = seededChance(seed);
  const clock = () => now;
  const keyHashes = await createAppKeys(db, { seed, startedAt: now - days * dayMs });
  const settler = await startSettler({ db, journal, ledger: openLedger({ db, clock, nodeId }), generations: openGenerations(db), nodeId, clock });
  let made = 0;
  let gathered: Generation[] = [];
  const settle = async () => {
    await Promise.all(gathered.map((generation) => journal.append(generation)));
    await settler.settle();
    made += gathered.length;
    gathered = [];
  };
  for (const generation of playedTraffic({ chance, now, days, count, players: castModels(models, { chance, days }), keyHashes })) {
    gathered.push(generation);
    if (gathered.length === batch) await settle();
  }
  await settle();
  await settler.drain();
  return made;
}

/** Anybody can know their secrets, so they are disabled: nobody can call with them. */
async function createAppKeys(db: Db, { seed, startedAt }: { readonly seed: number; readonly startedAt: number }): Promise<readonly string[]> {
  const keys = openKeys({ db, clock: () => startedAt });
  const hashes: string[] = [];
  for (const { name, isPublic } of apps) {
    const { key } = await keys.create({ name, kind: "inference", publicApp: isPublic, secret: `sk-wr-v1-demonstration-${seed}-${name}` });
    await keys.update(key.hash, { disabled: true });
    hashes.push(key.hash);
  }
  return hashes;
}

/**
 * A node under traffic, for settler.test.ts to kill: holds, journals and settles from many sides at once, and prints the
 * id and the cost of each generation once the journal has acknowledged it.
 */

import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { wallClock } from "../base/clock.ts";
import { generationId } from "../base/ids.ts";
import { nanodollars } from "../base/money.ts";
import { openSqlite } from "../db/sqlite.ts";
import type { Key } from "../keys/key.ts";
import { openKeys } from "../keys/keys.ts";
import { openLedger } from "../ledger/ledger.ts";
import { openGenerations } from "../usage/generations.store.ts";
import type { Generation } from "../usage/generation.ts";
import { openJournal } from "../usage/journal.ts";
import { startSettler } from "./settler.ts";

const [directory = "", secret = ""] = process.argv.slice(2);
const clock = wallClock;
const db = await openSqlite(join(directory, "windrose.db"));
const journal = await openJournal({ directory: join(directory, "journal"), segmentBytesMax: 100_000 });
const ledger = openLedger({ db, clock, nodeId: "embedded" });
await startSettler({ db, journal, ledger, generations: openGenerations(db), nodeId: "embedded", clock });
const key = await openKeys({ db, clock }).authenticate(secret);
assert(key !== undefined, "the test made the key");
for (let side = 0; side < 20; side++) void call(key);

async function call(key: Key): Promise<void> {
  for (let turn = 1; ; turn++) {
    const hold = await ledger.hold({ workspaceId: key.workspaceId, isSandbox: false, key }, nanodollars(5_000n));
    if (turn % 10 === 0) {
      ledger.release(hold);
      continue;
    }
    const generation = generationOf(key, nanodollars(BigInt(turn % 7) * 1_000n));
    await journal.append(generation);
    ledger.settle(hold, generation.cost);
    process.stdout.write(`${generation.id} ${generation.cost}\n`);
  }
}

function generationOf({ workspaceId, hash }: Key, cost: Generation["cost"]): Generation {
  const createdAt = clock();
  return {
    id: generationId(createdAt), requestId: "req-1", createdAt, workspaceId, keyHash: hash, surface: "chat-completions", requestedModel: "a/b",
    model: "a/b", endpointId: "a/b@p", providerName: "P", upstreamId: null, isSandbox: false, streamed: true, cancelled: false,
    finishReason: "stop", nativeFinishReason: "stop", faultCode: null, latencyMs: 1, generationMs: 2, promptTokens: 3, completionTokens: 4,
    reasoningTokens: 0, cachedTokens: 0, usageEstimated: false, cost, serviceTier: null, router: null, presetId: null, cacheSourceId: null,
    app: { referer: null, title: null, categories: [], userAgent: null }, user: null, sessionId: null, attempts: [],
    plan: { seed: 1, steps: [], rejected: [] }, notes: [],
  };
}

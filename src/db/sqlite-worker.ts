/**
 * The thread that owns the embedded database. A batch is every read and write that was asked for while the one before
 * it ran: the reads first (they see what was acknowledged), then all the writes in one transaction, so that any number
 * of callers share one flush to disk. Each write is atomic in itself by a savepoint.
 */

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { DatabaseSyncInstance as DatabaseSync, StatementSyncInstance as StatementSync } from "@photostructure/sqlite";
import { assert } from "../base/assert.ts";
import { lockDirectory } from "./directory-lock.ts";
import type { Row } from "./port.ts";
import type { Batch, Command, Failure, Opening, Reply, WorkerInput, Written } from "./sqlite-protocol.ts";

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

const port = parentPort;
assert(port !== null, "sqlite-worker runs in a worker thread");

const sqlite = loadSqlite();
const texts: string[] = [];
const prepared: (Prepared | undefined)[] = [];

try {
  const { database, lock } = open(workerData as WorkerInput);
  port.on("message", (batch: Batch | "close") => {
    if (batch === "close") {
      database.close();
      lock?.close();
      port.close();
      return;
    }
    for (const [index, text] of batch.texts.entries()) texts[batch.textsFrom + index] = text;
    const reply: Reply = {
      reads: batch.reads.map((command) => attempt(() => rowsOf(database, command))),
      writes: batch.writes.length === 0 ? [] : commitTogether(database, batch.writes),
    };
    port.postMessage(reply);
  });
  port.postMessage({ opened: true } satisfies Opening);
} catch (error) {
  port.postMessage(failureOf(error) satisfies Opening);
}

/** The one API in two packages: built in from Node 24, and the same thing as a package before that. */
function loadSqlite(): typeof import("@photostructure/sqlite") {
  const isBuiltIn = Number.parseInt(process.versions.node, 10) >= 24;
  return createRequire(import.meta.url)(isBuiltIn ? "node:sqlite" : "@photostructure/sqlite");
}

function open({ file, isReader = false }: WorkerInput): { database: DatabaseSync; lock: DatabaseSync | undefined } {
  if (isReader) return { database: new sqlite.DatabaseSync(file, { readOnly: true }), lock: undefined };
  const isKept = file !== ":memory:";
  if (isKept) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = isKept ? lockDirectory(dirname(file), (path) => new sqlite.DatabaseSync(path)) : undefined;
  const database = new sqlite.DatabaseSync(file);
  database.exec("pragma page_size = 8192"); // rows are about 1.5 KB: fewer, larger writes for a batch
  database.exec("pragma journal_mode = wal");
  database.exec("pragma synchronous = full");
  return { database, lock };
}

function commitTogether(database: DatabaseSync, writes: Batch["writes"]): (Written | Failure)[] {
  try {
    database.exec("begin immediate");
    const results = writes.map((write) => applyWrite(database, write));
    database.exec("commit");
    return results;
  } catch (error) {
    // The transaction is lost as a whole (disk full, file gone): nobody's write happened.
    if (database.isTransaction) attempt(() => database.exec("rollback"));
    return writes.map(() => failureOf(error));
  }
}

/** @throws when the failure ended the whole transaction, and so takes the neighbours with it. */
function applyWrite(database: DatabaseSync, write: readonly Command[]): Written | Failure {
  database.exec("savepoint one");
  try {
    const written = runAll(database, write);
    database.exec("release one");
    return written;
  } catch (error) {
    if (!database.isTransaction) throw error;
    database.exec("rollback to one");
    database.exec("release one");
    return failureOf(error);
  }
}

function runAll(database: DatabaseSync, commands: readonly Command[]): Written {
  const changes: number[] = [];
  const rows: Record<number, readonly Row[]> = {};
  for (const [index, [text, values]] of commands.entries()) {
    const { statement, returnsRows } = prepare(database, text);
    if (returnsRows) {
      const returned = statement.all(...values) as Row[];
      rows[index] = returned;
      changes.push(returned.length);
    } else {
      changes.push(Number(statement.run(...values).changes));
    }
  }
  return { changes, rows };
}

function rowsOf(database: DatabaseSync, [text, values]: Command): readonly Row[] {
  return prepare(database, text).statement.all(...values) as Row[];
}

function prepare(database: DatabaseSync, text: number): Prepared {
  const known = prepared[text];
  if (known !== undefined) return known;
  const sql = texts[text];
  assert(sql !== undefined, `text ${text} was never sent`);
  const fresh = { statement: database.prepare(sql), returnsRows: /^\s*(select|with)\b|\breturning\b/i.test(sql) };
  prepared[text] = fresh;
  return fresh;
}

function attempt<T>(act: () => T): T | Failure {
  try {
    return act();
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Failure {
  return { failure: error instanceof Error ? error.message : String(error) };
}

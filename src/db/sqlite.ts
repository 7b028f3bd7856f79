/**
 * The embedded driver: SQLite in a worker thread, write-ahead log, `synchronous=FULL`. What is asked for while a batch
 * runs goes into the next one (see sqlite-worker.ts), so throughput rises with concurrency and the main thread never
 * waits for the disk.
 */

import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { Fault } from "../base/fault.ts";
import { migrate } from "./migrate.ts";
import type { Db, Result, Row, Statement, Value } from "./port.ts";
import type { Batch, Command, Failure, Opening, Reply, WorkerInput, Written } from "./sqlite-protocol.ts";

interface Waiting<Asked, Answer> {
  readonly asked: Asked;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: Fault) => void;
}

type WaitingRead = Waiting<Command, readonly Row[]>;
type WaitingWrite = Waiting<readonly Command[], readonly Result[]>;

/**
 * Opens (or makes) the database in `file`, takes the lock of its directory and brings the schema up to date.
 * ":memory:" keeps nothing and locks nothing.
 * @throws Fault storage_unavailable when the directory belongs to another process (the message names it and the fix),
 *   when the file cannot be opened, or when it was written by a newer version.
 */
export async function openSqlite(file: string): Promise<Db> {
  const worker = startWorker({ file: file === ":memory:" ? file : resolve(file) });
  await opened(worker);
  const db = connect(worker);
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}

/**
 * Opens a database that another process may be writing, for reading alone: what was acknowledged before a read is in it.
 * @throws Fault storage_unavailable when there is none, or it cannot be opened.
 */
export async function openSqliteReader(file: string): Promise<Db> {
  const worker = startWorker({ file: resolve(file), isReader: true });
  await opened(worker);
  return connect(worker);
}

function startWorker(workerData: WorkerInput): Worker {
  // The worker lies beside this file: as JavaScript in the bundle, as TypeScript (which needs a loader) in the source.
  const isSource = import.meta.url.endsWith(".ts");
  const url = new URL(isSource ? "./sqlite-worker.ts" : "./sqlite-worker.js", import.meta.url);
  if (!isSource) return new Worker(url, { workerData });
  const load = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(${JSON.stringify(url.href)}); })`;
  return new Worker(load, { workerData, eval: true });
}

function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (message: string, cause?: unknown) => {
      void worker.terminate();
      reject(new Fault("storage_unavailable", message, { cause }));
    };
    worker.once("error", (error) => refuse("The database thread could not start.", error));
    worker.once("message", (opening: Opening) => {
      worker.removeAllListeners("error");
      if ("failure" in opening) refuse(`The database cannot be opened: ${opening.failure}`);
      else resolve();
    });
  });
}

function connect(worker: Worker): Db {
  const numbers = new Map<string, number>();
  let texts: string[] = [];
  let reads: WaitingRead[] = [];
  let writes: WaitingWrite[] = [];
  let flying: { reads: WaitingRead[]; writes: WaitingWrite[] } | undefined;
  let isScheduled = false;
  let broken: Fault | undefined;
  let closing: Promise<void> | undefined;
  let idle: (() => void) | undefined;

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows; a worker has no origin
  const post = (message: Batch | "close") => worker.postMessage(message);

  const numberOf = (sql: string): number => {
    const known = numbers.get(sql);
    if (known !== undefined) return known;
    const number = numbers.size;
    numbers.set(sql, number);
    texts.push(sql);
    return number;
  };

  const schedule = () => {
    if (isScheduled || flying !== undefined) return;
    isScheduled = true;
    queueMicrotask(send); // so that everything asked for in one turn goes together
  };

  const send = () => {
    isScheduled = false;
    if (broken !== undefined || (reads.length === 0 && writes.length === 0)) return;
    flying = { reads, writes };
    post({
      textsFrom: numbers.size - texts.length,
      texts,
      reads: reads.map((read) => read.asked),
      writes: writes.map((write) => write.asked),
    });
    texts = [];
    reads = [];
    writes = [];
  };

  worker.on("message", (reply: Reply) => {
    const { reads: readers, writes: writers } = flying ?? { reads: [], writes: [] };
    flying = undefined;
    for (const [index, reader] of readers.entries()) answer(reader, reply.reads[index], (rows) => rows);
    for (const [index, writer] of writers.entries()) answer(writer, reply.writes[index], resultsOf);
    if (reads.length > 0 || writes.length > 0) schedule();
    else idle?.();
  });

  const breakDown = (cause: unknown) => {
    broken ??= unavailable(cause);
    for (const waiting of [...(flying?.reads ?? []), ...(flying?.writes ?? []), ...reads, ...writes]) waiting.reject(broken);
    flying = undefined;
    reads = [];
    writes = [];
    idle?.();
  };
  worker.on("error", breakDown);
  worker.on("exit", (code) => breakDown(`the database thread ended with code ${code}`));

  const refusal = () => broken ?? (closing === undefined ? undefined : unavailable("the database is closed"));

  return {
    read(sql: string, values: readonly Value[] = []) {
      return new Promise((resolve, reject) => {
        const fault = refusal();
        if (fault !== undefined) return reject(fault);
        reads.push({ asked: [numberOf(sql), values], resolve, reject });
        schedule();
      });
    },

    write(statements: readonly Statement[]) {
      return new Promise((resolve, reject) => {
        const fault = refusal();
        if (fault !== undefined) return reject(fault);
        writes.push({ asked: statements.map(({ sql, values }) => [numberOf(sql), values]), resolve, reject });
        schedule();
      });
    },

    close() {
      closing ??= new Promise<void>((resolve) => {
        if (flying === undefined && !isScheduled) resolve();
        else idle = resolve;
      }).then(async () => {
        if (broken !== undefined) return;
        const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
        post("close");
        await gone;
      });
      return closing;
    },
  };
}

function answer<Given, Answer>(waiting: Waiting<unknown, Answer>, given: Given | Failure | undefined, toAnswer: (given: Given) => Answer): void {
  if (given === undefined) waiting.reject(unavailable("no answer from the database thread"));
  else if (isFailure(given)) waiting.reject(unavailable(given.failure));
  else waiting.resolve(toAnswer(given));
}

function isFailure(given: unknown): given is Failure {
  return typeof given === "object" && given !== null && "failure" in given;
}

function resultsOf({ changes, rows }: Written): readonly Result[] {
  return changes.map((count, index) => ({ changes: count, rows: rows[index] ?? [] }));
}

function unavailable(cause: unknown): Fault {
  return new Fault("storage_unavailable", "Storage is unavailable. Please try again later.", { cause, retryAfterMs: 5000 });
}

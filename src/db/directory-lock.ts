/**
 * One process owns a data directory. The lock is a tiny SQLite file with a write transaction held open: the kernel lets
 * go of it when the process dies, however it dies, so there is no stale lock to clean up and no process id to mistake
 * (in a container every process is number 1). The file's one row names the owner, for the message.
 */

import { join } from "node:path";
import type { DatabaseSyncInstance as DatabaseSync } from "@photostructure/sqlite";
import { Fault } from "../base/fault.ts";

/**
 * Takes the lock of `directory`; closing the returned database gives it back.
 * The second of two racing callers gets the fault.
 * @throws Fault storage_unavailable that names the owner and the way out.
 */
export function lockDirectory(directory: string, open: (file: string) => DatabaseSync): DatabaseSync {
  const lock = open(join(directory, "windrose.lock"));
  try {
    lock.exec("begin immediate");
    lock.exec("create table if not exists owner (pid integer not null)");
    lock.exec("delete from owner");
    lock.exec(`insert into owner (pid) values (${process.pid})`);
    lock.exec("commit");
    lock.exec("begin immediate");
    return lock;
  } catch (error) {
    const owner = ownerOf(lock);
    lock.close();
    if (owner === undefined) throw error;
    const fix = "Stop that process, or set WINDROSE_DATA_DIR to another directory.";
    throw new Fault("storage_unavailable", `The data directory ${directory} is in use by process ${owner}. ${fix}`, { cause: error });
  }
}

function ownerOf(lock: DatabaseSync): number | undefined {
  try {
    const row = lock.prepare("select pid from owner").get();
    return typeof row?.pid === "number" ? row.pid : undefined;
  } catch {
    return undefined; // not even readable: the error of the lock itself says why
  }
}

import { accessSync, constants, mkdirSync } from "node:fs";
import { Fault } from "../base/fault.ts";

/**
 * Makes the data directory, for this user's eyes alone, where there is none.
 * @throws Fault storage_unavailable when it cannot be made or written, naming it and the fix.
 */
export function readyDataDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? reasons[String(error.code)] : undefined;
    throw new Fault("storage_unavailable", `The data directory ${dataDir} ${why ?? "cannot be written"}. Change that, or set WINDROSE_DATA_DIR to another directory.`, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: "is a file",
  ENOTDIR: "lies under a file",
  EACCES: "is not yours to write",
  EPERM: "is not yours to write",
  EROFS: "is on a read-only file system",
  ENOSPC: "cannot be made: the disk is full",
};

/**
 * What the main thread and the SQLite worker say to each other. SQL texts are sent once and then go by number, and a
 * whole batch is one message each way: the copying between threads is most of what a small write costs.
 */

import type { Row, Value } from "./port.ts";

export interface WorkerInput {
  /** Absolute path of the database, or ":memory:". */
  readonly file: string;
  /** Beside the process that owns the directory: takes no lock, and cannot write. */
  readonly isReader?: boolean;
}

export interface Batch {
  /** Texts that the worker has not seen; the first one of this batch has the number `textsFrom`. */
  readonly textsFrom: number;
  readonly texts: readonly string[];
  readonly reads: readonly Command[];
  readonly writes: readonly (readonly Command[])[];
}

/** The number of the text, then its values. */
export type Command = readonly [number, readonly Value[]];

export interface Reply {
  readonly reads: readonly (readonly Row[] | Failure)[];
  readonly writes: readonly (Written | Failure)[];
}

/** One number of changes for each statement, and the rows of those that return some. */
export interface Written {
  readonly changes: readonly number[];
  readonly rows: Readonly<Record<number, readonly Row[]>>;
}

export interface Failure {
  readonly failure: string;
}

export type Opening = { readonly opened: true } | Failure;

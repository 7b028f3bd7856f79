/**
 * The one port to storage. Two drivers stand behind it (SQLite embedded, PostgreSQL for several nodes) and pass the same
 * law suite. SQL is written once, in the subset that both speak: `?` placeholders, `insert … on conflict … returning`,
 * integer milliseconds, text JSON. Money columns are 64-bit integers: bind bigints, read them as text
 * (`cast(x as text)`) and convert, because a JavaScript number is exact to 53 bits only.
 */

export type Value = string | number | bigint | null;

export type Row = Readonly<Record<string, string | number | null>>;

export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

export interface Result {
  readonly rows: readonly Row[];
  /** Rows inserted, updated or deleted. */
  readonly changes: number;
}

export interface Db {
  /** Reads. Sees every write that was acknowledged before the call. */
  read(sql: string, values?: readonly Value[]): Promise<readonly Row[]>;

  /**
   * Runs the statements in order in one transaction: all or nothing, durable when the promise resolves.
   * Two racing writes run one after the other, in some order.
   * @throws Fault storage_unavailable when the store cannot be written (disk full, file gone); the cause is in `cause`.
   */
  write(statements: readonly Statement[]): Promise<readonly Result[]>;

  /** Waits for what was begun, then closes. */
  close(): Promise<void>;
}

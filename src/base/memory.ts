/**
 * What was read from the database lately, so that a request waits for it only the first time. Under 15 seconds it is as
 * good as read; after that it is read again behind the answer, and after 30 seconds before it.
 */

import type { Clock } from "./clock.ts";

export interface Memory<Value> {
  /** At once when it is known; undefined when there is none. Readers of one name at one time share one reading. */
  get(name: string, read: () => Promise<Value | undefined>): Value | undefined | Promise<Value | undefined>;
  /** After a change of ours: what was read before it, or is being read, is not remembered. */
  forget(name: string): void;
  /** The same, where the change says what there is now. */
  put(name: string, value: Value | undefined): void;
}

interface Known<Value> {
  readonly value: Value | undefined;
  readonly readAt: number;
  readonly weight: number;
}

const freshMs = 15_000;
const usableMs = 30_000;
/** Short, because what another node makes should work soon. */
const absentMs = 5_000;

export interface MemoryBounds<Value> {
  readonly clock: Clock;
  readonly entriesMax: number;
  /** What one of them weighs, and all of them together, in a unit of their own. */
  readonly weightOf?: (value: Value) => number;
  readonly weightMax?: number;
}

/** Holds at most `entriesMax`, and no more than `weightMax`; what was read longest ago goes first. */
export function createMemory<Value>({ clock, entriesMax, weightOf = () => 0, weightMax = Infinity }: MemoryBounds<Value>): Memory<Value> {
  const known = new Map<string, Known<Value>>();
  let weight = 0;
  const reading = new Map<string, Promise<Value | undefined>>();

  const drop = (name: string) => {
    weight -= known.get(name)?.weight ?? 0;
    known.delete(name);
  };

  const remember = (name: string, value: Value | undefined) => {
    drop(name);
    const entry = { value, readAt: clock(), weight: value === undefined ? 0 : weightOf(value) };
    known.set(name, entry);
    weight += entry.weight;
    for (const oldest of known.keys()) {
      if (known.size <= entriesMax && weight <= weightMax) break;
      drop(oldest);
    }
  };

  const readAndRemember = async (name: string, begun: Promise<Value | undefined>, isWanted: () => boolean): Promise<Value | undefined> => {
    try {
      const value = await begun;
      if (isWanted()) remember(name, value);
      return value;
    } finally {
      if (isWanted()) reading.delete(name);
    }
  };

  const share = (name: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> => {
    const begun = reading.get(name);
    if (begun !== undefined) return begun;
    const promise: Promise<Value | undefined> = readAndRemember(name, read(), () => reading.get(name) === promise);
    reading.set(name, promise);
    return promise;
  };

  return {
    get(name, read) {
      const entry = known.get(name);
      const age = entry === undefined ? Number.POSITIVE_INFINITY : clock() - entry.readAt;
      if (entry === undefined || age > (entry.value === undefined ? absentMs : usableMs)) return share(name, read);
      if (entry.value !== undefined && age > freshMs) void share(name, read).catch(keepWhatIsKnown);
      return entry.value;
    },
    forget(name) {
      drop(name);
      reading.delete(name);
    },
    put(name, value) {
      reading.delete(name);
      remember(name, value);
    },
  };
}

/** A reading behind the answer may fail: the next caller reads again, and after 30 seconds waits for it. */
function keepWhatIsKnown(): void {}

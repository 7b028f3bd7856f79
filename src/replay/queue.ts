/** What happens next in virtual time: a binary heap, in which what was scheduled first goes first at equal times. */

export interface Queue<Happening> {
  readonly schedule: (at: number, happening: Happening) => void;
  /** When the next is due; undefined when nothing is left. */
  readonly nextAt: () => number | undefined;
  /** Undefined when nothing is left. */
  readonly next: () => { readonly at: number; readonly happening: Happening } | undefined;
}

interface Entry<Happening> {
  readonly at: number;
  readonly sequence: number;
  readonly happening: Happening;
}

export function createQueue<Happening>(): Queue<Happening> {
  const heap: Entry<Happening>[] = [];
  let sequence = 0;
  return {
    schedule: (at, happening) => rise(heap, { at, sequence: sequence++, happening }),
    nextAt: () => heap[0]?.at,
    next: () => {
      const first = heap[0];
      const last = heap.pop();
      if (first !== undefined && last !== undefined && first !== last) sink(heap, last);
      return first;
    },
  };
}

function isBefore(left: Entry<unknown>, right: Entry<unknown>): boolean {
  return left.at < right.at || (left.at === right.at && left.sequence < right.sequence);
}

function rise<Happening>(heap: Entry<Happening>[], entry: Entry<Happening>): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above] as Entry<Happening>;
    if (!isBefore(entry, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
}

function sink<Happening>(heap: Entry<Happening>[], entry: Entry<Happening>): void {
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1] as Entry<Happening>, heap[below] as Entry<Happening>)) below += 1;
    const child = heap[below] as Entry<Happening>;
    if (!isBefore(child, entry)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = entry;
}

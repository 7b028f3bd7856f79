import type { Chance } from "../base/clock.ts";
import { assert } from "../base/assert.ts";

export function pick<Item>(items: readonly Item[], chance: Chance): Item {
  assert(items.length > 0, "nothing to pick from");
  return items[Math.floor(chance() * items.length)] as Item;
}

/** A whole number from `low` to `high`, both included. */
export function between(low: number, high: number, chance: Chance): number {
  return low + Math.floor(chance() * (high - low + 1));
}

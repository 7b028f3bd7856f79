/** Luck that is made from what it is for, so that the same input meets the same luck again. */

/** In (0, 1), from two numbers of 32 bits. */
export function uniformOf(seed: number, key: number): number {
  return (mixed(key + mixed(seed ^ 0x9e3779b9)) + 0.5) / 2 ** 32;
}

/** The finalizer of MurmurHash3: every bit of the input moves half of the output's. */
function mixed(bits: number): number {
  let hash = bits | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

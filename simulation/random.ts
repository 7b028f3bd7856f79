/**
 * Chance by key instead of by turn: a draw is a hash of what it is for. The same request meets the same luck at the same
 * endpoint under every policy (common random numbers), so that policies differ by what they do and not by their dice.
 */

/** A number in (0, 1) that the keys alone decide. */
export function draw(seed: number, first: number, second: number, third: number): number {
  let hash = mixed(seed ^ 0x9e3779b9);
  hash = mixed(hash ^ Math.imul(first, 0x85ebca6b));
  hash = mixed(hash ^ Math.imul(second + 0x27d4eb2f, 0xc2b2ae35));
  hash = mixed(hash ^ Math.imul(third + 0x165667b1, 0x9e3779b1));
  return ((hash >>> 0) + 0.5) / 2 ** 32;
}

/** Exponential with this mean, from a uniform number. */
export function exponential(uniform: number, mean: number): number {
  return -Math.log(uniform) * mean;
}

/** Lognormal with this median, from two uniform numbers (Box and Muller). */
export function lognormal(first: number, second: number, median: number, sigma: number): number {
  return median * Math.exp(sigma * Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second));
}

/** The finalizer of MurmurHash3. Also what the log of decisions is folded with. */
export function mixed(bits: number): number {
  let hash = bits | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

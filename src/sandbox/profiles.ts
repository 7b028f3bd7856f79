/** The simulated providers: what they are called and how fast they are. */

export interface Profile {
  /** As in the path and in directives: "swift". */
  readonly prefix: string;
  readonly slug: string;
  readonly name: string;
  /** What the model costs here, as a multiple of its list price. */
  readonly priceFactor: number;
  readonly firstTokenMs: Range;
  readonly tokensPerSecond: Range;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

export const profiles: readonly Profile[] = [
  {
    prefix: "swift", slug: "sandbox-swift", name: "Sandbox Swift", priceFactor: 1.1,
    firstTokenMs: { low: 60, high: 120 }, tokensPerSecond: { low: 140, high: 200 },
  },
  {
    prefix: "steady", slug: "sandbox-steady", name: "Sandbox Steady", priceFactor: 1,
    firstTokenMs: { low: 120, high: 160 }, tokensPerSecond: { low: 100, high: 120 },
  },
  {
    prefix: "thrifty", slug: "sandbox-thrifty", name: "Sandbox Thrifty", priceFactor: 1,
    firstTokenMs: { low: 100, high: 250 }, tokensPerSecond: { low: 60, high: 140 },
  },
];

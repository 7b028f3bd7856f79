/** So much work at a time, the rest in the order in which it came. */

export interface Turns {
  <Result>(work: () => Promise<Result>): Promise<Result>;
  /** How much waits. */
  readonly waiting: () => number;
}

export function createTurns(most: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // Whoever waits takes the place over, so that nobody comes in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  return Object.assign(inTurn, { waiting: () => waiting.length });
}

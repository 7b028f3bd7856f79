/** What a day of requests costs at list prices. */

/** Decimal dollars per million tokens. */
export interface ListPrices {
  readonly prompt: string;
  readonly completion: string;
  /** Absent where reading from a cache costs what any input does. */
  readonly cacheRead?: string;
}

export interface Workload {
  /** Tokens of one request. */
  readonly input: number;
  readonly output: number;
  /** Per cent of the input that comes from a cache. */
  readonly cached: number;
  readonly requests: number;
}

export const workloadNames = ["input", "output", "cached", "requests"] as const satisfies readonly (keyof Workload)[];

export const usualWorkload: Workload = { input: 2_000, output: 500, cached: 0, requests: 1_000 };

/** Dollars for one request. */
export function requestCost({ prompt, completion, cacheRead = prompt }: ListPrices, { input, output, cached }: Workload): number {
  const fromCache = input * (Math.min(100, Math.max(0, cached)) / 100);
  return ((input - fromCache) * Number(prompt) + fromCache * Number(cacheRead) + output * Number(completion)) / 1e6;
}

/** Fields of a form or of an address: what is not a number of at least 0 is the usual. */
export function workloadOf(params: URLSearchParams): Workload {
  const field = (name: keyof Workload): number => {
    const text = params.get(name)?.replaceAll(",", "").trim() ?? "";
    const value = Number(text);
    return text === "" || !Number.isFinite(value) || value < 0 ? usualWorkload[name] : Math.min(value, 1e12);
  };
  return { input: field("input"), output: field("output"), cached: Math.min(100, field("cached")), requests: field("requests") };
}

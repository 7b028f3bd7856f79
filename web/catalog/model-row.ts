/** What lists of models show of a model. Prices are exact decimal dollars per million tokens. */
export interface ModelRow {
  readonly slug: string;
  readonly name: string;
  readonly author: string;
  readonly authorName: string;
  /** One or two lines of plain text. */
  readonly summary: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly context: number;
  readonly outputMax?: number;
  readonly prompt?: string;
  readonly completion?: string;
  readonly cacheRead?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly parameters: readonly string[];
  /** How many providers sell it. */
  readonly providers: number;
  /** The day it goes, "2026-12-31". */
  readonly expires?: string;
  readonly openWeights?: boolean;
  readonly zdr?: boolean;
  /** Tokens that this installation has sent through it in seven days. */
  readonly weeklyTokens?: number;
}

/** Names of the models' abilities, as lists show them. */
export const abilities = [
  { parameter: "tools", name: "Tools" },
  { parameter: "structured_outputs", name: "Structured output" },
  { parameter: "reasoning", name: "Reasoning" },
] as const;

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
  /** What is known of it from outside the catalog. */
  readonly figures?: Figures;
}

/** As the API names what it sorts and filters by (contract §1.2). */
export const figureNames = ["weekly_tokens", "latency", "throughput", "intelligence_index", "coding_index", "agentic_index", "tool_success_rate", "design_arena_elo"] as const;

/**
 * `weekly_tokens`, `latency` (milliseconds to the first content) and `throughput` (tokens a second), both medians, are this installation's of seven
 * days. What was not measured is absent.
 */
export type Figures = { readonly [Name in (typeof figureNames)[number]]?: number };

/** Names of the models' abilities, as lists show them. */
export const abilities = [
  { parameter: "tools", name: "Tools" },
  { parameter: "structured_outputs", name: "Structured output" },
  { parameter: "reasoning", name: "Reasoning" },
] as const;

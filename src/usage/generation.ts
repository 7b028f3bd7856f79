/** The row of record: one answered (or failed, or abandoned) request. Source: contract §7.6. */

import type { Nanodollars } from "../base/money.ts";

export interface Generation {
  /** `gen-…`, unique for ever. */
  readonly id: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly workspaceId: string;
  readonly keyHash: string;
  readonly surface: string;
  /** What the caller asked for, first choice. */
  readonly requestedModel: string;
  /** What served it; the last one tried when nothing did. Null when nothing was tried. */
  readonly model: string | null;
  /** The router slug that chose the model ("openrouter/auto"); null when the caller chose. */
  readonly router: string | null;
  readonly presetId: string | null;
  /** The generation whose stored answer was given again; null for an answer that was made for this request. */
  readonly cacheSourceId: string | null;
  readonly endpointId: string | null;
  readonly providerName: string | null;
  readonly upstreamId: string | null;
  /** Answered by a simulated provider: its cost is kept apart from real money. */
  readonly isSandbox: boolean;
  readonly streamed: boolean;
  /** The caller hung up before the end. */
  readonly cancelled: boolean;
  readonly finishReason: string | null;
  readonly nativeFinishReason: string | null;
  /** The code of the fault that ended it; null for a success and for a hang-up. */
  readonly faultCode: string | null;
  /** Milliseconds from acceptance to the first content. Null when none came. */
  readonly latencyMs: number | null;
  /** Milliseconds from the first content to the end. */
  readonly generationMs: number | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  readonly cachedTokens: number;
  /** Counted by us because the upstream gave no usable figure. */
  readonly usageEstimated: boolean;
  readonly cost: Nanodollars;
  readonly serviceTier: string | null;
  readonly app: Attribution;
  readonly user: string | null;
  readonly sessionId: string | null;
  readonly attempts: readonly AttemptRecord[];
  /** The order of the plan, and what decided it: the seed, and a letter for each step (docs/routing.md; undefined in older records). */
  readonly plan: { readonly seed: number; readonly steps: readonly string[]; readonly rejected: readonly (readonly [string, string])[]; readonly reasons?: string };
  /** Parameters that were not sent as the caller wrote them, as [name, action, detail]; and plugins that were "applied". */
  readonly notes: readonly (readonly [string, string, string])[];
}

/** Where the request says it came from (`HTTP-Referer`, `X-OpenRouter-Title`, `X-OpenRouter-Categories`, `User-Agent`). */
export interface Attribution {
  readonly referer: string | null;
  readonly title: string | null;
  readonly categories: readonly string[];
  readonly userAgent: string | null;
}

/** One call to one endpoint. */
export interface AttemptRecord {
  readonly endpointId: string;
  readonly providerName: string;
  readonly model: string;
  /** The upstream's HTTP status; null when it never answered. */
  readonly status: number | null;
  /** Null for a success, and for an attempt that another one overtook. */
  readonly faultCode: string | null;
  /** Milliseconds to the first content, or to the end when none came. */
  readonly latencyMs: number;
  readonly kind: AttemptKind;
  /** What the provider may charge us for it; the customer pays for the one that answered. */
  readonly cost: Nanodollars;
}

/** The next of the plan; the same endpoint again; one beside another; one that goes on where another broke off. */
export type AttemptKind = "try" | "retry" | "hedge" | "continuation";

/**
 * What routing knows of the world. Routing declares these shapes itself and the catalog and the relay fill them:
 * it imports nothing from either.
 */

import type { Percentiles, ProviderPreferences } from "../wire/chat.ts";

/** One endpoint that might serve the request. Immutable; made once per catalog load, not per request. */
export interface Candidate {
  /** Unique: "mistralai/ministral-8b@mistral". */
  readonly id: string;
  readonly model: string;
  /** The base slug ("deepinfra"). */
  readonly provider: string;
  /** The display name ("DeepInfra"). */
  readonly providerName: string;
  /** The routing slug ("deepinfra/turbo"); equal to `provider` where there is nothing to tell apart. */
  readonly tag: string;
  /** Which credential it is called with; health is kept per endpoint and credential. */
  readonly credentialId: string;
  /** "active" before "unverified" before "historical", whatever they cost. */
  readonly standing: "active" | "unverified" | "historical";
  readonly contextLength: number;
  readonly promptTokensMax: number | undefined;
  readonly outputTokensMax: number | undefined;
  /** Public parameter names; undefined when the catalog does not know. */
  readonly parameters: ReadonlySet<string> | undefined;
  readonly inputModalities: ReadonlySet<string>;
  readonly outputModalities: ReadonlySet<string>;
  readonly quantization: string | undefined;
  readonly price: CandidatePrice;
  readonly dataPolicy: DataPolicy;
  readonly distillable: boolean;
  /** Set when this is a service-tier endpoint, which nobody gets without asking. */
  readonly serviceTier: ServiceTier | undefined;
  /** Nothing it does has a price. */
  readonly isFree?: boolean;
}

export type ServiceTier = "flex" | "priority";

/** Dollars per million tokens (`request`, `image`: dollars each). For comparing, not for booking. */
export interface CandidatePrice {
  readonly prompt: number;
  readonly completion: number;
  readonly request: number;
  readonly image: number;
  /** Dollars per million audio tokens; where absent they cost what prompt tokens cost. */
  readonly audio?: number;
  /** Prompt tokens read from the provider's cache; where absent they cost what the others cost. */
  readonly cacheRead?: number;
}

/** Unknown policies are assumed to train and to retain (contract §8.3). */
export interface DataPolicy {
  readonly trains: boolean;
  readonly retains: boolean;
  readonly zdr: boolean;
}

/** What routing must know of a request. */
export interface RoutingRequest {
  readonly prompt: PromptSize;
  /** What the caller asked for; undefined when left to the model. */
  readonly outputTokensMax: number | undefined;
  /** Reasoning is asked for: the first content, or the end, may be long in coming. */
  readonly reasons?: boolean;
  /** Public names of every parameter in the request, with `structured_outputs` when a JSON schema is asked for. */
  readonly parameters: ReadonlySet<string>;
  readonly inputModalities: ReadonlySet<string>;
  readonly outputModalities: ReadonlySet<string>;
  /** Its files are given as text to endpoints that take none: to all of them, or where there are none that do. */
  readonly filesAreRead?: "always" | "where_needed" | undefined;
  /** How many images the prompt holds: some endpoints charge for each. */
  readonly images: number;
  /** Tools that the provider runs itself put what they find into the prompt: its size is not known before. */
  readonly promptGrows?: boolean;
  /** How often the provider may search the web for it, where it is asked to: what is held for, and no more than which is believed. */
  readonly webSearchesMax?: number;
  /** Something in it is to be kept in the provider's cache for an hour. */
  readonly cachesForHour?: boolean;
  readonly preferences: ProviderPreferences;
  readonly serviceTier: string | undefined;
  /** What the model's name asks for beside the model. */
  readonly variant?: VariantWishes;
}

/** What the suffixes of a model's name, or the web plugin, ask of an endpoint. Source: contract §5.4, §5.9. */
export interface VariantWishes {
  /** `:nitro` and `:floor` let this tier's endpoints in beside the default ones. */
  readonly tier?: ServiceTier;
  /** `:free` */
  readonly isFree?: boolean;
  /** `:thinking` */
  readonly reasons?: boolean;
  /** `:extended`: tokens. */
  readonly contextLengthMin?: number;
  /** `:online` */
  readonly searchesWeb?: boolean;
}

/**
 * Bounds of the prompt in tokens, from its length alone (no tokenizer): surely at least `low`, surely at most `high`.
 * An endpoint too small for `low` is out; one too small for `high` is tried after those that surely fit.
 */
export interface PromptSize {
  readonly low: number;
  readonly high: number;
}

/** The endpoints of one of the request's models, in the caller's order of models. */
export interface CandidateGroup<Step extends Candidate = Candidate> {
  readonly model: string;
  readonly candidates: readonly Step[];
}

/** A rule of the filter. `admittedBy` in a rejection says what in the request would have let the endpoint in. */
export type Rule =
  | "context_length" | "output_length" | "require_parameters" | "preferred_parameters" | "input_modalities"
  | "output_modalities" | "max_price" | "data_policy:training" | "data_policy:zdr" | "quantization"
  | "allowed_providers" | "ignored_providers" | "distillable_text" | "service_tier" | "variant" | "web_search" | "fallbacks_not_allowed";

export interface Rejection {
  readonly candidate: Candidate;
  readonly rule: Rule;
  readonly admittedBy: string;
}

/**
 * What to try, in order, and what not, and why. The same inputs and seed give the same plan, byte for byte. Its steps are
 * the very candidates that were given, so that whoever gave more than a candidate gets it back.
 */
export interface Plan<Step extends Candidate = Candidate> {
  readonly steps: readonly Step[];
  readonly rejected: readonly Rejection[];
  readonly seed: number;
  /** A {@link Reason} for each step; a capital where a step differs from the one before it in what comes before the balance. */
  readonly reasons: string;
}

/**
 * Why an endpoint stands where it does: by the seed's draw; to find out how it is; behind those that are drawn, by what it
 * costs all in all; because it refuses what is too much; because it is down; because the conversation was there; or, where
 * the caller's sort or order decides, for no reason of ours.
 */
export type Reason = "d" | "p" | "f" | "c" | "b" | "s" | "-";

export type { Percentiles };

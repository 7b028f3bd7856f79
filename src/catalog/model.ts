/** What the catalog holds once loaded: models, providers, endpoints. All immutable. */

import type { Secret } from "../base/secret.ts";
import type { Target } from "../providers/adapter.ts";
import type { Authorization } from "../providers/authorize.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { Pricing } from "./price.ts";

export interface Model {
  /** The public slug, with its static variant: "mistralai/ministral-8b", "qwen/qwen3-coder:free". */
  readonly slug: string;
  /** Never changes; generations are attributed to it. */
  readonly canonicalSlug: string;
  readonly aliases: readonly string[];
  readonly author: string;
  readonly authorName: string;
  /** "Mistral: Ministral 8B". */
  readonly name: string;
  readonly description: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  /** Listed models are in `/models`; the others are callable and have a page. */
  readonly isListed: boolean;
  readonly family: string | undefined;
  readonly contextLength: number;
  readonly outputTokensMax: number | undefined;
  readonly inputModalities: readonly string[];
  readonly outputModalities: readonly string[];
  readonly tokenizer: string;
  readonly instructType: string | undefined;
  /** The price the model is listed at; undefined when no endpoint has one. */
  readonly pricing: Pricing | undefined;
  readonly supportedParameters: readonly string[];
  readonly defaultParameters: Readonly<Record<string, number>> | undefined;
  readonly reasoning: Readonly<Record<string, unknown>> | undefined;
  readonly knowledgeCutoff: string | undefined;
  readonly expirationDate: string | undefined;
  readonly huggingFaceId: string | undefined;
  readonly isModerated: boolean;
  readonly distillable: boolean;
  /** Every endpoint the catalog knows, routable or not, in catalog order. */
  readonly endpoints: readonly CatalogEndpoint[];
}

/** An endpoint as the catalog lists it, for pages and reads. */
export interface CatalogEndpoint {
  readonly id: string;
  readonly model: string;
  readonly provider: string;
  readonly providerName: string;
  readonly tag: string;
  readonly upstreamModel: string | undefined;
  readonly protocol: string;
  readonly contextLength: number;
  readonly promptTokensMax: number | undefined;
  readonly outputTokensMax: number | undefined;
  readonly quantization: string | undefined;
  readonly pricing: Pricing | undefined;
  readonly supportedParameters: readonly string[] | undefined;
  readonly supportsImplicitCaching: boolean;
  readonly status: "active" | "unverified" | "historical" | "retired";
}

/** An endpoint that can be called now: it has a price, a model id, an adapter, a base URL and what it needs to authorize. */
export interface Endpoint extends Candidate {
  readonly protocol: string;
  readonly target: Target;
  readonly authorization: Authorization;
  readonly pricing: Pricing;
  readonly isSandbox: boolean;
}

export interface Provider {
  readonly slug: string;
  readonly name: string;
  readonly kind: string;
  readonly baseUrl: string | undefined;
  readonly protocol: string | undefined;
  readonly authScheme: string;
  /** Names of the environment variables that hold its credential, in order of preference. */
  readonly credentialEnv: readonly string[];
  readonly dataPolicy: { readonly training: boolean | undefined; readonly retainsPrompts: boolean | undefined; readonly retentionDays: number | undefined; readonly zdr: boolean };
  readonly privacyPolicyUrl: string | undefined;
  readonly termsOfServiceUrl: string | undefined;
  readonly statusPageUrl: string | undefined;
  readonly headquarters: string | undefined;
  readonly datacenters: readonly string[] | undefined;
}

/** A provider as the operator's config file gives it: a new one, or overrides of the catalog's. */
export interface ConfiguredProvider {
  readonly slug: string;
  readonly name?: string;
  readonly protocol?: string;
  readonly baseUrl?: string;
  readonly credential?: Secret;
  readonly credentialEnv?: string;
  readonly quirks?: Readonly<Record<string, unknown>>;
  readonly dataPolicy?: { readonly training?: boolean; readonly retainsPrompts?: boolean; readonly zdr?: boolean };
  readonly endpoints?: readonly ConfiguredEndpoint[];
}

export interface ConfiguredEndpoint {
  readonly model: string;
  readonly upstreamModel?: string;
  readonly tag?: string;
  /** Decimal dollars per million tokens or characters, as text ("0.15"); `request`, `image`, `webSearch`, `imageOutput`, `search` and `second` are dollars each. */
  readonly pricing?: {
    readonly prompt: string; readonly completion: string; readonly request?: string; readonly image?: string; readonly cacheRead?: string; readonly cacheWrite?: string;
    readonly cacheWriteHour?: string; readonly webSearch?: string;
    readonly audio?: string; readonly audioOutput?: string; readonly imageOutput?: string; readonly search?: string; readonly character?: string; readonly second?: string;
  };
  readonly contextLength?: number;
  readonly outputTokensMax?: number;
  readonly quantization?: string;
  readonly supportedParameters?: readonly string[];
  readonly inputModalities?: readonly string[];
  /** Of a new model. */
  readonly outputModalities?: readonly string[];
}

/** What a caller holds, as we know it: everything but the secret. Source: contract §1.5. */

import type { Nanodollars } from "../base/money.ts";

export interface Key {
  /** SHA-256 of the secret: the key's public name. */
  readonly hash: string;
  readonly name: string;
  readonly label: string;
  /** Inference keys call models, management keys call the management API; neither may do the other's work. */
  readonly kind: "inference" | "management";
  readonly isSandbox: boolean;
  readonly workspaceId: string;
  readonly disabled: boolean;
  /** Null is no limit. */
  readonly limit: Nanodollars | null;
  readonly limitReset: LimitReset | null;
  readonly includeByokInLimit: boolean;
  /** Its requests are hedged unless they say otherwise (`provider.hedge`). */
  readonly hedge: boolean;
  /** The apps that call with it may be shown to anybody, with what they use (docs/usage.md). */
  readonly publicApp: boolean;
  /** Milliseconds since the epoch, as all times here. */
  readonly expiresAt: number | null;
  readonly createdAt: number;
  /** Strictly later with every update, so that of two states of a key it is clear which is the newer. */
  readonly updatedAt: number | null;
  readonly creatorUserId: string | null;
}

/** When what was spent stops counting against the limit: at 00:00 UTC, every day, Monday or first of a month. */
export type LimitReset = "daily" | "weekly" | "monthly";

export interface NewKey {
  readonly name: string;
  readonly kind: Key["kind"];
  readonly isSandbox?: boolean;
  readonly limit?: Nanodollars | null;
  readonly limitReset?: LimitReset | null;
  readonly includeByokInLimit?: boolean;
  readonly hedge?: boolean;
  readonly publicApp?: boolean;
  readonly expiresAt?: number | null;
  readonly workspaceId?: string;
  readonly creatorUserId?: string | null;
  /** Taken as it is; a new one is made when absent. */
  readonly secret?: string;
}

/** What a PATCH may change; what is absent stays. */
export interface KeyPatch {
  readonly name?: string;
  readonly disabled?: boolean;
  readonly limit?: Nanodollars | null;
  readonly limitReset?: LimitReset | null;
  readonly includeByokInLimit?: boolean;
  readonly hedge?: boolean;
  readonly publicApp?: boolean;
}

export interface KeyPage {
  readonly offset: number;
  readonly limit: number;
  readonly includeDisabled: boolean;
  readonly workspaceId?: string;
}

/** The workspace that every installation has from the start. */
export const defaultWorkspaceId = "00000000-0000-4000-8000-000000000000";

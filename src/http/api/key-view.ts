/** A key and what it has spent, as the key operations show it. Source: contract §1.4, §1.5. */

import { dollars, nanodollars } from "../../base/money.ts";
import type { Key } from "../../keys/key.ts";
import { keyBudget, spentAgainst, type Spent } from "../../ledger/budget.ts";

/** A budget that nothing was spent from answers zeros. */
export interface SpendingReads {
  usageOf(budgetId: string): Promise<Spent>;
}

/** Fields of a key that both `/key` and `/keys` show. Money in dollars. */
export async function spendingView(key: Key, ledger: SpendingReads): Promise<Record<string, unknown>> {
  const [real, sandbox] = await Promise.all([ledger.usageOf(keyBudget(key.hash, false)), ledger.usageOf(keyBudget(key.hash, true))]);
  return {
    label: key.label,
    limit: key.limit === null ? null : dollars(key.limit),
    limit_remaining: remainingOf(key, key.isSandbox ? sandbox : real),
    limit_reset: key.limitReset,
    include_byok_in_limit: key.includeByokInLimit,
    usage: dollars(real.total),
    usage_daily: dollars(real.daily),
    usage_weekly: dollars(real.weekly),
    usage_monthly: dollars(real.monthly),
    byok_usage: 0,
    byok_usage_daily: 0,
    byok_usage_weekly: 0,
    byok_usage_monthly: 0,
    creator_user_id: key.creatorUserId,
    workspace_id: key.workspaceId,
    expires_at: timeText(key.expiresAt),
    // Ours, beyond the contract: what simulated answers would have cost is never mixed with real money.
    sandbox: key.isSandbox,
    hedge: key.hedge,
    public_app: key.publicApp,
    sandbox_usage: dollars(sandbox.total),
  };
}

/** A key as the management operations show it. */
export async function managedKeyView(key: Key, ledger: SpendingReads): Promise<Record<string, unknown>> {
  return {
    hash: key.hash,
    name: key.name,
    disabled: key.disabled,
    created_at: timeText(key.createdAt),
    updated_at: timeText(key.updatedAt),
    external_user: null,
    ...(await spendingView(key, ledger)),
  };
}

/** A key as its own holder sees it. */
export async function ownKeyView(key: Key, ledger: SpendingReads): Promise<Record<string, unknown>> {
  return {
    ...(await spendingView(key, ledger)),
    is_free_tier: false,
    is_management_key: key.kind === "management",
    is_provisioning_key: key.kind === "management",
    organization_id: null,
    allowed_data_regions: ["global"],
    free_model_daily_requests: { limit: freeRequestsMax, remaining: freeRequestsMax, used: 0 },
    rate_limit: { requests: -1, interval: "10s", note: "This field is deprecated and safe to ignore." },
  };
}

// We set no such limit; the official SDK wants a number all the same.
const freeRequestsMax = 1_000_000_000;

function remainingOf(key: Key, spent: Spent): number | null {
  if (key.limit === null) return null;
  const remaining = key.limit - spentAgainst(spent, key.limitReset);
  return remaining > 0n ? dollars(nanodollars(remaining)) : 0;
}

function timeText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** Fault matrix, row 37: where every endpoint of the plan is to be left alone, the caller is told at once for how long. */

import { Fault } from "../base/fault.ts";
import type { Endpoint } from "../catalog/model.ts";
import { isForCapacity, restsUntil, type Health } from "../routing/health.ts";

/** Undefined as long as one of them may be called. Nothing is queued: a caller knows better what waiting is worth. */
export function restingFault(health: Health, endpoints: readonly Endpoint[], now: number): Fault | undefined {
  let earliest = Infinity;
  let areAllFull = true;
  for (const { id, credentialId } of endpoints) {
    const until = restsUntil(health, id, credentialId, now);
    if (until === 0) return undefined;
    earliest = Math.min(earliest, until);
    areAllFull &&= isForCapacity(health, id, credentialId, now);
  }
  const retryAfterMs = earliest - now;
  const models = [...new Set(endpoints.map(({ model }) => model))].join(", ");
  const providers = [...new Set(endpoints.map(({ providerName }) => providerName))];
  const seconds = Math.ceil(retryAfterMs / 1000);
  const availability = {
    code: areAllFull ? "capacity_exhausted" : "temporarily_unavailable", retryable: true, requested_models: [...new Set(endpoints.map(({ model }) => model))],
    docs_url: "/docs/errors", retry_after: seconds, affected_providers: providers,
  };
  const message = areAllFull
    ? `Every provider of ${models} has asked to be left alone for now (${providers.join(", ")}). Try again in ${seconds} s.`
    : `Every provider of ${models} is failing or has asked to be left alone for now (${providers.join(", ")}). Try again in ${seconds} s.`;
  return new Fault(areAllFull ? "upstream_rate_limited" : "temporarily_unavailable", message, { availability, retryAfterMs, metadata: { provider_name: null } });
}

/** Google's errors, where they mean more than their status says. Source: google.rpc.QuotaFailure among the details. */

import { Fault } from "../../base/fault.ts";
import { asList, asObject } from "../json.ts";
import { parseErrorBody } from "../upstream-error.ts";
import { upstreamFault } from "../upstream-fault.ts";

export function decodeError(status: number, headers: Readonly<Record<string, string>>, body: string): Fault {
  // The wait that comes with it is of the quota a minute, and another try would fail again. The day's is of one model and
  // one credential: it must not hold the others.
  if (status === 429 && isSpentForTheDay(body)) return new Fault("upstream_credential", "The provider is not available to this gateway at present.");
  return upstreamFault(status, headers, body);
}

function isSpentForTheDay(body: string): boolean {
  const parsed = parseErrorBody(body);
  const error = asObject(asObject(Array.isArray(parsed) ? parsed[0] : parsed)?.["error"]);
  return asList(error?.["details"]).some((detail) =>
    asList(asObject(detail)?.["violations"]).some((violation) => /PerDay/.test(String(asObject(violation)?.["quotaId"]))),
  );
}

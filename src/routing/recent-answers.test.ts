import { expect, test } from "vitest";
import { createHealth, observe } from "./health.ts";
import { recentAnswers } from "./snapshot.ts";

test("recent answers are counted by endpoint, over all credentials, for 5 minutes, 30 minutes and a day", () => {
  const health = createHealth();
  const now = Date.UTC(2026, 0, 1, 12);
  const attempt = (credentialId: string, minutesAgo: number, faultCode?: "upstream_failed" | "invalid_request") => observe(health, { endpointId: "a/b@p", credentialId, faultCode, status: 200 }, now - minutesAgo * 60_000);
  attempt("one", 300);
  attempt("one", 20);
  attempt("two", 2, "upstream_failed");
  attempt("one", 1);
  attempt("one", 1, "invalid_request");
  expect(recentAnswers(health, now)).toEqual(new Map([["a/b@p", { minutes: { successes: 1, failures: 1 }, halfHour: { successes: 2, failures: 1 }, day: { successes: 3, failures: 1 } }]]));
});

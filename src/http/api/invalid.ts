/** Turns what the framework finds wrong with a request into our own words: the field, what was expected, what came. */

import { HTTPException } from "hono/http-exception";
import type { z } from "@hono/zod-openapi";
import { Fault } from "../../base/fault.ts";

type Issue = z.core.$ZodIssue;

/** Where in the request the value was: "query", "param", "json". */
export type Place = string;

/** A Fault invalid_request that names the first field at fault, and lists them all in its metadata. */
export function invalidInput(place: Place, issues: readonly Issue[]): Fault {
  const problems = issues.flatMap(flatten).map((issue) => ({ field: fieldOf(place, issue), problem: problemOf(issue) }));
  const [first] = problems;
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return new Fault("invalid_request", first === undefined ? "Invalid request" : `${first.field}: ${first.problem}${rest}`, {
    metadata: { problems },
  });
}

/** The framework's own refusals as faults; anything else as it was. */
export function fromFramework(error: unknown): unknown {
  if (!(error instanceof HTTPException)) return error;
  switch (error.status) {
    case 400:
      return new Fault("invalid_request", "The body is not valid JSON", { cause: error });
    case 413:
      return new Fault("payload_too_large", "The body is too large for this operation", { cause: error });
    case 415:
      return new Fault("unsupported_media_type", "The body must be sent as Content-Type: application/json", { cause: error });
    default:
      return error;
  }
}

// A union's own message says only that nothing fitted; its parts say what would have.
function flatten(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const closest = issue.errors.toSorted((a, b) => a.length - b.length)[0] ?? [];
  return closest.length === 0 ? [issue] : closest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function fieldOf(place: Place, issue: Issue): string {
  const path = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("").replace(/^\./, "");
  return path === "" ? (place === "json" ? "body" : place) : path;
}

function problemOf(issue: Issue): string {
  return issue.message.replace(/^Invalid input: /, "").replace(/^Invalid option: /, "");
}

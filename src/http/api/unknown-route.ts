/** What to tell a caller who asks for something that is not there: the right method, or the nearest operation. */

import { Fault } from "../../base/fault.ts";
import { basePath } from "./policy.ts";

/** An operation as in "GET /models/{author}/{slug}/endpoints": its path stands below {@link basePath}. */
export type OperationName = string;

/**
 * The fault for a request that no operation answers: method_not_allowed when the path takes other methods, else
 * not_found with the nearest operation. `path` is the whole path of the request.
 */
export function unknownRoute(operations: readonly OperationName[], method: string, path: string): Fault {
  const methods = operationsAt(operations, path).map((name) => parse(name).method);
  if (methods.length > 0) {
    return new Fault("method_not_allowed", `${path} takes ${methods.join(", ")}, not ${method}`, { metadata: { allowed_methods: methods } });
  }
  const nearest = nearestOperation(operations, path);
  const hint = nearest === undefined ? `See GET ${basePath}/openapi.json` : `Did you mean ${nearest.replace(" ", ` ${basePath}`)}?`;
  return new Fault("not_found", `There is no ${method} ${path.slice(0, pathLengthMax)}. ${hint}`);
}

/** The operations on `path`; empty when there is no such path. */
export function operationsAt(operations: readonly OperationName[], path: string): readonly OperationName[] {
  if (!path.startsWith(basePath)) return [];
  const given = path.slice(basePath.length).split("/");
  return operations.filter((name) => matches(parse(name).steps, given));
}

// Longer paths are no misspelling of ours, and the comparison costs the product of the lengths.
const pathLengthMax = 200;

function nearestOperation(operations: readonly OperationName[], path: string): OperationName | undefined {
  // The bare address is no slip of the finger, but a look around.
  if (path === "/" || path.length > pathLengthMax) return undefined;
  const wanted = path.startsWith(basePath) ? path.slice(basePath.length) : path;
  const given = wanted.split("/");
  let nearest: { name: OperationName; distance: number } | undefined;
  for (const name of operations) {
    const { steps } = parse(name);
    const distance = editDistance(steps.map((step, index) => (isParameter(step) ? (given[index] ?? step) : step)).join("/"), wanted);
    // Only the fixed part can be misspelt; a third of it wrong is another word.
    const fixed = steps.filter((step) => !isParameter(step)).join("/");
    if (distance <= Math.max(3, fixed.length / 3) && distance < (nearest?.distance ?? Infinity)) nearest = { name, distance };
  }
  return nearest?.name;
}

function parse(name: OperationName): { readonly method: string; readonly steps: readonly string[] } {
  const [method = "", pattern = ""] = name.split(" ");
  return { method, steps: pattern.split("/") };
}

function matches(steps: readonly string[], given: readonly string[]): boolean {
  return steps.length === given.length && steps.every((step, index) => (isParameter(step) ? given[index] !== "" : step === given[index]));
}

function isParameter(step: string): boolean {
  return step.startsWith("{");
}

/** Levenshtein's, a row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The address of a comparison: which models in which order, against which, for which work, and whether what they share is left out. */

import { usualWorkload, workloadNames, type Workload } from "./cost.ts";
import { readableQuery } from "../format/query.ts";

export const comparedMax = 6;

export interface Comparison {
  readonly slugs: readonly string[];
  readonly isDifferenceOnly: boolean;
  /** The slug that the others are measured by. */
  readonly baseline?: string | undefined;
  readonly workload: Workload;
}

export function compareAddress(comparison: Comparison, file: "" | ".md" | ".csv" = ""): string {
  const params = paramsOf(comparison);
  return `/compare${file}${params.length === 0 ? "" : `?${readableQuery(params)}`}`;
}

/** What the address says, but for what goes without saying. A baseline that is not compared is none. */
export function paramsOf({ slugs, isDifferenceOnly, baseline, workload }: Comparison): readonly (readonly [string, string])[] {
  const unusual = workloadNames.filter((name) => workload[name] !== usualWorkload[name]);
  return [
    ...(slugs.length === 0 ? [] : [["models", slugs.join(",")] as const]),
    ...(isDifferenceOnly ? [["diff", "1"] as const] : []),
    ...(baseline === undefined || !slugs.includes(baseline) ? [] : [["base", baseline] as const]),
    ...unusual.map((name) => [name, String(workload[name])] as const),
  ];
}

/** The figures that lists of models are sorted and filtered by and that no catalog has: the API and the pages read the same ones. */

import type { QueryFacts } from "../catalog/query.ts";
import type { UsageReads } from "../usage/reads.ts";

export type Measure = NonNullable<QueryFacts["measure"]>;

/** What this installation has counted in seven days. Benchmarks and success rates are nobody's here: they measure nothing. */
export async function readMeasure(usage: Pick<UsageReads, "weeklyTokens" | "modelSpeeds">): Promise<Measure> {
  const [weekly, { speeds }] = await Promise.all([usage.weeklyTokens(), usage.modelSpeeds()]);
  return ({ slug }, what) => {
    switch (what) {
      case "weekly_tokens":
        return weekly.get(slug);
      case "latency":
        return speeds.get(slug)?.latency;
      case "throughput":
        return speeds.get(slug)?.throughput;
      default:
        return undefined;
    }
  };
}

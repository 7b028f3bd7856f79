/** Tokens by the day, by whatever they are asked by: the figures of the stacked charts. */

import type { ModelDatasetRow } from "../../usage/datasets.ts";
import { otherModels } from "../../usage/datasets.ts";
import { dayMs } from "../../usage/spans.ts";
import { seriesMax } from "../../../web/charts/hues.ts";
import type { Day } from "../../../web/charts/stacked-bars.tsx";
import type { PageReads } from "./page-route.ts";

export interface DailyTokens {
  /** Largest first; "Other" last, where there are more than the chart has colours for. */
  readonly series: readonly string[];
  readonly days: readonly Day[];
}

interface Wanted {
  readonly from: number;
  readonly to: number;
  /** Under which name a model counts; undefined for one that does not. */
  readonly nameOf: (model: string) => string | undefined;
}

export async function dailyTokens({ usage }: Pick<PageReads, "usage">, { from, to, nameOf }: Wanted): Promise<DailyTokens> {
  const rows = await usage.modelDataset({ from, to, period: "day", context: undefined, isToolCalling: false, nameOf });
  return stacked(rows.map(({ day, model, tokens }: ModelDatasetRow) => ({ day, name: model === otherModels ? "Other" : model, tokens })), { from, to });
}

interface Share {
  readonly day: number;
  readonly name: string;
  readonly tokens: number;
}

/** The largest by name, the rest as "Other"; every day of the span, the empty ones too. */
export function stacked(shares: readonly Share[], { from, to }: { readonly from: number; readonly to: number }): DailyTokens {
  const totals = new Map<string, number>();
  for (const { name, tokens } of shares) totals.set(name, (totals.get(name) ?? 0) + tokens);
  const ordered = [...totals.keys()].filter((name) => name !== "Other").toSorted((one, other) => (totals.get(other) ?? 0) - (totals.get(one) ?? 0) || (one < other ? -1 : 1));
  const named = ordered.length > seriesMax || totals.has("Other") ? ordered.slice(0, seriesMax) : ordered;
  const series = named.length < totals.size ? [...named, "Other"] : named;
  const at = new Map(named.map((name, index) => [name, index]));
  const days = Array.from({ length: to - from + 1 }, (_, index) => ({ at: (from + index) * dayMs, values: series.map(() => 0) }));
  for (const { day, name, tokens } of shares) {
    const values = days[day - from]?.values;
    const index = at.get(name) ?? series.length - 1;
    if (values !== undefined) values[index] = (values[index] ?? 0) + tokens;
  }
  return { series, days };
}

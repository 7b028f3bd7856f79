/** What so many requests of such a size cost with each model. Without a script it is a form that asks the page again. */

import { useState, type FormEvent } from "react";
import { requestCost, usualWorkload, workloadNames, workloadOf, type ListPrices, type Workload } from "../catalog/cost.ts";
import { money } from "../format/price.ts";
import { readableQuery } from "../format/query.ts";
import { DataTable } from "../ui/data-table.tsx";
import { useHref } from "../ui/link.tsx";

export interface CostCalculatorProps {
  readonly models: readonly PricedModel[];
  readonly workload: Workload;
  /** What the form sends along, so that the page stays the same. */
  readonly fields: readonly (readonly [string, string])[];
}

export interface PricedModel {
  readonly slug: string;
  readonly name: string;
  /** The price the model is listed at; absent where it has none. */
  readonly listed?: ListPrices;
  /** Everybody who sells it. */
  readonly offers: readonly (ListPrices & { readonly provider: string })[];
}

const inputs = [
  { name: "input", label: "Input tokens a request" },
  { name: "output", label: "Output tokens a request" },
  { name: "cached", label: "Input from cache, %" },
  { name: "requests", label: "Requests a day" },
] as const;

export function CostCalculator({ models, workload: start, fields }: CostCalculatorProps) {
  const href = useHref();
  const [workload, setWorkload] = useState(start);
  const changed = (event: FormEvent<HTMLFormElement>): void => {
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(event.currentTarget)) if (typeof value === "string") params.set(name, value);
    const given = workloadOf(params);
    setWorkload(given);
    // The address is the whole comparison, and what goes without saying is not in it.
    const unusual = workloadNames.filter((name) => given[name] !== usualWorkload[name]).map((name) => [name, String(given[name])] as const);
    history.replaceState(history.state, "", `?${readableQuery([...fields, ...unusual])}`);
  };
  return (
    <div className="section calculator">
      <form action={href("/compare")} className="filter-bar" aria-label="Workload" onInput={changed}>
        {fields.map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />)}
        {inputs.map(({ name, label }) => (
          <label key={name} className="field"><span>{label}</span><input className="input" name={name} inputMode="decimal" defaultValue={String(start[name])} autoComplete="off" /></label>
        ))}
        <button type="submit" className="button button-small no-js">Calculate</button>
      </form>
      <div aria-live="polite">
        <DataTable
          caption="Cost by model" isCaptionHidden rows={models} keyOf={({ slug }) => slug}
          columns={[
            { name: "Model", cell: ({ name }) => name },
            { name: "A request", isNumeric: true, cell: ({ listed }) => amount(listed, workload, 1) },
            { name: "A day", isNumeric: true, cell: ({ listed }) => amount(listed, workload, workload.requests) },
            { name: "30 days", isNumeric: true, cell: ({ listed }) => amount(listed, workload, workload.requests * 30) },
            { name: "A day at the cheapest provider", cell: (model) => cheapest(model, workload) },
          ]}
        />
      </div>
    </div>
  );
}

function amount(prices: ListPrices | undefined, workload: Workload, times: number): string {
  return prices === undefined ? "—" : money(requestCost(prices, workload) * times);
}

function cheapest({ offers }: PricedModel, workload: Workload): string {
  const [best] = offers.map((offer) => ({ provider: offer.provider, cost: requestCost(offer, workload) })).sort((one, other) => one.cost - other.cost);
  return best === undefined ? "—" : `${money(best.cost * workload.requests)} at ${best.provider}`;
}

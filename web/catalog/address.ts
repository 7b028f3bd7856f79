/** The address of a list of models: how what people write becomes what the API takes, and what of it is the page's own. */

import { readableQuery } from "../format/query.ts";
import { comparedMax } from "./comparison.ts";

/** Parameters that hold several values, between commas. A form sends them one by one. */
export const lists: ReadonlySet<string> = new Set(["input_modalities", "output_modalities", "supported_parameters", "model_authors", "providers"]);

/** Figures that are filtered by and are in no catalog. */
export const indices = ["intelligence_index", "coding_index", "agentic_index", "tool_success_rate"] as const;

/** What the API filters, sorts and pages by. */
const known: ReadonlySet<string> = new Set([
  ...lists, "q", "sort", "context", "arch", "distillable", "zdr", "region", "offset", "limit",
  ...["price", "output_price", "age_days", ...indices].flatMap((name) => [`min_${name}`, `max_${name}`]),
]);

/** The page's own, and other words for what the API takes. */
const own: ReadonlySet<string> = new Set(["fmt", "x", "y", "compare", "order", "pricing"]);

/**
 * The API's query for an address of the page: empty and foreign ones go, repeated lists become one, `order` is another word for `sort`
 * and `pricing=free` for a price of nothing.
 */
export function apiQuery(params: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams();
  for (const [written, value] of params) {
    const name = written === "order" ? "sort" : written;
    if (name === "pricing" && value === "free") for (const bound of freeBounds) query.set(bound, "0");
    if (value.trim() === "" || !known.has(name) || (name === "zdr" && value === "false")) continue;
    if (!query.has(name)) query.set(name, value);
    else if (lists.has(name)) query.set(name, `${query.get(name) ?? ""},${value}`);
  }
  return query;
}

const freeBounds = ["max_price", "max_output_price"] as const;

/** Is nothing to be paid, neither for the input nor for the output? */
export function asksFree(query: URLSearchParams): boolean {
  return freeBounds.every((bound) => query.get(bound) === "0");
}

export function withoutFree(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].filter(([name]) => !freeBounds.some((bound) => bound === name)));
}

/** What an address asks for that narrows nothing here, in sentences. */
export function notesOn(params: URLSearchParams): readonly string[] {
  const foreign = [...new Set(params.keys())].filter((name) => !known.has(name) && !own.has(name) && name !== "category");
  return [
    ...(params.has("category") ? ["The catalog has no categories: “category” is taken and narrows nothing, as in the API."] : []),
    ...(foreign.length === 0 ? [] : [`Not known here, and ignored: ${foreign.map((name) => name.slice(0, 40)).slice(0, 5).join(", ")}.`]),
  ];
}

export type ListFormat = "cards" | "table" | "scatter";

/** How the list is shown, and what is kept beside it. */
export interface View {
  readonly format: ListFormat;
  /** Of the scatter: what stands on its axes. */
  readonly x: "price" | "blended";
  readonly y: "throughput" | "latency" | "context";
  /** Slugs in the compare tray, in the order they were ticked. */
  readonly compared: readonly string[];
}

export const plainView: View = { format: "cards", x: "price", y: "throughput", compared: [] };

export function viewOf(params: URLSearchParams): View {
  const compared = params.getAll("compare").flatMap((text) => text.split(",")).map((slug) => slug.trim()).filter((slug) => slug !== "");
  return {
    format: oneOf(params.get("fmt"), ["table", "scatter"]) ?? plainView.format,
    x: oneOf(params.get("x"), ["blended"]) ?? plainView.x,
    y: oneOf(params.get("y"), ["latency", "context"]) ?? plainView.y,
    compared: [...new Set(compared)].slice(0, comparedMax),
  };
}

/** "/models?q=x&sort=newest": commas and slashes stay readable, and nothing stands there that says nothing. */
export function listAddress(query: URLSearchParams, { format, x, y, compared }: View): string {
  const params = apiQuery(query);
  if (format !== plainView.format) params.set("fmt", format);
  if (format === "scatter" && x !== plainView.x) params.set("x", x);
  if (format === "scatter" && y !== plainView.y) params.set("y", y);
  if (compared.length > 0) params.set("compare", compared.join(","));
  return params.size === 0 ? "/models" : `/models?${readableQuery(params)}`;
}

function oneOf<Choice extends string>(value: string | null, choices: readonly Choice[]): Choice | undefined {
  return choices.find((choice) => choice === value);
}

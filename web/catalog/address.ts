/** The address of a list of models: how what people write becomes what the API takes. */

/** Parameters that hold several values, between commas. A form sends them one by one. */
const lists = new Set(["input_modalities", "output_modalities", "supported_parameters", "model_authors", "providers"]);

/** What the API knows of; everything else in an address is somebody else's, and ignored. */
const known = new Set([
  ...lists, "q", "sort", "category", "context", "arch", "distillable", "zdr", "region", "offset", "limit",
  ...["price", "output_price", "age_days", "intelligence_index", "coding_index", "agentic_index", "tool_success_rate"].flatMap((name) => [`min_${name}`, `max_${name}`]),
]);

/**
 * The API's query for an address of the page: empty and foreign ones go, repeated lists become one, `order` is another word for `sort`
 * and `pricing=free` for a price of nothing.
 */
export function apiQuery(params: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams();
  for (const [written, value] of params) {
    const name = written === "order" ? "sort" : written;
    if (name === "pricing" && value === "free") for (const bound of ["max_price", "max_output_price"]) query.set(bound, "0");
    if (value.trim() === "" || !known.has(name)) continue;
    if (!query.has(name)) query.set(name, value);
    else if (lists.has(name)) query.set(name, `${query.get(name) ?? ""},${value}`);
  }
  return query;
}

export type ListFormat = "cards" | "table";

export function formatOf(params: URLSearchParams): ListFormat {
  return params.get("fmt") === "table" ? "table" : "cards";
}

/** "/models?q=x&sort=newest": commas stay readable, and nothing stands there that says nothing. */
export function listAddress(query: URLSearchParams, format: ListFormat): string {
  const params = apiQuery(query);
  if (format !== "cards") params.set("fmt", format);
  const search = params.toString().replaceAll("%2C", ",");
  return search === "" ? "/models" : `/models?${search}`;
}

/** The address of a list of models: how what people write becomes what the API takes. */

/** Parameters that hold several values, between commas. A form sends them one by one. */
const lists = new Set(["input_modalities", "output_modalities", "supported_parameters", "model_authors", "providers"]);

/** Names of the page's own, which the API does not know. */
const ofThePage = new Set(["fmt"]);

/**
 * The API's query for an address of the page: empty ones go, repeated lists become one, `order` is another word for `sort`
 * and `pricing=free` for a price of nothing.
 */
export function apiQuery(params: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of params) {
    if (value.trim() === "" || ofThePage.has(name)) continue;
    if (name === "pricing") {
      if (value === "free") for (const bound of ["max_price", "max_output_price"]) query.set(bound, "0");
    } else if (lists.has(name) && query.has(name)) {
      query.set(name, `${query.get(name) ?? ""},${value}`);
    } else if (!query.has(name === "order" ? "sort" : name)) {
      query.set(name === "order" ? "sort" : name, value);
    }
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

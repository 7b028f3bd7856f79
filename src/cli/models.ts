import { Fault } from "../base/fault.ts";
import { capabilityMatrix } from "../catalog/capabilities.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Config } from "../config.ts";
import { openCatalog } from "../gateway.ts";
import { pricePerMillionText } from "../base/money.ts";
import { parameterNames } from "../providers/capabilities.ts";
import { queryModels, parseModelQuery } from "../catalog/query.ts";
import { table, type Terminal } from "./terminal.ts";
import { wallClock } from "../base/clock.ts";

export const modelsUsage = "windrose models [filter] | windrose models MODEL --capabilities";

/** `windrose models [filter]`: slug, context, price and how many endpoints can be called now. */
export async function models(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const catalog = await openCatalog(config);
  if (args.includes("--capabilities")) return capabilities(catalog, args.find((arg) => !arg.startsWith("-")) ?? "", terminal);
  const query = parseModelQuery(new URLSearchParams({ q: args.join(" "), output_modalities: "all" }));
  const rows = queryModels(catalog.models, query, { findProvider: catalog.findProvider, now: wallClock() }).map((model) => [
    model.slug,
    model.contextLength.toLocaleString("en"),
    model.pricing === undefined ? "-" : `$${pricePerMillionText(model.pricing.prompt)} / $${pricePerMillionText(model.pricing.completion)}`,
    String(catalog.live(model).length),
    model.name,
  ]);
  if (rows.length === 0) terminal.print(`No model has "${args.join(" ")}" in its slug or name.`);
  else for (const line of table(["MODEL", "CONTEXT", "PROMPT / COMPLETION PER M", "LIVE", "NAME"], rows)) terminal.print(line);
}

/** What becomes of each parameter at each of the model's endpoints. */
function capabilities(catalog: Catalog, slug: string, terminal: Terminal): void {
  const model = catalog.find(slug);
  if (model === undefined) throw new Fault("invalid_request", `There is no model "${slug}". windrose models lists them.`);
  const matrix = capabilityMatrix(model.endpoints, catalog.live(model));
  const rows = parameterNames.map((name) => [name, ...matrix.map(({ parameters }) => parameters[name].carriage)]);
  for (const line of table(["PARAMETER", ...matrix.map(({ endpoint }) => endpoint.tag.toUpperCase())], rows)) terminal.print(line);
}

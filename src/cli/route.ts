import { Fault } from "../base/fault.ts";
import type { Config } from "../config.ts";
import { isRecord, openOperator } from "./operator.ts";
import { readArguments, textOption, usageFault } from "./options.ts";
import { table, type Terminal } from "./terminal.ts";

export const routeUsage = "windrose route '{\"model\": …, \"messages\": […]}' [--surface NAME]";

/** `windrose route JSON`: where a request would go, and why; `--surface responses` for the body of another route. No provider is called. */
export async function route(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const { positionals: [text, ...rest], values } = readArguments(args, { surface: { type: "string" } }, routeUsage);
  if (text === undefined || rest.length > 0) throw usageFault(routeUsage);
  const operator = await openOperator(config);
  try {
    const answer = await operator.call("POST", `/route${query(textOption(values, "surface"))}`, parseBody(text));
    const explained = isRecord(answer) && isRecord(answer["data"]) ? answer["data"] : {};
    if (explained["sandbox"] === true) terminal.print("The sandbox would answer: no provider is configured.");
    terminal.print(`${String(explained["strategy"])}: ${Array.isArray(explained["models"]) ? explained["models"].join(", ") : ""}`);
    const candidates = recordsOf(explained["candidates"]).map((one, index) => [
      String(index + 1), percent(one["first_try_probability"]), String(one["endpoint"]), `$${Number(one["predicted_cost"])}`,
      one["predicted_latency_ms"] === null ? "-" : `${Number(one["predicted_latency_ms"])} ms`,
    ]);
    if (candidates.length > 0) for (const line of table(["", "FIRST", "ENDPOINT", "COST", "LATENCY"], candidates)) terminal.print(line);
    const rejected = recordsOf(explained["rejected"]).map((one) => [String(one["endpoint"]), String(one["rule"]), String(one["admitted_by"])]);
    if (rejected.length > 0) for (const line of table(["REJECTED", "BY", "ADMITTED"], rejected)) terminal.print(line);
    if (isRecord(explained["error"])) terminal.print(String(explained["error"]["message"]));
  } finally {
    await operator.close();
  }
}

function query(surface: string | undefined): string {
  return surface === undefined ? "" : `?${new URLSearchParams({ surface }).toString()}`;
}

function parseBody(text: string): object {
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body)) return body;
  } catch (error) {
    throw new Fault("invalid_request", "The request is not JSON; put it into single quotes.", { cause: error });
  }
  throw new Fault("invalid_request", "The request must be a JSON object, as it would be sent to /chat/completions, or to the route that --surface names.");
}

function percent(share: unknown): string {
  return `${Math.round(Number(share) * 100)} %`;
}

function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

import type { Config } from "../config.ts";
import { openOperator, rowsOf } from "./operator.ts";
import { usageFault } from "./options.ts";
import { table, type Terminal } from "./terminal.ts";

export const endpointsUsage = "windrose endpoints [on ENDPOINT]";

/** `windrose endpoints …`: those that were switched off because their provider said it has no such model. */
export async function endpoints(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const [action, id, ...rest] = args;
  if (rest.length > 0 || (action !== undefined && (action !== "on" || id === undefined))) throw usageFault(endpointsUsage);
  const operator = await openOperator(config);
  try {
    if (id !== undefined) {
      await operator.call("DELETE", `/endpoints/switched-off?id=${encodeURIComponent(id)}`);
      terminal.print(`${id} is on.`);
      return;
    }
    const rows = rowsOf(await operator.call("GET", "/endpoints/switched-off"));
    if (rows.length === 0) terminal.print("No endpoint is switched off.");
    else for (const line of table(["ENDPOINT", "SINCE", "REASON"], rows.map((row) => [String(row["id"]), String(row["since"]), String(row["reason"])]))) terminal.print(line);
  } finally {
    await operator.close();
  }
}

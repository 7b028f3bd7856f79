import { Fault } from "../base/fault.ts";
import type { Config } from "../config.ts";
import { openOperator, rowsOf } from "./operator.ts";
import { table, type Terminal } from "./terminal.ts";
import { usageFault } from "./options.ts";

export const creditsUsage = "windrose credits [grant DOLLARS]";

/** `windrose credits …`. The first grant makes the workspace prepaid: from then on it spends what it was granted. */
export async function credits(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const [action, amount, ...rest] = args;
  if (rest.length > 0 || (action !== undefined && (action !== "grant" || amount === undefined))) throw usageFault(creditsUsage);
  if (amount !== undefined && !/^\d+(\.\d+)?$/.test(amount)) throw new Fault("invalid_request", `grant takes dollars, such as 25 or 0.5, not "${amount}".`);
  const operator = await openOperator(config);
  try {
    const [row] = rowsOf(action === undefined ? await operator.call("GET", "/credits") : await operator.call("POST", "/credits", { amount: Number(amount) }));
    const granted = Number(row?.["total_credits"] ?? 0);
    const isPrepaid = row?.["prepaid"] === true;
    for (const line of table(["GRANTED", "USED", "LEFT"], [[isPrepaid ? `$${granted}` : "not prepaid", `$${Number(row?.["total_usage"] ?? 0)}`, isPrepaid ? `$${(granted - Number(row?.["total_usage"] ?? 0)).toFixed(9).replace(/\.?0+$/, "")}` : "no limit"]])) terminal.print(line);
  } finally {
    await operator.close();
  }
}

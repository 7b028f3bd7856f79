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
    const [row] = rowsOf(amount === undefined ? await operator.call("GET", "/credits") : await operator.call("POST", "/credits", { amount: Number(amount) }));
    const [granted, used] = [Number(row?.["total_credits"]), Number(row?.["total_usage"])];
    const cells = row?.["prepaid"] === true ? [dollarsText(granted), dollarsText(used), dollarsText(granted - used)] : ["not prepaid", dollarsText(used), "no limit"];
    for (const line of table(["GRANTED", "USED", "LEFT"], [cells])) terminal.print(line);
  } finally {
    await operator.close();
  }
}

/** To the nano-dollar, which is as far as the ledger goes; differences of such numbers carry binary dust beyond it. */
function dollarsText(amount: number): string {
  return `$${amount.toFixed(9).replace(/\.?0+$/, "")}`;
}

import { Fault } from "../base/fault.ts";
import type { Config } from "../config.ts";
import { isRecord, openOperator } from "./operator.ts";
import { readArguments, usageFault } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export const loginUsage = "windrose login";

/** `windrose login`: an address that signs in at the site of the running node, once and within 30 minutes. */
export async function login(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  if (readArguments(args, {}, loginUsage).positionals.length > 0) throw usageFault(loginUsage);
  const operator = await openOperator(config);
  try {
    if (!operator.isNode) throw new Fault("invalid_request", "No node runs in this data directory. Start one (windrose serve): it prints an address that signs in.");
    const offer = await operator.call("POST", "/operator/sign-in");
    terminal.print(isRecord(offer) ? String(offer["url"]) : "");
  } finally {
    await operator.close();
  }
}

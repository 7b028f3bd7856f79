/** The arguments of a command, read with node's own parser, with errors that say what the command takes. */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { Fault } from "../base/fault.ts";

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
}

/** @throws Fault invalid_request with the command's usage. */
export function readArguments(args: readonly string[], options: NonNullable<ParseArgsConfig["options"]>, usage: string): Arguments {
  try {
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { positionals, values };
  } catch (error) {
    throw new Fault("invalid_request", `${error instanceof Error ? error.message.split(".")[0] : "Bad arguments"}.\nUsage: ${usage}`, { cause: error });
  }
}

/** The text of an option; undefined when it was not given. */
export function textOption(values: Arguments["values"], name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

export function usageFault(usage: string): Fault {
  return new Fault("invalid_request", `Usage: ${usage}`);
}

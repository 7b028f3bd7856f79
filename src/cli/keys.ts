import { Fault } from "../base/fault.ts";
import type { Config } from "../config.ts";
import { isRecord, openOperator, rowsOf, type Operator, type Row } from "./operator.ts";
import { readArguments, textOption, usageFault } from "./options.ts";
import { table, type Terminal } from "./terminal.ts";

export const keysUsage = "windrose keys list | create NAME [--limit DOLLARS] [--reset daily|weekly|monthly] [--sandbox] | revoke HASH";

/** `windrose keys …`. A key's secret is printed once, when it is made. */
export async function keys(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const { positionals, values } = readArguments(args, { limit: { type: "string" }, reset: { type: "string" }, sandbox: { type: "boolean" } }, keysUsage);
  const [action, subject, ...rest] = positionals;
  if (rest.length > 0) throw usageFault(keysUsage);
  const operator = await openOperator(config);
  try {
    if (action === "list" && subject === undefined) await list(operator, terminal);
    else if (action === "create" && subject !== undefined) await create(operator, terminal, { name: subject, limit: textOption(values, "limit"), reset: textOption(values, "reset"), isSandbox: values["sandbox"] === true });
    else if (action === "revoke" && subject !== undefined) await revoke(operator, terminal, subject);
    else throw usageFault(keysUsage);
  } finally {
    await operator.close();
  }
}

async function list(operator: Operator, terminal: Terminal): Promise<void> {
  const rows = (await allKeys(operator)).map((key) => [
    String(key["hash"]).slice(0, 12), String(key["label"]), String(key["name"]),
    key["disabled"] === true ? "disabled" : key["sandbox"] === true ? "sandbox" : "active",
    `$${Number(key["usage"])}`, key["limit"] === null ? "none" : `$${Number(key["limit"])}${key["limit_reset"] === null ? "" : ` ${String(key["limit_reset"])}`}`,
  ]);
  for (const line of table(["HASH", "LABEL", "NAME", "STATE", "USED", "LIMIT"], rows)) terminal.print(line);
}

interface NewKeyOptions {
  readonly name: string;
  readonly limit: string | undefined;
  readonly reset: string | undefined;
  readonly isSandbox: boolean;
}

async function create(operator: Operator, terminal: Terminal, { name, limit, reset, isSandbox }: NewKeyOptions): Promise<void> {
  if (limit !== undefined && !/^\d+(\.\d+)?$/.test(limit)) throw new Fault("invalid_request", `--limit takes dollars, such as 25 or 0.5, not "${limit}".`);
  const answer = await operator.call("POST", "/keys", {
    name,
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(reset === undefined ? {} : { limit_reset: reset }),
    ...(isSandbox ? { sandbox: true } : {}),
  });
  terminal.print(isRecord(answer) ? String(answer["key"]) : "");
}

/** Takes the whole hash or as much of its beginning as names one key. */
async function revoke(operator: Operator, terminal: Terminal, prefix: string): Promise<void> {
  const found = (await allKeys(operator)).filter((key) => String(key["hash"]).startsWith(prefix.toLowerCase()));
  const [key] = found;
  if (key === undefined || found.length > 1) throw new Fault("invalid_request", `${found.length === 0 ? "No key's hash begins" : `${found.length} keys' hashes begin`} with "${prefix}"; see windrose keys list.`);
  await operator.call("DELETE", `/keys/${String(key["hash"])}`);
  terminal.print(`Revoked ${String(key["label"])} (${String(key["name"])}).`);
}

/** Every key, newest first; the API gives them a page at a time. */
export async function allKeys(operator: Operator): Promise<Row[]> {
  const all: Row[] = [];
  for (;;) {
    const page = rowsOf(await operator.call("GET", `/keys?include_disabled=true&offset=${all.length}`));
    if (page.length === 0) return all;
    all.push(...page);
  }
}

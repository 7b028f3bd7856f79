/** `windrose catalog sync`: reads a models.dev document from a file or a URL, shows what it would change, and changes it. */

import { readFile } from "node:fs/promises";
import { request } from "undici";
import { wallClock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { readOverlay, readRecords } from "../catalog/records.ts";
import { planSync, writeOverlay, type SyncChange } from "../catalog/sync.ts";
import { paths, type Config } from "../config.ts";
import { catalogFolder } from "../gateway.ts";
import { readyDataDirectory } from "./data-directory.ts";
import { readArguments, usageFault } from "./options.ts";
import { table, type Terminal } from "./terminal.ts";

export const catalogUsage = "windrose catalog sync FILE|URL [--accept ENDPOINT]… [--dry-run]";

const documentBytesMax = 64 * 1024 * 1024;
const downloadMs = 60_000;

export async function catalog(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const { positionals, values } = readArguments(args, { accept: { type: "string", multiple: true }, "dry-run": { type: "boolean" } }, catalogUsage);
  const [action, source, ...rest] = positionals;
  if (action !== "sync" || source === undefined || rest.length > 0) throw usageFault(catalogUsage);
  const accept = values["accept"];
  const overlayFile = paths.catalogOverlay(config.dataDir);
  const accepted = new Set(Array.isArray(accept) ? accept.filter((one) => typeof one === "string") : []);
  const plan = planSync({
    catalog: readRecords(catalogFolder),
    overlay: readOverlay(overlayFile),
    document: parseDocument(await readSource(source), source),
    accepted,
    today: new Date(wallClock()).toISOString().slice(0, 10),
  });
  terminal.print(`${plan.changes.length} changed, ${plan.added.length} added, ${plan.unchanged} unchanged, ${plan.unrecognised.length} not in the catalog, ${plan.heldBack.length} held back`);
  if (plan.changes.length > 0) for (const line of table(["CHANGED", "BEFORE", "AFTER"], plan.changes.map(changeRow))) terminal.print(line);
  if (plan.heldBack.length > 0) {
    for (const line of table(["HELD BACK", "BEFORE", "AFTER", "WHY"], plan.heldBack.map((one) => [...changeRow(one), one.why]))) terminal.print(line);
    terminal.print("Look at each at its provider; then accept it with --accept ENDPOINT.");
  }
  const inForce = new Set([...plan.changes.map(({ endpointId }) => endpointId), ...plan.added.map(({ endpoint }) => endpoint.id)]);
  for (const id of accepted) if (!inForce.has(id)) terminal.print(`--accept ${id} accepts nothing: the document changes no such endpoint.`);
  if (values["dry-run"] === true) return;
  readyDataDirectory(config.dataDir);
  writeOverlay(overlayFile, plan.overlay);
  terminal.print(`Written to ${overlayFile}; a running node reads it at its next start.`);
}

function changeRow({ endpointId, before, after }: SyncChange): readonly string[] {
  return [endpointId, factsText(before), factsText(after)];
}

function factsText(facts: SyncChange["before"]): string {
  const price = facts.pricing === undefined ? "no price" : `$${facts.pricing.prompt} / $${facts.pricing.completion}`;
  return facts.context_length === undefined ? price : `${price}, ${facts.context_length.toLocaleString("en")}`;
}

async function readSource(source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) {
    return readFile(source, "utf8").catch((error: unknown) => {
      throw new Fault("invalid_request", `${source} cannot be read.`, { cause: error });
    });
  }
  const answer = await request(source, { signal: AbortSignal.timeout(downloadMs) }).catch((error: unknown) => {
    throw new Fault("invalid_request", `${source} cannot be fetched: ${error instanceof Error ? error.message : "no answer"}. Download it and name the file instead.`, { cause: error });
  });
  if (answer.statusCode !== 200) {
    answer.body.destroy();
    throw new Fault("invalid_request", `${source} answered ${answer.statusCode}. Download it and name the file instead.`);
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer.body) {
    bytes += piece.length;
    if (bytes > documentBytesMax) throw new Fault("invalid_request", `${source} is larger than 64 MiB.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function parseDocument(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault("invalid_request", `${source} is not JSON.`, { cause: error });
  }
}

/** The `windrose` command. */

import { asFault } from "./base/fault.ts";
import { withoutSecrets } from "./base/secret.ts";
import { catalog, catalogUsage } from "./cli/catalog.ts";
import { credits, creditsUsage } from "./cli/credits.ts";
import { demo, demoUsage } from "./cli/demo.ts";
import { doctor, doctorUsage } from "./cli/doctor.ts";
import { endpoints, endpointsUsage } from "./cli/endpoints.ts";
import { keys, keysUsage } from "./cli/keys.ts";
import { login, loginUsage } from "./cli/login.ts";
import { models, modelsUsage } from "./cli/models.ts";
import { replay, replayUsage } from "./cli/replay.ts";
import { route, routeUsage } from "./cli/route.ts";
import { serve, serveUsage } from "./cli/serve.ts";
import type { Terminal } from "./cli/terminal.ts";
import { loadConfig, type Config } from "./config.ts";
import { version } from "./gateway.ts";

interface Command {
  readonly usage: string;
  readonly meaning: string;
  readonly run: (config: Config, args: readonly string[], terminal: Terminal) => Promise<void>;
}

const commands: Readonly<Record<string, Command>> = {
  serve: { usage: serveUsage, meaning: "run the gateway", run: serve },
  doctor: { usage: doctorUsage, meaning: "check configuration, credentials, port, disk and clock", run: doctor },
  keys: { usage: keysUsage, meaning: "the keys of callers", run: keys },
  login: { usage: loginUsage, meaning: "an address that signs in at the site, once", run: login },
  models: { usage: modelsUsage, meaning: "the catalog", run: models },
  route: { usage: routeUsage, meaning: "where a request would go, and why", run: route },
  replay: { usage: replayUsage, meaning: "what recorded traffic would have cost, failed and taken under another routing policy", run: replay },
  catalog: { usage: catalogUsage, meaning: "refresh prices and limits from a models.dev file", run: catalog },
  endpoints: { usage: endpointsUsage, meaning: "endpoints that are switched off", run: endpoints },
  credits: { usage: creditsUsage, meaning: "what the workspace may spend", run: credits },
  demo: { usage: demoUsage, meaning: "a separate data directory full of generated traffic, to see the pages", run: demo },
};

const [name = "help", ...args] = process.argv.slice(2);
const terminal: Terminal = { print: (line) => void process.stdout.write(`${line}\n`), isInteractive: process.stdout.isTTY };
// Whoever read our output has seen enough, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await run(name, args);

async function run(command: string, commandArgs: readonly string[]): Promise<number> {
  if (["--version", "-v", "version"].includes(command)) {
    terminal.print(version);
    return 0;
  }
  if (["--help", "-h", "help"].includes(command)) {
    help();
    return 0;
  }
  const chosen = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (chosen === undefined) {
    process.stderr.write(`There is no command "${command}". There are ${Object.keys(commands).join(", ")}; windrose --help says what they do.\n`);
    return 1;
  }
  if (commandArgs.includes("--help") || commandArgs.includes("-h")) {
    terminal.print(`Usage: ${chosen.usage}`);
    return 0;
  }
  try {
    await chosen.run(loadConfig(process.env), commandArgs, terminal);
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    const fault = asFault(error);
    process.stderr.write(`${withoutSecrets(fault.code === "internal" && fault.cause instanceof Error ? (fault.cause.stack ?? fault.message) : fault.message)}\n`);
    return 1;
  }
}

function help(): void {
  for (const { usage, meaning } of Object.values(commands)) terminal.print(`${usage}\n    ${meaning}`);
}

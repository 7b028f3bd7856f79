/** What an operator sees of a node's life: its first words, its second start, a local server found, and its end. */

import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { call } from "../support/caller.ts";
import { done, fixtureEvents, gate, sse } from "../support/fake-upstream.ts";
import { startGateway, type Gateway, type GatewayOptions } from "../support/gateway.ts";
import { startStage } from "../support/stage.ts";

const lacking = spawnSync("curl", ["--version"]).status === 0 ? undefined : "there is no curl here";
/** As an operator starts it who has set nothing: the first start makes both keys. */
const ownKeys = { env: { WINDROSE_BOOTSTRAP_KEY: "" } };
const keyShape = /sk-wr-v1-[0-9a-f]{64}/g;

let homes: Gateway[] = [];
afterEach(async () => {
  for (const gateway of homes) await gateway.dispose();
  homes = [];
});

async function start(options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = await startGateway(options);
  homes.push(gateway);
  return gateway;
}

/** All of the banner: its last line is the command to try. */
async function bannerOf(gateway: Gateway): Promise<readonly string[]> {
  await expect.poll(gateway.output).toMatch(/^curl .*\n/m);
  return gateway.output().trimEnd().split("\n");
}

describe("the banner", () => {
  test("of a first start has at most eight plain lines, two keys, and a command that works as pasted", async ({ skip }) => {
    const gateway = await start(ownKeys);
    const lines = await bannerOf(gateway);
    expect(lines.length).toBeLessThanOrEqual(8);
    expect(lines[0]).toBe(`Windrose ${(await gateway.cli("--version")).trim()}  ${gateway.baseUrl}  433 models`);
    expect(lines[1]).toMatch(/^Providers: none yet .* The sandbox answers/);
    expect(lines.join("\n")).not.toContain("\u001b");
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);

    const [key = "", management = ""] = lines.filter((line) => line.startsWith("sk-wr-"));
    expect(lines.join("\n").match(keyShape)).toEqual([key, management, key]);
    expect((await call(gateway.baseUrl, "/keys", { key })).status).toBe(403);
    expect((await call(gateway.baseUrl, "/keys", { key: management })).status).toBe(200);

    if (lacking !== undefined) skip(lacking);
    const { stdout } = await promisify(execFile)("sh", ["-c", `${lines.at(-1)} -sS`]);
    expect(JSON.parse(stdout)).toMatchObject({ provider: expect.stringMatching(/^Sandbox /), choices: [{ finish_reason: "stop" }] });
  });

  test("of a second start shows no key, and the first one's still work", async () => {
    const first = await start(ownKeys);
    const [key = ""] = (await bannerOf(first)).filter((line) => line.startsWith("sk-wr-"));
    expect(await first.stop()).toBe(0);
    const second = await start({ ...ownKeys, home: first.home });
    const lines = await bannerOf(second);
    expect(lines.length).toBeLessThanOrEqual(8);
    expect(lines.join("\n")).not.toMatch(keyShape);
    expect(lines.at(-1)).toContain("Bearer $WINDROSE_API_KEY");
    expect((await call(second.baseUrl, "/key", { key })).status).toBe(200);
  });

  test("does not show a management key that the operator brought", async () => {
    const gateway = await start();
    const lines = await bannerOf(gateway);
    expect(lines.join("\n")).not.toContain(gateway.managementKey);
    expect(lines.filter((line) => line.startsWith("sk-wr-"))).toHaveLength(1);
    expect((await call(gateway.baseUrl, "/keys", { key: gateway.managementKey })).status).toBe(200);
  });

  test("names the providers that can be called, and tries one of their models", async () => {
    const stage = await startStage(["acme/shown"]);
    onTestFinished(stage.dispose);
    const lines = await bannerOf(stage.gateway);
    expect(lines[1]).toBe("Providers: First (1), Second (1); sandbox for sandbox keys");
    expect(lines.at(-1)).toContain('"model": "acme/shown"');
  });
});

test("a start that fails on its port does not use up the one time that keys are shown", async () => {
  const [other, home] = await Promise.all([start(), mkdtemp(join(tmpdir(), "windrose-test-"))]);
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const { port } = new URL(other.baseUrl);
  const config = {};
  await expect(startGateway({ home, config, env: { ...ownKeys.env, PORT: port } })).rejects.toThrow(`port ${port} is in use`);
  expect((await bannerOf(await start({ home, config, ...ownKeys }))).filter((line) => line.startsWith("sk-wr-"))).toHaveLength(2);
});

test("a server that runs on this machine on its usual port is found, shown and called", async ({ skip }) => {
  const local = await listenAsOllama();
  if (local === undefined) return skip("something listens on port 11434 here");
  onTestFinished(() => void local.close());
  let gateway = await start({ config: { detect_local_servers: true } });
  // A starting node asks once and does not wait for long; on a machine that is too busy for that it is started again.
  for (let again = 0; again < 4 && !(await bannerOf(gateway))[1]?.includes("(1)"); again++) gateway = await start({ config: { detect_local_servers: true } });
  expect((await bannerOf(gateway))[1]).toMatch(/^Providers: .*\(1\).*; sandbox for sandbox keys$/);
  const { key } = await gateway.newKey();
  const { json: models } = await call(gateway.baseUrl, "/models?q=tiny-test");
  expect(models.data).toHaveLength(1);
  const answer = await call(gateway.baseUrl, "/chat/completions", { key, body: { model: models.data[0].id, messages: [{ role: "user", content: "Hello" }] } });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json).toMatchObject({ choices: [{ message: { content: "Hello from this machine." } }], usage: { cost: 0 } });
});

test("SIGTERM lets a stream under way come to its end, refuses new requests, and exits with 0", async () => {
  const stage = await startStage(["acme/drained"]);
  onTestFinished(stage.dispose);
  const recorded = fixtureEvents("mistral/text.chunks.txt");
  const pause = gate();
  stage.first.next(sse([...recorded.slice(0, 3), pause.opened, ...recorded.slice(3), done]));
  const stream = await stage.stream("acme/drained");
  await stream.nextEvent();
  const stopped = stage.gateway.stop();
  await expect.poll(() => stage.chat("acme/drained").then(({ status }) => status, () => "refused")).toSatisfy((status) => status === "refused" || status === 503);
  pause.open();
  const events = await stream.rest();
  expect(events.at(-1)).toBe("[DONE]");
  expect(events.at(-2).usage.completion_tokens).toBe(8);
  expect(await stopped).toBe(0);
});

test("a second node on the same data directory is refused, and told which one", async () => {
  const first = await start();
  await expect(startGateway({ home: first.home })).rejects.toThrow(`${first.dataDir} is in use by process ${first.pid}. Stop that process, or set WINDROSE_DATA_DIR`);
  expect((await call(first.baseUrl, "/models/count")).status).toBe(200);
});

test("a data directory that cannot be is named, with the fix", async () => {
  await expect(startGateway({ env: { WINDROSE_DATA_DIR: "/dev/null/data" } })).rejects.toThrow(/\/dev\/null\/data lies under a file\. .*set WINDROSE_DATA_DIR/);
});

/** The two things of an Ollama that a gateway needs; undefined where its port is taken. */
async function listenAsOllama(): Promise<Server | undefined> {
  const server = createServer((request, response) => {
    const answer = request.url === "/v1/models"
      ? { object: "list", data: [{ id: "tiny-test:latest", object: "model", created: 1, owned_by: "library" }] }
      : { id: "x", object: "chat.completion", created: 1, model: "tiny-test:latest", choices: [{ index: 0, message: { role: "assistant", content: "Hello from this machine." }, finish_reason: "stop" }], usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 } };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  return new Promise((resolve) => {
    server.once("error", () => resolve(undefined));
    server.listen(11_434, "127.0.0.1", () => resolve(server));
  });
}

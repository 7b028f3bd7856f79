/**
 * The sample programs of the five seed pages, as their authors would run them: only base URL and key are changed. Against the
 * sandbox, and against a Mistral server that replays recorded bytes.
 */

import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { fixture, replay, startFakeUpstream, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

const models = [
  "mistralai/ministral-8b",
  "mistralai/ministral-8b-2512",
  "mistralai/mixtral-8x7b-instruct",
  "mistralai/mistral-small",
  "mistralai/mistral-7b-instruct-v0.1",
];
const clients = ["openai-sdk.mjs", "fetch.mjs", "curl.sh", "openai-sdk.py"];
const pages = ["ministral-8b.py", "ministral-8b-2512.sh", "mixtral-8x7b-instruct.py", "mistral-small.sdk.mjs", "mistral-small.fetch.mjs", "mistral-7b-instruct-v0.1.sh"];

const programs: Readonly<Record<string, string>> = { mjs: process.execPath, sh: "sh", py: "python3" };
const lacking = {
  py: spawnSync("python3", ["-c", "import openai"]).status === 0 ? undefined : "python3 has no openai package here",
  sh: spawnSync("curl", ["--version"]).status === 0 ? undefined : "there is no curl here",
  mjs: undefined,
};

const recordedText: string = JSON.parse(fixture("mistral/text.json")).choices[0].message.content;
const recordedStream = "Hello, world! This is a test response.";

let upstream: FakeUpstream;
let withSandbox: Gateway;
let withMistral: Gateway;
let keys: Record<"sandbox" | "mistral", string>;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  upstream.always((request) => replay(request.json?.["stream"] === true ? "mistral/text.chunks.txt" : "mistral/text.json"));
  const pricing = { prompt: "0.1", completion: "0.1" };
  const endpoints = models.map((model) => ({ model, upstream_model: `upstream-${model.split("/")[1]}`, pricing }));
  [withSandbox, withMistral] = await Promise.all([
    startGateway(),
    startGateway({ config: { providers: [{ slug: "mistral", base_url: `${upstream.origin}/v1`, endpoints }] }, env: { MISTRAL_API_KEY: "mistral-credential" } }),
  ]);
  keys = { sandbox: (await withSandbox.newKey()).key, mistral: (await withMistral.newKey()).key };
});

afterAll(() => Promise.all([withSandbox.dispose(), withMistral.dispose(), upstream.close()]));

describe.each(clients)("%s", (client) => {
  const cases = models.flatMap((model) => ["whole", "stream"].map((mode) => ({ model, mode })));

  test.concurrent.for(cases)("the sandbox answers for $model ($mode)", async ({ model, mode }, context) => {
    skipWhereLacking(client, context);
    const printed = await run("sandbox", `clients/${client}`, model, mode);
    expect(answerIn(printed, client, mode)).not.toBe("");
  });

  test.concurrent.for(cases)("Mistral's recorded answer comes through for $model ($mode)", async ({ model, mode }, context) => {
    skipWhereLacking(client, context);
    const printed = await run("mistral", `clients/${client}`, model, mode);
    expect(answerIn(printed, client, mode)).toBe(mode === "stream" ? recordedStream : recordedText);
  });
});

describe("the programs that stand on the pages", () => {
  test.concurrent.for(pages)("%s is answered by the sandbox", async (page, context) => {
    skipWhereLacking(page, context);
    const printed = await run("sandbox", `pages/${page}`);
    expect(printed).not.toBe("");
    expect(printed).not.toContain('"error"');
  });

  test.concurrent.for(pages)("%s prints Mistral's recorded answer", async (page, context) => {
    skipWhereLacking(page, context);
    expect(await run("mistral", `pages/${page}`)).toContain("World Kindness Day of Sharing");
  });
});

test("Mistral was called with its own credential and model ids, never with the caller's key", () => {
  expect(upstream.requests.length).toBeGreaterThan(0);
  for (const request of upstream.requests) {
    expect(request.path).toBe("/v1/chat/completions");
    expect(request.headers.authorization).toBe("Bearer mistral-credential");
    expect(request.json?.["model"]).toMatch(/^upstream-mi[nsx]/);
    expect(JSON.stringify(request.headers) + request.text).not.toContain(keys.mistral);
  }
});

function skipWhereLacking(program: string, context: TestContext): void {
  const reason = lacking[extension(program) as keyof typeof lacking];
  if (reason !== undefined) context.skip(reason);
}

/** Runs a program as its own process and gives what it printed; fails when the program does. */
function run(gateway: "sandbox" | "mistral", program: string, ...args: string[]): Promise<string> {
  const { baseUrl } = gateway === "sandbox" ? withSandbox : withMistral;
  const file = fileURLToPath(new URL(`seeds/${program}`, import.meta.url));
  const env = { PATH: process.env["PATH"], WINDROSE_BASE_URL: baseUrl, WINDROSE_API_KEY: keys[gateway] };
  return new Promise((resolve, reject) => {
    execFile(programs[extension(program)] ?? "", [file, ...args], { env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ended with ${String(error.code)}: ${stderr}${stdout}`));
    });
  });
}

/** curl prints the wire; the others print the text. */
function answerIn(printed: string, client: string, mode: string): string {
  if (client !== "curl.sh") return printed;
  if (mode === "whole") return JSON.parse(printed).choices[0].message.content;
  const lines = printed.split("\n").filter((line) => line.startsWith("data: "));
  expect(lines.pop()).toBe("data: [DONE]");
  return lines.map((line) => JSON.parse(line.slice("data: ".length)).choices[0]?.delta.content ?? "").join("");
}

function extension(program: string): string {
  return program.slice(program.lastIndexOf(".") + 1);
}

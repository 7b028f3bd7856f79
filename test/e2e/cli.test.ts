/** The command line, as an operator has it: beside a running node, and on a data directory that nobody runs on. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/caller.ts";
import { json, replay, startFakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, windroseCommand, type Gateway } from "../support/gateway.ts";
import { startStage } from "../support/stage.ts";

/** What a command said when it failed. */
async function refusal(command: Promise<string>): Promise<{ code: number; stdout: string; stderr: string }> {
  return command.then(
    (stdout) => expect.fail(`It did not fail: ${stdout}`),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

async function statusOf({ baseUrl }: Gateway, key: string): Promise<number> {
  return (await call(baseUrl, "/key", { key })).status;
}

/** The first cells of a printed table, without its header. */
function firstColumn(printed: string): readonly string[] {
  return printed.trimEnd().split("\n").slice(1).map((line) => line.split(/\s+/)[0] ?? "");
}

describe.each([{ place: "beside a running node", isRunning: true }, { place: "on the data directory alone", isRunning: false }])("$place", ({ isRunning }) => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
    if (!isRunning) await gateway.stop();
  });
  afterAll(() => gateway.dispose());

  test("keys are created, listed and revoked, and a revoked key is refused at once", async () => {
    const kept = (await gateway.cli("keys", "create", "kept", "--limit", "2.5", "--reset", "weekly")).trim();
    const revoked = (await gateway.cli("keys", "create", "revoked", "--sandbox")).trim();
    expect([kept, revoked]).toEqual([expect.stringMatching(/^sk-wr-v1-[0-9a-f]{64}$/), expect.stringMatching(/^sk-wr-v1-[0-9a-f]{64}$/)]);
    const listed = await gateway.cli("keys", "list");
    expect(listed).toMatch(/^\w{12} .* kept +active +\$0 +\$2.5 weekly$/m);
    expect(listed).not.toContain(kept);
    if (isRunning) expect(await statusOf(gateway, revoked)).toBe(200);

    const hash = /^(\w{12}) .* revoked +sandbox /m.exec(listed)?.[1] ?? "";
    expect(await gateway.cli("keys", "revoke", hash)).toMatch(/^Revoked .* \(revoked\)\.\n$/);
    if (!isRunning) gateway = await startGateway({ home: gateway.home });
    expect(await statusOf(gateway, revoked)).toBe(401);
    expect(await statusOf(gateway, kept)).toBe(200);
    if (!isRunning) await gateway.stop();
    expect(await gateway.cli("keys", "list")).not.toContain(hash);
  });

  test("a key that is not there, or not one alone, is not revoked", async () => {
    await gateway.cli("keys", "create", "one");
    expect((await refusal(gateway.cli("keys", "revoke", "0123456789ab"))).stderr).toContain("No key's hash begins with");
    expect((await refusal(gateway.cli("keys", "revoke", ""))).stderr).toMatch(/^\d+ keys' hashes begin with/);
  });

  test("the catalog is listed, all of it or what fits a filter", async () => {
    expect(firstColumn(await gateway.cli("models")).length).toBeGreaterThan(300);
    expect(firstColumn(await gateway.cli("models", "ministral", "8b"))).toEqual(expect.arrayContaining(["mistralai/ministral-8b", "mistralai/ministral-8b-2512"]));
    expect(await gateway.cli("models", "no-such-model")).toBe('No model has "no-such-model" in its slug or name.\n');
  });

  test("doctor finds nothing wrong, and says that the sandbox answers", async () => {
    const findings = await gateway.cli("doctor");
    expect(findings).not.toMatch(/^fails/m);
    expect(findings).toMatch(/^note +providers +none that can be called: the sandbox answers\. Set one of \w+_API_KEY/m);
    expect(findings.includes("by way of the running node")).toBe(isRunning);
  });

  test("no endpoint is off, and nothing is prepaid", async () => {
    expect(await gateway.cli("endpoints")).toBe("No endpoint is switched off.\n");
    expect(await gateway.cli("credits")).toMatch(/^not prepaid +\$0 +no limit$/m);
    expect((await refusal(gateway.cli("endpoints", "on", "a/b@c"))).stderr).toContain("a/b@c is not switched off");
  });
});

describe("money and endpoints", () => {
  test("once credits are granted, a request beyond them is refused with what it needs and what there is", async () => {
    const stage = await startStage(["acme/prepaid"]);
    try {
      stage.first.always(replay("mistral/text.json"));
      expect(await stage.gateway.cli("credits", "grant", "0.0005")).toMatch(/^\$0.0005 +\$0 +\$0.0005$/m);
      expect((await stage.chat("acme/prepaid", { max_tokens: 500, provider: { only: ["first"] } })).status).toBe(200);
      const refused = await stage.chat("acme/prepaid", { max_tokens: 3000, provider: { only: ["first"] } });
      expect(refused.status, refused.text).toBe(402);
      const { needed, available } = refused.json.error.metadata;
      expect(needed).toBeGreaterThan(3000 * 0.3e-6);
      expect(available).toBeLessThan(0.0005);
      await stage.gateway.cli("credits", "grant", "1");
      expect((await stage.chat("acme/prepaid", { max_tokens: 3000, provider: { only: ["first"] } })).status).toBe(200);
    } finally {
      await stage.dispose();
    }
  });

  test("an endpoint whose provider has no such model is off until the operator switches it on", async () => {
    const stage = await startStage(["acme/gone"]);
    try {
      const onlySecond = { provider: { only: ["second"] } };
      stage.second.next(json({ error: { message: "The model `gone` does not exist.", type: "invalid_request_error", code: "model_not_found" } }, 404));
      expect((await stage.chat("acme/gone", onlySecond)).status).toBe(404);
      stage.second.always(replay("openai/text.json"));
      expect((await stage.chat("acme/gone", onlySecond)).status).toBe(404);
      expect(stage.second.requests).toHaveLength(1);
      expect(firstColumn(await stage.gateway.cli("endpoints"))).toEqual(["acme/gone@second"]);
      expect(await stage.gateway.cli("endpoints", "on", "acme/gone@second")).toBe("acme/gone@second is on.\n");
      const answer = await stage.chat("acme/gone", onlySecond);
      expect(answer.status, answer.text).toBe(200);
    } finally {
      await stage.dispose();
    }
  });
});

describe("catalog sync", () => {
  const steady = "mistralai/ministral-8b-2512@mistral";
  const doubled = "mistralai/codestral-2508@mistral";
  const free = "mistralai/mistral-small-3.2-24b-instruct@mistral";
  const document = {
    mistral: {
      models: {
        "ministral-8b-2512": { cost: { input: 0.2, output: 0.15 }, limit: { context: 262_144 } },
        "codestral-latest": { cost: { input: 0.6, output: 0.9 } },
        "mistral-small-2506": { cost: { input: 0, output: 0 } },
      },
    },
  };

  /** Dollars per million tokens of a prompt, as a node of this home lists them. */
  async function promptPrices(home: string): Promise<Record<string, number>> {
    const gateway = await startGateway({ home, env: { MISTRAL_API_KEY: "mistral-credential" } });
    const listed = await Promise.all([steady, doubled, free].map(async (id) => {
      const { json: answer } = await call(gateway.baseUrl, `/models/${id.split("@")[0]}/endpoints`);
      const endpoint = answer.data.endpoints.find((one: { tag: string }) => one.tag === "mistral");
      return [id, Math.round(Number(endpoint.pricing.prompt) * 1e9) / 1e3];
    }));
    await gateway.stop();
    return Object.fromEntries(listed);
  }

  test("a file changes prices at the next start; what looks like a mistake waits to be accepted", async () => {
    const gateway = await startGateway();
    try {
      const file = join(gateway.home, "models.json");
      await writeFile(file, JSON.stringify(document));
      expect(await gateway.cli("catalog", "sync", file, "--dry-run")).not.toContain("Written");
      const said = await gateway.cli("catalog", "sync", file);
      await gateway.stop();
      expect(said).toMatch(new RegExp(`^${steady} +\\$0.15 / \\$0.15, 262,144 +\\$0.2 / \\$0.15, 262,144$`, "m"));
      expect(said).toMatch(new RegExp(`^${doubled} .*prompt goes from \\$0.3 to \\$0.6 per million$`, "m"));
      expect(said).toMatch(new RegExp(`^${free} .*new zero price$`, "m"));
      expect(await promptPrices(gateway.home)).toEqual({ [steady]: 0.2, [doubled]: 0.3, [free]: 0.1 });

      expect(await gateway.cli("catalog", "sync", file, "--accept", doubled, "--accept", free, "--accept", "a/b@c")).toContain("--accept a/b@c accepts nothing");
      expect(await promptPrices(gateway.home)).toEqual({ [steady]: 0.2, [doubled]: 0.6, [free]: 0 });
    } finally {
      await gateway.dispose();
    }
  });

  test("a URL is fetched; what answers badly changes nothing", async () => {
    const [gateway, site] = await Promise.all([startGateway(), startFakeUpstream()]);
    try {
      const sync = () => gateway.cli("catalog", "sync", `${site.origin}/api.json`);
      site.next(json({ error: "gone" }, 404), json({ nothing: "here" }), { ...json(null), body: ["<html>"] }, "reset");
      expect((await refusal(sync())).stderr).toContain("answered 404");
      expect((await refusal(sync())).stderr).toContain("not a models.dev document");
      expect((await refusal(sync())).stderr).toContain("is not JSON");
      expect((await refusal(sync())).stderr).toContain("cannot be fetched");
      site.next(json(document));
      expect(await sync()).toContain("Written to");
    } finally {
      await Promise.all([gateway.dispose(), site.close()]);
    }
  });
});

describe("what is wrong is said, with cause and fix, and exit code 1", () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.stop();
  });
  afterAll(() => gateway.dispose());

  test("doctor finds a port that another program uses", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const busy = await doctorOn(gateway.home, { PORT: String(port) });
    expect(busy).toMatchObject({ code: 1, stdout: expect.stringMatching(new RegExp(`^fails port +127.0.0.1:${port} cannot be listened on \\(EADDRINUSE\\)`, "m")) });
    other.close();
  });

  test("doctor names the line of the config file that cannot stand", async () => {
    const configFile = join(gateway.home, "bad.json");
    await writeFile(configFile, JSON.stringify({ detect_local_servers: false, providers: [{ slug: "mine", endpoints: [{ model: "a/b" }] }] }));
    const { code, stdout } = await doctorOn(gateway.home, { WINDROSE_CONFIG: configFile });
    expect(stdout).toMatch(/^fails config +The catalog does not know the provider "mine": add its base_url/m);
    expect(code).toBe(1);
  });

  test("doctor says why a provider that has a credential cannot be called", async () => {
    const { stdout } = await doctorOn(gateway.home, { VOYAGE_API_KEY: "a-credential" });
    expect(stdout).toMatch(/^note +voyage +.*the catalog lists none/m);
  });

  test.each([
    { name: "a command that there is not", args: ["frobnicate"], says: /^There is no command "frobnicate"/ },
    { name: "an option that there is not", args: ["keys", "create", "x", "--frobnicate"], says: /^Unknown option '--frobnicate'.\nUsage: windrose keys/ },
    { name: "a command without its arguments", args: ["catalog", "sync"], says: /^Usage: windrose catalog sync/ },
    { name: "a limit that is no number", args: ["keys", "create", "x", "--limit", "much"], says: /^--limit takes dollars/ },
    { name: "a grant that is no number", args: ["credits", "grant", "-5"], says: /^grant takes dollars/ },
    { name: "a file that is not there", args: ["catalog", "sync", "/nowhere.json"], says: /^\/nowhere.json cannot be read/ },
  ])("$name", async ({ args, says }) => {
    const { code, stdout, stderr } = await refusal(gateway.cli(...args));
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^ +at /m);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test("help and version need neither settings nor a data directory", async () => {
    const commands = ["serve", "doctor", "keys", "models", "catalog sync", "endpoints", "credits"];
    const help = await gateway.cli("--help");
    for (const command of commands) expect(help).toContain(`windrose ${command}`);
    expect(await gateway.cli("keys", "--help")).toMatch(/^Usage: windrose keys/);
    expect(await gateway.cli("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

/** What `windrose doctor` says on this home with other settings. */
async function doctorOn(home: string, settings: Readonly<Record<string, string>>): Promise<{ code: number; stdout: string }> {
  const env = { PATH: process.env["PATH"], WINDROSE_DATA_DIR: join(home, "data"), WINDROSE_CONFIG: join(home, "windrose.json"), PORT: "0", ...settings };
  return promisify(execFile)(process.execPath, [...windroseCommand(), "doctor"], { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );
}

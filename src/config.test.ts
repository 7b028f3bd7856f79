import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Fault } from "./base/fault.ts";
import { loadConfig } from "./config.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "windrose-config-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(text: string): string {
  const path = join(folder, `${files++}.yaml`);
  writeFileSync(path, text);
  return path;
}

function refusal(environment: NodeJS.ProcessEnv): Fault {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("the settings were taken");
}

test("nothing set is a working configuration", () => {
  const config = loadConfig({});
  expect(config).toMatchObject({ host: "127.0.0.1", port: 4100, logLevel: "warn", providers: [], detectLocalServers: true, bodyBytesMax: 33_554_432 });
  expect(config.dataDir).toMatch(/\/data$/);
  expect(config.bootstrapKey).toBeUndefined();
});

test("an empty variable is an unset one", () => {
  expect(loadConfig({ PORT: "", WINDROSE_CONFIG: " ", WINDROSE_BOOTSTRAP_KEY: "" })).toMatchObject({ port: 4100, configFile: undefined, bootstrapKey: undefined });
  expect(loadConfig({ MISTRAL_API_KEY: " " }).credential("MISTRAL_API_KEY")).toBeUndefined();
});

test("a file's providers come in our own names, prices as text and credentials as secrets", () => {
  const config = loadConfig({ WINDROSE_CONFIG: file(`
providers:
  - slug: my-vllm
    base_url: http://10.0.0.7:8000/v1/
    credential: sk-0123456789abcdef0123
    data_policy: { retains_prompts: false }
    endpoints:
      - model: my/llama
        upstream_model: meta-llama/Llama
        context_length: 131072
        max_output_tokens: 4096
        pricing: { prompt: "0.10", completion: 0.3, cache_read: "0.05" }
timeouts: { gap_ms: 1000 }
`) });
  const [provider] = config.providers;
  expect(provider).toMatchObject({
    slug: "my-vllm", baseUrl: "http://10.0.0.7:8000/v1", dataPolicy: { retainsPrompts: false },
    endpoints: [{ model: "my/llama", upstreamModel: "meta-llama/Llama", contextLength: 131_072, outputTokensMax: 4096, pricing: { prompt: "0.10", completion: "0.3", cacheRead: "0.05" } }],
  });
  expect(provider?.credential?.reveal()).toBe("sk-0123456789abcdef0123");
  expect(JSON.stringify(config)).not.toContain("0123456789abcdef");
  expect(config.timeouts).toMatchObject({ gapMs: 1000, connectMs: 2000 });
});

test("JSON is YAML enough", () => {
  expect(loadConfig({ WINDROSE_CONFIG: file('{"limits": {"body_bytes_max": 1024}}') }).bodyBytesMax).toBe(1024);
});

const refused: readonly { name: string; environment: () => NodeJS.ProcessEnv; says: RegExp }[] = [
  { name: "a port in words", environment: () => ({ PORT: "http" }), says: /PORT must be a number from 0 to 65535, not "http"/ },
  { name: "a port out of range", environment: () => ({ PORT: "70000" }), says: /PORT must be/ },
  { name: "a short bootstrap key", environment: () => ({ WINDROSE_BOOTSTRAP_KEY: "short-secret" }), says: /24 characters or more without spaces; it has 12/ },
  { name: "an unknown log level", environment: () => ({ WINDROSE_LOG_LEVEL: "loud" }), says: /one of debug, info, warn, error, silent/ },
  { name: "a file that is not there", environment: () => ({ WINDROSE_CONFIG: "/nowhere/windrose.yaml" }), says: /\/nowhere\/windrose\.yaml, which cannot be read/ },
  { name: "a file that is not YAML", environment: () => ({ WINDROSE_CONFIG: file("providers: [") }), says: /neither YAML nor JSON/ },
  { name: "a misspelt field", environment: () => ({ WINDROSE_CONFIG: file("provders: []") }), says: /provders/ },
  { name: "a provider without a slug", environment: () => ({ WINDROSE_CONFIG: file("providers: [{ base_url: http://x/v1 }]") }), says: /providers\[0\]\.slug/ },
  { name: "a base URL that is none", environment: () => ({ WINDROSE_CONFIG: file("providers: [{ slug: x, base_url: localhost }]") }), says: /providers\[0\]\.base_url/ },
  { name: "a base URL that is a file", environment: () => ({ WINDROSE_CONFIG: file("providers: [{ slug: x, base_url: 'file:///etc/passwd' }]") }), says: /providers\[0\]\.base_url/ },
  { name: "a negative price", environment: () => ({ WINDROSE_CONFIG: file("providers: [{ slug: x, endpoints: [{ model: a/b, pricing: { prompt: -1, completion: 1 } }] }]") }), says: /pricing\.prompt/ },
  { name: "PostgreSQL, which this version has not", environment: () => ({ DATABASE_URL: "postgres://localhost/x" }), says: /DATABASE_URL is set, but this version has the embedded database only/ },
  { name: "several processes, which need PostgreSQL", environment: () => ({ WINDROSE_WORKERS: "4" }), says: /WINDROSE_WORKERS/ },
];

test.each(refused)("$name is refused with the cause and the fix", ({ environment, says }) => {
  const fault = refusal(environment());
  expect(fault.code).toBe("invalid_request");
  expect(fault.message).toMatch(says);
});

test("a refused bootstrap key is not repeated in the refusal", () => {
  expect(refusal({ WINDROSE_BOOTSTRAP_KEY: "hunter2-but-short" }).message).not.toContain("hunter2");
});

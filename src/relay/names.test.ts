import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadCatalog } from "../catalog/load.ts";
import { plainQuirks } from "../providers/quirks.ts";
import { createHealth } from "../routing/health.ts";
import type { ChatRequest, ProviderPreferences } from "../wire/chat.ts";
import { fieldOf, type Strategy } from "./names.ts";
import { planOver, planRequest } from "./plan.ts";

const catalog = loadCatalog({
  folder: fileURLToPath(new URL("../../catalog/", import.meta.url)), configured: [], simulated: [], credential: (name) => (name === "GOOGLE_APPLICATION_CREDENTIALS" ? undefined : "key"),
  protocols: new Set(["openai-chat"]), quirksOf: () => plainQuirks, now: Date.UTC(2026, 0, 1),
});

const model = "deepseek/deepseek-r1";

function request(models: readonly string[], fields: Partial<ChatRequest> = {}): ChatRequest {
  return Object.freeze({
    models, messages: Object.freeze([{ role: "user" as const, content: "Hello" }]), stream: false, parameters: Object.freeze({}), gateway: Object.freeze({}), extra: {},
    provider: Object.freeze({ allowFallbacks: true, requireParameters: false, dataCollection: "allow" as const, zdr: false, enforceDistillableText: false }),
    ...fields,
  });
}

const field = (asked: ChatRequest) => fieldOf({ catalog, request: asked, isSandbox: false, seed: 1 });
const plan = (asked: ChatRequest) => planOver(field(asked), { health: createHealth(), now: 1, seed: 1 });

describe("the request that is sent", () => {
  test.each([
    { name: "a plain name", asked: request([model]) },
    { name: "several names", asked: request([model, "openai/gpt-oss-20b"]) },
    { name: "a suffix that only routes", asked: request([`${model}:nitro`]) },
    { name: "a plugin that is none of routing's", asked: request([model], { gateway: { plugins: [{ id: "response-healing" }] } }) },
    { name: "a router", asked: request(["openrouter/auto"]) },
    { name: "reasoning that is asked for anyway", asked: request([`${model}:thinking`], { parameters: { reasoning: { effort: "low" } } }) },
    { name: "reasoning that is turned off", asked: request([`${model}:thinking`], { parameters: { reasoning: { enabled: false } } }) },
    { name: "a search that is asked for anyway", asked: request([`${model}:online`], { parameters: { web_search_options: {} } }) },
  ])("is the caller's own object for $name", ({ asked }) => {
    expect(field(asked).effective).toBe(asked);
  });

  test("is another where a suffix adds to it, and keeps the rest", () => {
    const asked = request([`${model}:thinking:online`], { parameters: { temperature: 1, reasoning: { exclude: true } } });
    expect(field(asked).effective).toEqual({ ...asked, parameters: { temperature: 1, reasoning: { exclude: true, enabled: true }, web_search_options: {} } });
    expect(asked.parameters).toEqual({ temperature: 1, reasoning: { exclude: true } });
  });
});

test.each([
  { models: [model], strategy: "direct", router: undefined },
  { models: [`${model}:floor`], strategy: "direct", router: undefined },
  { models: ["~deepseek/deepseek-latest"], strategy: "latest", router: undefined },
  { models: ["~deepseek/deepseek-latest:nitro"], strategy: "latest", router: undefined },
  { models: ["openrouter/auto"], strategy: "auto", router: "openrouter/auto" },
  { models: ["openrouter/auto-beta:online"], strategy: "auto", router: "openrouter/auto-beta" },
  { models: ["openrouter/free"], strategy: "free", router: "openrouter/free" },
  { models: [model, "openrouter/auto"], strategy: "fallback", router: "openrouter/auto" },
  { models: [model, model.replace("r1", "v3.2")], strategy: "fallback", router: undefined },
] satisfies readonly { models: readonly string[]; strategy: Strategy; router: string | undefined }[])("the strategy of $models is $strategy", ({ models, strategy, router }) => {
  expect(field(request(models))).toMatchObject({ strategy, router });
});

describe("a suffix's sort", () => {
  const cases: readonly { readonly suffix: string; readonly provider: Partial<ProviderPreferences>; readonly sort: ProviderPreferences["sort"] | undefined }[] = [
    { suffix: ":nitro", provider: {}, sort: { by: "throughput", partition: "model" } },
    { suffix: ":floor", provider: {}, sort: { by: "price", partition: "model" } },
    { suffix: ":exacto", provider: {}, sort: { by: "exacto", partition: "model" } },
    { suffix: ":nitro:floor", provider: {}, sort: { by: "price", partition: "model" } },
    { suffix: ":nitro", provider: { sort: { partition: "none" } }, sort: { by: "throughput", partition: "none" } },
    { suffix: ":nitro", provider: { sort: { by: "latency", partition: "model" } }, sort: { by: "latency", partition: "model" } },
    { suffix: ":nitro", provider: { order: ["deepinfra"] }, sort: undefined },
    { suffix: ":nitro", provider: { order: [] }, sort: { by: "throughput", partition: "model" } },
    { suffix: ":online", provider: {}, sort: undefined },
  ];

  test.each(cases)("of $suffix beside $provider is $sort", ({ suffix, provider, sort }) => {
    const asked = request([`${model}${suffix}`], { provider: { ...request([]).provider, ...provider } });
    expect(field(asked).request.preferences.sort).toEqual(sort);
  });
});

describe("models whose suffixes differ", () => {
  const other = "deepseek/deepseek-v3.2";

  test("are planned apart and stay in order, and every endpoint is somewhere, once", () => {
    const asked = request([`${model}:floor`, other]);
    const { steps, rejected } = plan(asked);
    const places = steps.map((step) => step.model);
    expect(places.lastIndexOf(model)).toBeLessThan(places.indexOf(other));
    const all = [...steps.map(({ id }) => id), ...rejected.map(({ candidate }) => candidate.id)];
    expect(all.toSorted()).toEqual(field(asked).groups.flatMap(({ candidates }) => candidates.map(({ id }) => id)).toSorted());
    const prices = steps.filter((step) => step.model === model && step.standing === "active").map(({ price }) => 3 * price.prompt + price.completion);
    expect(prices).toEqual(prices.toSorted((one, two) => one - two));
  });

  test("have one first step without fallbacks", () => {
    const { steps, rejected } = plan(request([`${model}:floor`, other], { provider: { ...request([]).provider, allowFallbacks: false } }));
    expect(steps).toHaveLength(1);
    expect(rejected.some(({ candidate, rule }) => candidate.model === other && rule === "fallbacks_not_allowed")).toBe(true);
  });

  test("are sorted together where they ask for the same and are to be", () => {
    const together = field(request([`${model}:floor`, `${other}:floor`], { provider: { ...request([]).provider, sort: { partition: "none" } } }));
    expect(together.parts).toBeUndefined();
    expect(together.groups).toHaveLength(2);
  });
});

test("one seed replays a router's choice", () => {
  const asked = request(["openrouter/auto"]);
  const replay = () => planRequest({ catalog, health: createHealth(), request: asked, isSandbox: false, now: 1, seed: 42 });
  expect(replay().endpoints).toEqual(replay().endpoints);
  expect(new Set(replay().endpoints.map((endpoint) => endpoint.model)).size).toBe(3);
});

test.each(["constructor/x", "openrouter/constructor", "openrouter/", "~/-latest", "a".repeat(256), ":", "openrouter/auto:", "openrouter/auto:turbo", `${model}:`])("%j is no model", (name) => {
  expect(() => field(request([name]))).toThrow(expect.objectContaining({ code: "model_not_found" }) as Error);
});

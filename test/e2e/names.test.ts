/** What a request calls a model, and which service tiers it gets: variants, aliases, routers, and what is said when nothing fits. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, type Called, type Json } from "../support/caller.ts";
import { json, replay, startFakeUpstream, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

const parameters = ["max_tokens", "temperature", "tools", "tool_choice"];
const cheap = { prompt: "1", completion: "2" };
const dear = { prompt: "3", completion: "6" };
const nothing = { prompt: "0", completion: "0" };

function endpoint(model: string, pricing: object, more: object = {}): object {
  return { model, upstream_model: model.split("/")[1], pricing, context_length: 8192, supported_parameters: parameters, ...more };
}

let acme: FakeUpstream;
let bolt: FakeUpstream;
let gateway: Gateway;
let key: string;

beforeAll(async () => {
  [acme, bolt] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  gateway = await startGateway({
    config: {
      limits: { free_requests_per_minute: 1000 },
      providers: [
        {
          slug: "acme", name: "Acme", base_url: `${acme.origin}/v1`, credential: "acme-credential", data_policy: { training: true, retains_prompts: true },
          endpoints: [
            ...["lab/tiered", "lab/refusing", "lab/other"].flatMap((model) => [
              endpoint(model, cheap),
              endpoint(model, { prompt: "2", completion: "4" }, { tag: "acme/priority" }),
              endpoint(model, { prompt: "0.5", completion: "1" }, { tag: "acme/flex" }),
            ]),
            endpoint("lab/plain", cheap), endpoint("lab/gift", cheap), endpoint("lab/wide", cheap),
            endpoint("lab/thinker", cheap), endpoint("lab/searcher", cheap), endpoint("lab/gone", cheap), endpoint("lab/limited", cheap), endpoint("lab/down", cheap),
            endpoint("lab/present:free", nothing),
          ],
        },
        {
          slug: "bolt", name: "Bolt", base_url: `${bolt.origin}/v1`, credential: "bolt-credential", data_policy: { training: false, retains_prompts: false },
          endpoints: [
            endpoint("lab/gift", nothing), endpoint("lab/wide", dear, { context_length: 32_768 }), endpoint("lab/thinker", dear, { supported_parameters: [...parameters, "reasoning"] }),
            endpoint("lab/searcher", dear, { supported_parameters: [...parameters, "web_search_options"] }), endpoint("lab/tiered", dear), endpoint("lab/coder", cheap),
          ],
        },
      ],
    },
  });
  ({ key } = await gateway.newKey());
});

beforeEach(() => {
  for (const upstream of [acme, bolt]) {
    upstream.reset();
    upstream.always(replay("openai/text.json"));
  }
});

afterAll(async () => {
  await Promise.all([gateway.dispose(), acme.close(), bolt.close()]);
});

const messages = [{ role: "user", content: "What is the meaning of life?" }];

function chat(model: string | readonly string[], body: object = {}): Promise<Called> {
  const named = typeof model === "string" ? { model } : { models: model };
  return call(gateway.baseUrl, "/chat/completions", { key, body: { ...named, messages, ...body } });
}

async function route(model: string | readonly string[], body: object = {}): Promise<Json> {
  const named = typeof model === "string" ? { model } : { models: model };
  const answer = await call(gateway.baseUrl, "/route", { key, body: { ...named, messages, ...body } });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.data;
}

const tagsOf = (explained: Json): string[] => explained.candidates.map(({ tag }: Json) => tag);
const sent = (upstream: FakeUpstream): Json[] => upstream.requests.map((request) => request.json);

describe("a variant", () => {
  test(":free leaves the endpoints that cost nothing", async () => {
    const answer = await chat("lab/gift:free");
    expect(answer.json).toMatchObject({ model: "lab/gift", provider: "Bolt", usage: { cost: 0 } });
    expect((await route("lab/gift:free")).rejected).toMatchObject([{ provider: "Acme", rule: "variant", admitted_by: "without :free" }]);
  });

  test("that is a row of the catalog is a model of its own, wherever its suffix stands", async () => {
    expect((await chat("lab/present:free")).json.model).toBe("lab/present:free");
    expect((await route("lab/present:floor:free"))).toMatchObject({ models: ["lab/present:free"], strategy: "direct" });
  });

  test(":extended leaves the longest window", async () => {
    expect(tagsOf(await route("lab/wide"))).toHaveLength(2);
    expect((await chat("lab/wide:extended")).json.provider).toBe("Bolt");
  });

  test(":thinking asks for reasoning, where nothing is said about it, of endpoints that reason", async () => {
    expect((await chat("lab/thinker:thinking")).json.provider).toBe("Bolt");
    expect(sent(bolt)[0].reasoning ?? sent(bolt)[0].reasoning_effort).toBeDefined();
    await chat("lab/thinker:thinking", { reasoning: { effort: "low" } });
    expect(JSON.stringify(sent(bolt)[1])).toContain('"low"');
    await chat("lab/thinker", { provider: { only: ["bolt"] } });
    expect(sent(bolt)[2]).not.toHaveProperty("reasoning");
    const refused = await chat("lab/plain:thinking");
    expect(refused.status).toBe(400);
    expect(refused.json.error.message).toContain("no endpoint of it takes reasoning parameters");
    expect(refused.json.error.availability).toMatchObject({ code: "model_not_found", fallback_models: ["lab/plain"] });
  });

  test.each([["lab/searcher:online", {}], ["lab/searcher", { plugins: [{ id: "web" }] }]])(":online and the web plugin find an endpoint that searches (%s)", async (model, body) => {
    expect((await chat(model, body)).json.provider).toBe("Bolt");
    expect(sent(bolt)[0]).toMatchObject({ web_search_options: {} });
    expect(acme.requests).toHaveLength(0);
  });

  test("web search that is turned off, or has options, is as the caller says", async () => {
    expect(tagsOf(await route("lab/searcher", { plugins: [{ id: "web", enabled: false }] }))).toHaveLength(2);
    await chat("lab/searcher:online", { web_search_options: { search_context_size: "high" } });
    expect(sent(bolt)[0].web_search_options).toEqual({ search_context_size: "high" });
  });

  test("web search without an endpoint that searches is refused in so many words", async () => {
    const refused = await chat("lab/plain:online");
    expect(refused.status).toBe(404);
    expect(refused.json.error.message).toMatch(/^No endpoints found that search the web by themselves/);
    expect(refused.json.error.availability).toMatchObject({ code: "constraint_filtered", constraint: { field: "plugins" }, fallback_models: ["lab/searcher"] });
    expect((await route("lab/plain:online")).rejected).toMatchObject([{ rule: "web_search", admitted_by: "without web search" }]);
  });

  test("that nobody knows is named, with those that are", async () => {
    const refused = await chat("lab/plain:turbo");
    expect(refused.status).toBe(400);
    expect(refused.json.error.message).toBe('lab/plain:turbo is not a valid model ID: there is no variant ":turbo". Known: :free, :nitro, :floor, :online, :thinking, :extended, :exacto.');
  });

  test("of one model of several concerns that model alone", async () => {
    const explained = await route(["lab/wide:extended", "lab/tiered:floor", "lab/tiered"]);
    expect(explained).toMatchObject({ strategy: "fallback", models: ["lab/wide", "lab/tiered"] });
    expect(tagsOf(explained).slice(0, 2)).toEqual(["bolt", "acme/flex"]);
    const single = await route(["lab/wide:extended", "lab/plain"], { provider: { allow_fallbacks: false } });
    expect(tagsOf(single)).toEqual(["bolt"]);
  });
});

describe("a service tier", () => {
  const cases: readonly { readonly name: string; readonly model?: string; readonly body?: object; readonly tags: readonly string[]; readonly isAnyOrder?: boolean }[] = [
    { name: "is never given unasked", tags: ["acme", "bolt"] },
    { name: "priority comes before the default tier", body: { service_tier: "priority" }, tags: ["acme/priority", "acme", "bolt"] },
    { name: "fast is another word for priority", body: { service_tier: "fast" }, tags: ["acme/priority", "acme", "bolt"] },
    { name: "flex stands alone", body: { service_tier: "flex" }, tags: ["acme/flex"] },
    { name: "in only is all there is", body: { provider: { only: ["acme/flex"] } }, tags: ["acme/flex"] },
    { name: "in order comes first, and the default tier follows", body: { provider: { order: ["acme/priority"] } }, tags: ["acme/priority", "acme", "bolt"] },
    { name: "flex is let in by :floor, the cheapest first", model: "lab/tiered:floor", tags: ["acme/flex", "acme", "bolt"] },
    { name: "priority is let in by :nitro", model: "lab/tiered:nitro", tags: ["acme", "acme/priority", "bolt"], isAnyOrder: true },
    { name: "is let in by a variant under the provider's name too", model: "lab/tiered:floor", body: { provider: { only: ["acme"] } }, tags: ["acme/flex", "acme"] },
    { name: "is not let in by a variant where an order is given", model: "lab/tiered:floor", body: { provider: { order: ["bolt"] } }, tags: ["bolt", "acme"] },
    { name: "is not let in by a variant where the default tier is asked for", model: "lab/tiered:floor", body: { service_tier: "default" }, tags: ["acme", "bolt"] },
    { name: "is not what a plain sort asks for", body: { provider: { sort: "price" } }, tags: ["acme", "bolt"] },
    { name: "is ranked by the request's own sort, where there is one", model: "lab/tiered:nitro", body: { provider: { sort: "price" } }, tags: ["acme", "acme/priority", "bolt"] },
  ];

  test.each(cases)("$name", async ({ model = "lab/tiered", body, tags, isAnyOrder = false }) => {
    const given = tagsOf(await route(model, body));
    if (isAnyOrder || body === undefined && model === "lab/tiered") expect(given.sort()).toEqual(tags);
    else expect(given.filter((tag) => tags.includes(tag)).slice(0, 1).concat(given.slice(1).sort())).toEqual([tags[0], ...tags.slice(1).sort()]);
  });

  test.each([
    { model: "lab/other", body: { service_tier: "priority" }, tier: "priority", cost: 4 },
    { model: "lab/other", body: { service_tier: "fast" }, tier: "priority", cost: 4 },
    { model: "lab/other:floor", body: {}, tier: "flex", cost: 1 },
    { model: "lab/other", body: { provider: { only: ["acme/flex"] } }, tier: "flex", cost: 1 },
    { model: "lab/other", body: {}, tier: undefined, cost: 2 },
    { model: "lab/other", body: { service_tier: "default" }, tier: "default", cost: 2 },
  ])("is told to the provider by the endpoint, and billed as it costs ($model $body)", async ({ model, body, tier, cost }) => {
    const { json: answer } = await chat(model, body);
    expect(sent(acme)[0].service_tier).toBe(tier);
    const { prompt_tokens, completion_tokens } = answer.usage;
    expect(answer.usage.cost).toBeCloseTo((prompt_tokens * cost / 2 + completion_tokens * cost) / 1e6, 9);
  });

  test("that no endpoint has leaves the default one, which is not asked for it", async () => {
    const { status } = await chat("lab/plain", { service_tier: "priority" });
    expect(status).toBe(200);
    expect(sent(acme)[0]).not.toHaveProperty("service_tier");
  });

  test("flex that is full is not served by the default tier, priority is", async () => {
    acme.always(({ json: body }) => (body?.["service_tier"] === undefined ? replay("openai/text.json") : json({ error: { message: "Flex capacity exceeded", type: "rate_limit", code: "rate_limit_exceeded" } }, 429, { "retry-after": "30" })));
    const flex = await chat("lab/refusing", { service_tier: "flex" });
    expect(flex.status).toBe(429);
    expect(flex.json.error.availability).toMatchObject({ code: "capacity_exhausted", retryable: true });
    const priority = await chat("lab/refusing", { service_tier: "priority" });
    expect(priority.status).toBe(200);
    expect(sent(acme).map(({ service_tier }) => service_tier)).toEqual(["flex", "priority", undefined]);
  });
});

describe("a name that stands for a model", () => {
  test("~author/family-latest is the newest listed one of the family, here and in the catalog's reads", async () => {
    const { json: listed } = await call(gateway.baseUrl, "/models");
    const { json: model } = await call(gateway.baseUrl, "/model/~mistralai/mistral-large-latest", { key });
    const newest = listed.data.filter(({ id }: Json) => id.startsWith("mistralai/mistral-large")).reduce((one: Json, other: Json) => (other.created > one.created ? other : one));
    expect(model.data.id).toBe(newest.id);
    expect(await route("~mistralai/mistral-large-latest")).toMatchObject({ strategy: "latest", models: [newest.id] });
    const unknown = await chat("~mistralai/mistral-larg-latest");
    expect(unknown.status).toBe(400);
    expect(unknown.json.error.message).toContain("~mistralai/mistral-large-latest");
  });

  test("a family of several words has a latest model too", async () => {
    const explained = await route("~anthropic/claude-opus-latest");
    expect(explained.models[0]).toMatch(/^anthropic\/.*opus/);
  });
});

describe("openrouter/auto", () => {
  test("chooses by rules: the cheapest fifth, and says so", async () => {
    const explained = await route("openrouter/auto", { plugins: [{ id: "auto-router", cost_tier: "max" }] });
    expect(explained).toMatchObject({ strategy: "auto", router: "openrouter/auto" });
    const answer = await chat("openrouter/auto", { plugins: [{ id: "auto-router", allowed_models: ["lab/*"], excluded_models: ["lab/gift"], cost_tier: "medium" }] });
    expect(answer.json.model).toMatch(/^lab\/(?!gift)/);
    const code = [{ role: "user", content: "Why does this Python program not compile?" }];
    expect((await route("openrouter/auto", { messages: code })).models[0]).toBe("lab/coder");
    expect((await route("openrouter/auto")).models).toHaveLength(3);
  });

  test("takes those that can take the request", async () => {
    const image = [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://pictures.test/cat.png" } }] }];
    const refused = await chat("openrouter/auto", { messages: image });
    expect(refused.status).toBe(404);
    expect(refused.json.error.message).toBe("No models match your request and model restrictions");
    expect((await route("openrouter/auto:online")).models).toEqual(["lab/searcher"]);
  });

  test("keeps the model of the last answer when it is pinned", async () => {
    const pinned = { messages: [...messages, { role: "assistant", content: "42", model: "lab/coder" }, { role: "user", content: "And why?" }], plugins: [{ id: "auto-router", pin_model: true }] };
    expect((await route("openrouter/auto", pinned)).models[0]).toBe("lab/coder");
    // Its options are read from the plugin of its own name alone.
    expect((await route("openrouter/auto-beta", pinned)).models[0]).not.toBe("lab/coder");
  });

  test("refuses options that are none", async () => {
    const refused = await chat("openrouter/auto", { plugins: [{ id: "auto-router", cost_tier: "lowest" }] });
    expect(refused.status).toBe(400);
    expect(refused.json.error.metadata.field).toBe("plugins[0].cost_tier");
  });
});

describe("openrouter/free", () => {
  test("takes any of those that serve for nothing, and only their free endpoints", async () => {
    const explained = await route("openrouter/free");
    expect(explained).toMatchObject({ strategy: "free", router: "openrouter/free" });
    expect(explained.models.toSorted()).toEqual(["lab/gift", "lab/present:free"]);
    expect(explained.candidates.every(({ predicted_cost }: Json) => predicted_cost === 0)).toBe(true);
    expect((await chat("openrouter/free")).json.usage.cost).toBe(0);
  });

  test("says so when there are none", async () => {
    const refused = await chat("openrouter/free", { provider: { zdr: true, only: ["acme"] } });
    expect(refused.status).toBe(404);
    expect(refused.json.error.message).toBe("No free models can take this request");
  });
});

test.each(["openrouter/fusion", "openrouter/pareto-code", "openrouter/bodybuilder"])("%s is not offered, and what is instead", async (model) => {
  const refused = await chat(model);
  expect(refused.status).toBe(400);
  expect(refused.json.error.message).toContain(`Windrose does not offer ${model}. Use `);
});

describe("a refusal says", () => {
  const cases: readonly { readonly code: string; readonly status: number; readonly model: string; readonly body?: object; readonly more?: object }[] = [
    { code: "model_not_found", status: 400, model: "lab/plan", more: { fallback_models: expect.arrayContaining(["lab/plain"]) } },
    { code: "wrong_endpoint", status: 400, model: "openai/text-embedding-3-small", more: { constraint: { field: "model", detail: "Use POST /embeddings." } } },
    { code: "no_endpoints", status: 404, model: "deepseek/deepseek-r1", more: { fallback_models: [expect.any(String), expect.any(String), expect.any(String)] } },
    { code: "model_deprecated", status: 404, model: "x-ai/grok-3" },
    { code: "free_variant_ended", status: 404, model: "lab/plain:free", more: { fallback_models: ["lab/plain"] } },
    { code: "privacy_restricted", status: 404, model: "lab/plain", body: { provider: { data_collection: "deny" } }, more: { excluded_by: ["data_policy:training"], fallback_models: expect.arrayContaining(["lab/wide"]) } },
    {
      code: "constraint_filtered", status: 404, model: "lab/tiered", body: { provider: { max_price: { completion: 1.5 } } },
      more: { excluded_by: ["max_price"], constraint: { field: "provider.max_price", detail: "Acme serves lab/tiered with max_price.completion of at least 2" } },
    },
  ];

  test.each(cases)("$code", async ({ code, status, model, body, more = {} }) => {
    const refused = await chat(model, body);
    expect(refused.status, refused.text).toBe(status);
    expect(refused.json.error.availability).toMatchObject({ code, retryable: false, requested_models: [model], docs_url: "/docs/errors", ...more });
    if (code === "model_not_found") return;
    for (const slug of refused.json.error.availability.fallback_models ?? []) expect((await chat(slug, body)).status).toBe(200);
  });

  test("model_unavailable_upstream, when the provider says so and ever after", async () => {
    acme.always(json({ error: { message: "The model `gone` does not exist", type: "invalid_request_error", code: "model_not_found" } }, 404));
    const first = await chat("lab/gone");
    const second = await chat("lab/gone");
    expect(acme.requests).toHaveLength(1);
    for (const { status, json: body } of [first, second]) {
      expect(status).toBe(404);
      expect(body.error.availability).toMatchObject({ code: "model_unavailable_upstream", retryable: false });
    }
  });

  test.each([
    { model: "lab/limited", reply: 429, status: 429, code: "capacity_exhausted" },
    { model: "lab/down", reply: 503, status: 503, code: "temporarily_unavailable" },
  ])("$code", async ({ model, reply, status, code }) => {
    acme.always(json({ error: { message: "No.", type: "error" } }, reply));
    const refused = await chat(model);
    expect(refused.status).toBe(status);
    expect(refused.json.error.availability).toMatchObject({ code, retryable: true, affected_providers: ["Acme"] });
  });

  test("the same in the dry run", async () => {
    expect(await route("lab/plain:free")).toMatchObject({ error: { code: "no_endpoints" }, availability: { code: "free_variant_ended" }, candidates: [] });
  });
});

describe("what providers give away is limited for each workspace", () => {
  let small: Gateway;
  beforeAll(async () => {
    small = await startGateway({
      config: {
        limits: { free_requests_per_minute: 3, free_requests_per_day: 1, free_requests_per_day_with_credits: 2 },
        providers: [
          { slug: "acme", base_url: `${acme.origin}/v1`, credential: "acme-credential", endpoints: [endpoint("lab/gift", nothing)] },
          { slug: "own", base_url: `${bolt.origin}/v1`, endpoints: [{ model: "lab/own", context_length: 8192 }] },
        ],
      },
    });
  });
  afterAll(() => small.dispose());

  test("but not what the sandbox plays, what is not asked for as free, nor one's own servers", async () => {
    const { key: mine } = await small.newKey();
    const ask = (model: string) => call(small.baseUrl, "/chat/completions", { key: mine, body: { model, messages } });
    for (const model of ["lab/gift", "lab/gift", "lab/own:free", "lab/own:free", "lab/gift:free", "lab/gift:free"]) expect((await ask(model)).status, model).toBe(200);
    const refused = await ask("lab/gift:free");
    expect(refused.status).toBe(429);
    expect(refused.json.error).toMatchObject({
      message: "Rate limit exceeded: free-models-per-day-high-balance.",
      metadata: { error_type: "rate_limit_exceeded", headers: { "X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0" } },
    });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask("lab/gift")).status).toBe(200);
  });
});

/** What is charged for beside plain tokens: prompts kept for an hour, and searches of the web. Source: contract §6.2, §7.1. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, type Json } from "../support/caller.ts";
import { event, fixture, json, replay, sse, startFakeUpstream, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

const supported = ["max_tokens", "tools", "tool_choice", "web_search_options"];
// Dollars per million tokens; 0.01 for a search.
const pricing = { prompt: "3", completion: "15", cache_read: "0.3", cache_write: "3.75", web_search: "0.01" };
const search = { type: "web_search_20250305", name: "web_search", max_uses: 2 };
const ask = { max_tokens: 100, messages: [{ role: "user", content: "Hello" }] };

let upstream: FakeUpstream;
let gateway: Gateway;
let key: string;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const provider = (slug: string, protocol: string) => ({
    slug, name: slug, protocol, base_url: `${upstream.origin}/v1`, credential: "a-credential",
    endpoints: [{ model: `acme/${slug}`, upstream_model: "claude-sonnet-4-5", pricing, context_length: 100_000, supported_parameters: supported }],
  });
  const providers = [provider("claude", "anthropic-messages"), provider("responses", "openai-responses"), { ...provider("seeker", "openai-chat"), quirks: { searches: "all" } }];
  gateway = await startGateway({ config: { providers } });
  ({ key } = await gateway.newKey());
});

beforeEach(() => upstream.reset());

afterAll(async () => {
  await Promise.all([gateway.dispose(), upstream.close()]);
});

/** The upstream's own count of one answer: 1,000 tokens written to the cache, 600 of them for an hour, and a search made twice. */
const counted = {
  input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 1000, cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 600 },
  output_tokens: 20, server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
};
// 10 × $3 + 100 × $0.30 + 400 × $3.75 + 600 × $6 a million, and two searches.
const promptCost = (30 + 30 + 1500 + 3600 + 20_000) / 1e6;
const completionCost = 300 / 1e6;

function message(usage: object): Json {
  return { id: "msg_1", type: "message", role: "assistant", model: "claude", content: [{ type: "text", text: "Hi" }], stop_reason: "end_turn", stop_sequence: null, usage };
}

/** As soon as it is there. */
async function generation(id: string): Promise<Json> {
  for (;;) {
    const { status, json: found } = await call(gateway.baseUrl, `/generation?id=${id}`, { key });
    if (status !== 404) return found.data;
  }
}

const asked = (body: object, path = "/messages", own = key) => call(gateway.baseUrl, path, { key: own, body: { model: "acme/claude", ...ask, tools: [search], ...body } });

describe("a prompt that is kept for an hour, and searches of the web", () => {
  test("are told and charged apart, on the generation too", async () => {
    upstream.next(json(message(counted)));
    const { json: answer } = await asked({ messages: [{ role: "user", content: [{ type: "text", text: "Hello", cache_control: { type: "ephemeral", ttl: "1h" } }] }] });
    expect(answer.usage).toMatchObject(counted);
    expect(answer.usage.cost).toBeCloseTo(promptCost + completionCost, 9);
    expect(answer.usage.cost_details).toMatchObject({ upstream_inference_prompt_cost: promptCost, upstream_inference_completions_cost: completionCost });
    expect((await generation(answer.id)).total_cost).toBe(answer.usage.cost);
  });

  test("are charged in a stream, and told in the words of the other dialects", async () => {
    const { content: _content, stop_reason: _reason, ...head } = message({ ...counted, output_tokens: 1 });
    const start = { type: "message_start", message: { ...head, content: [], stop_reason: null } };
    const block = [{ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }, { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } }, { type: "content_block_stop", index: 0 }];
    const end = [{ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 20, server_tool_use: { web_search_requests: 2 } } }, { type: "message_stop" }];
    for (const path of ["/chat/completions", "/responses"]) {
      upstream.next(sse([start, ...block, ...end].map((each) => `event: ${each.type}\n${event(each)}`)));
      const text = await (await fetch(`${gateway.baseUrl}${path}`, {
        method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "acme/claude", stream: true, tools: [search], ...(path === "/responses" ? { input: "Hello" } : ask) }),
      })).text();
      const usage = JSON.parse(/"usage":(\{.*?"server_tool_use_details":\{[^}]*\}\})/.exec(text)?.[1] ?? "null");
      expect(usage).toMatchObject({ server_tool_use: { web_search_requests: 2 }, server_tool_use_details: { web_search_requests: 2 } });
      expect(usage.cost).toBeCloseTo(promptCost + completionCost, 9);
    }
  });

  test("are what was recorded of a provider", async () => {
    const { usage } = JSON.parse(fixture("anthropic/web-search-tool.1.json"));
    upstream.next(replay("anthropic/web-search-tool.1.json"));
    expect((await asked({ max_tokens: 1000 })).json.usage.cost).toBeCloseTo((usage.input_tokens * 3 + usage.output_tokens * 15) / 1e6 + 2 * 0.01, 9);
    const responses = JSON.parse(fixture("openai/responses.web-search-tool.1.json")).usage;
    upstream.next(replay("openai/responses.web-search-tool.1.json"));
    const { json: answer } = await asked({ model: "acme/responses", max_tokens: 4000, tools: undefined, web_search_options: {} }, "/chat/completions");
    const cached = responses.input_tokens_details.cached_tokens;
    // One search; the other two calls read what it found.
    expect(answer.usage.cost).toBeCloseTo(((responses.input_tokens - cached) * 3 + cached * 0.3 + responses.output_tokens * 15) / 1e6 + 0.01, 9);
  });

  test("are one search of a model that always searches, or as many as it counts", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 20 };
    const answer = { id: "x", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] };
    const cost = async (more: object) => {
      upstream.next(json({ ...answer, usage: { ...usage, ...more } }));
      return (await asked({ model: "acme/seeker", tools: undefined }, "/chat/completions")).json.usage.cost;
    };
    expect(await cost({})).toBeCloseTo(330 / 1e6 + 0.01, 9);
    expect(await cost({ num_search_queries: 18 })).toBeCloseTo(330 / 1e6 + 0.18, 9);
  });
});

describe("what is held", () => {
  test("covers as many searches as may be made, and no more are paid for", async () => {
    // Enough for the tokens (some $0.002) and two searches, not for the thirty of a tool without a bound.
    const { key: short } = await gateway.newKey({ limit: 0.03 });
    const { status, json: refusal } = await asked({ tools: [{ ...search, max_uses: undefined }] }, "/messages", short);
    expect(status).toBe(403);
    expect(refusal.error.message).toContain("limit");
    expect(upstream.requests).toHaveLength(0);
    upstream.next(json(message({ input_tokens: 10, output_tokens: 20, server_tool_use: { web_search_requests: 1_000_000 } })));
    const { json: answer } = await asked({}, "/messages", short);
    expect(answer.usage.cost).toBeCloseTo(330 / 1e6 + 0.02, 9);
  });
});

/** What a response gave, given back as input, is to reach the provider as it was: signatures and encrypted reasoning are worth nothing otherwise. */

import { expect, test } from "vitest";
import { nanodollars } from "../../base/money.ts";
import type { AssistantMessage, ToolCall } from "../../wire/chat.ts";
import { responses } from "./surface.ts";

const head = { generationId: "gen-1764031697-vqvW0uz7ouT4gsp3FYqp", created: 1, model: "acme/one", providerName: "Acme" };
const nothing = nanodollars(0n);
const closing = { bill: { usage: { promptTokens: 0, completionTokens: 0 }, isEstimated: false, total: nothing, prompt: nothing, completion: nothing }, endedAt: 2, routing: undefined };
const first = responses.parse(Buffer.from(JSON.stringify({ model: "acme/one", input: "Look" })));

const call: ToolCall = { id: "call_1", type: "function", function: { name: "look", arguments: '{"at":"sea"}' } };
const claude = { format: "anthropic-claude-v1" };
const openai = { format: "openai-responses-v1", id: "rs_01830d662ab38565" };
const gemini = { format: "google-gemini-v1" };

const cases: readonly { readonly name: string; readonly message: Partial<AssistantMessage> }[] = [
  { name: "words", message: { content: "The sea." } },
  { name: "a refusal", message: { content: "", refusal: "No." } },
  { name: "a call", message: { content: null, tool_calls: [call] } },
  { name: "several calls after words", message: { content: "I look.", tool_calls: [call, { ...call, id: "call_2" }] } },
  { name: "a call of a namespace, made by code", message: { content: null, tool_calls: [{ ...call, namespace: "sea", caller: { type: "program", caller_id: "p_1" } }] } },
  { name: "a custom call", message: { content: null, tool_calls: [{ id: "call_1", type: "custom", custom: { name: "sing", input: "la" } } as unknown as ToolCall] } },
  { name: "reasoning in plain words", message: { content: "Yes", reasoning_details: [{ type: "reasoning.text", text: "Hm", format: "unknown", index: 0 }] } },
  { name: "signed reasoning with a call", message: { content: null, tool_calls: [call], reasoning_details: [{ type: "reasoning.text", text: "Hm", signature: "EqQB", ...claude, index: 0 }] } },
  { name: "a signature without words", message: { content: "Yes", reasoning_details: [{ type: "reasoning.text", text: "", signature: "EqQB", ...claude, index: 0 }] } },
  {
    name: "signed and redacted reasoning",
    message: {
      content: "Yes",
      reasoning_details: [
        { type: "reasoning.text", text: "a", signature: "1", ...claude, index: 0 }, { type: "reasoning.encrypted", data: "redacted", ...claude, index: 1 },
        { type: "reasoning.text", text: "b", signature: "2", ...claude, index: 2 },
      ],
    },
  },
  {
    name: "a tool that ran at the provider",
    message: {
      content: "Yes",
      reasoning_details: [
        { type: "reasoning.text", text: "a", signature: "1", ...claude, index: 0 },
        { type: "reasoning.server_tool_call", tool_name: "web_search", arguments: "{}", result: '[{"url":"é"}]', tool_call_id: "srv_1", ...claude, index: 1 },
      ],
    },
  },
  {
    name: "summaries and encrypted reasoning",
    message: {
      content: null, tool_calls: [call],
      reasoning_details: [
        { type: "reasoning.summary", summary: "a", ...openai, index: 0 }, { type: "reasoning.summary", summary: "b", ...openai, index: 1 },
        { type: "reasoning.encrypted", data: "gAAA", ...openai, index: 2 },
      ],
    },
  },
  {
    name: "encrypted reasoning between words and a call",
    message: {
      content: "I look.", tool_calls: [call],
      reasoning_details: [{ type: "reasoning.encrypted", data: "gAAA", ...openai, index: 0 }, { type: "reasoning.encrypted", data: "gBBB", ...openai, id: "rs_2", index: 2 }],
    },
  },
  {
    name: "a thought, and the signature of a call",
    message: {
      content: null, tool_calls: [call],
      reasoning_details: [{ type: "reasoning.text", text: "a", ...gemini, index: 0 }, { type: "reasoning.encrypted", data: "sig", id: "call_1", ...gemini, index: 1 }],
    },
  },
  { name: "the phase of an answer", message: { content: "Yes", phases: [{ phase: "final_answer", at: 0 }] } },
  { name: "the phase of words before a call", message: { content: "I look.", phases: [{ phase: "commentary", at: 0 }], tool_calls: [call] } },
  { name: "an image", message: { content: "Here", images: [{ type: "image_url", image_url: { url: "data:image/jpeg;base64,/9j/4AAQ" } }] } },
];

test.each(cases)("$name", ({ message: given }) => {
  const message: AssistantMessage = { role: "assistant", content: null, refusal: null, reasoning: null, ...given };
  const answer = { upstreamId: undefined, usage: undefined, systemFingerprint: undefined, serviceTier: undefined, extra: {}, choices: [{ index: 0, message, finish_reason: "stop", native_finish_reason: null } as const] };
  const { output } = JSON.parse(responses.encodeAnswer({ head, answer, closing }, first));
  const second = responses.parse(Buffer.from(JSON.stringify({ model: "acme/one", input: [{ role: "user", content: "Look" }, ...output, { role: "user", content: "And?" }] })));
  const { reasoning: _words, ...back } = second.messages[1] ?? { role: "assistant" };
  expect(second.messages).toHaveLength(3);
  expect(back).toEqual({ role: "assistant", ...given });
});

test("a client that keeps only what OpenAI's own items have still gives encrypted reasoning back to where it was made", () => {
  const { messages } = responses.parse(Buffer.from(JSON.stringify({
    model: "acme/one", input: [{ type: "reasoning", id: openai.id, summary: [], encrypted_content: "gAAA" }, { type: "function_call", call_id: "call_1", name: "look", arguments: "{}" }],
  })));
  expect(messages[0]?.reasoning_details).toEqual([{ type: "reasoning.encrypted", data: "gAAA", ...openai, index: 0 }]);
});

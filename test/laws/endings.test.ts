/**
 * What real servers send around the end of a stream, beside the words of the answer: none of it may fail a good answer, be
 * heard as more of it, or be lost where it belongs to it. Written by us, each after what a provider is known to send.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chatCompletions } from "../../src/surfaces/chat-completions/surface.ts";
import { completions as completionsSurface } from "../../src/surfaces/completions/surface.ts";
import { messages as messagesSurface } from "../../src/surfaces/messages/surface.ts";
import { responses as responsesSurface } from "../../src/surfaces/responses/surface.ts";
import { chat } from "../e2e/matrix/surfaces/chat.ts";
import { completions } from "../e2e/matrix/surfaces/completions.ts";
import { messages } from "../e2e/matrix/surfaces/messages.ts";
import { responses } from "../e2e/matrix/surfaces/responses.ts";
import { event } from "../support/fake-upstream.ts";
import { openMemoryStage, type MemoryStage } from "../support/memory-stage.ts";

const dialects = [
  { surface: chatCompletions, reader: chat },
  { surface: completionsSurface, reader: completions },
  { surface: responsesSurface, reader: responses },
  { surface: messagesSurface, reader: messages },
] as const;

const protocolsTried = ["openai-chat", "google-generative"] as const;
let stage: MemoryStage;

beforeAll(async () => {
  stage = await openMemoryStage(protocolsTried);
});
afterAll(() => stage.dispose());

const words = "Hello there";
const counted = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const piece = (delta: object, finish: string | null = null, more: object = {}) => event({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }], ...more });
const said = piece({ role: "assistant", content: words });
const stop = piece({}, "stop");
const usage = event({ id: "c", object: "chat.completion.chunk", choices: [], usage: counted });
const done = event("[DONE]");
const whole = event({ id: "c", object: "chat.completion", choices: [{ index: 0, message: { role: "assistant", content: words }, finish_reason: "stop" }], usage: counted, base_resp: { status_code: 0, status_msg: "" } });
const citation = { type: "url_citation", url_citation: { url: "https://source.test", title: "Source", start_index: 0, end_index: 5 } };

const candidate = (parts: readonly object[], more: object = {}) => event({
  candidates: [{ content: { parts, role: "model" }, index: 0, ...more }], usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 }, responseId: "r",
});
const grounding = { webSearchQueries: ["q"], groundingChunks: [{ web: { uri: "https://source.test", title: "Source" } }], groundingSupports: [{ segment: { endIndex: 5 }, groundingChunkIndices: [0] }] };
const finished = candidate([{ text: words }], { finishReason: "STOP" });

interface Ending {
  readonly name: string;
  readonly protocol: (typeof protocolsTried)[number];
  readonly events: readonly string[];
  readonly cites?: true;
}

const endings: readonly Ending[] = [
  {
    name: "Azure's filter, which looks at the text when it is over", protocol: "openai-chat", events: [
      event({ id: "", object: "", choices: [], prompt_filter_results: [{ prompt_index: 0 }] }), said, stop,
      event({ id: "", object: "", choices: [{ index: 0, content_filter_offsets: { start_offset: 1, end_offset: 9 }, content_filter_results: { hate: { filtered: false } }, finish_reason: null }] }), usage, done,
    ],
  },
  { name: "MiniMax's whole message after the finish", protocol: "openai-chat", events: [said, stop, whole] },
  { name: "MiniMax's whole message as the finish", protocol: "openai-chat", events: [said, whole] },
  { name: "Cloudflare's usage without choices", protocol: "openai-chat", events: [said, stop, event({ response: "", usage: counted }), done] },
  { name: "OpenRouter's comments, and its usage beside an empty delta", protocol: "openai-chat", events: [": OPENROUTER PROCESSING\n\n", said, stop, piece({ role: "assistant", content: "" }, null, { usage: counted }), done] },
  { name: "a signature after the finish", protocol: "openai-chat", events: [said, stop, piece({ content: "", reasoning_details: [{ type: "reasoning.encrypted", data: "x", index: 0 }] }), usage, done] },
  { name: "sources after the finish", protocol: "openai-chat", events: [said, stop, piece({ annotations: [citation] }), usage, done], cites: true },
  {
    name: "a second finish, with every field empty", protocol: "openai-chat",
    events: [said, stop, piece({ role: "assistant", content: null, reasoning_content: "", reasoning: null, reasoning_details: [], refusal: null, tool_calls: [], function_call: null, audio: null }, "stop"), usage, done, done],
  },
  { name: "a proxy's fields and comments", protocol: "openai-chat", events: ["id: 1\nevent: message\nretry: 3000\n: \t weiter – é\n", said, stop, usage, "event: done\ndata: [DONE]\n\n", "event: close\ndata:\n\n"] },
  { name: "Google's empty text after the finish", protocol: "google-generative", events: [finished, candidate([{ text: "" }], { finishReason: "STOP" })] },
  { name: "Google's signature after the finish", protocol: "google-generative", events: [finished, candidate([{ text: "", thoughtSignature: "c2ln" }])] },
  { name: "Google's sources after the finish", protocol: "google-generative", events: [finished, candidate([{ text: "" }], { groundingMetadata: grounding })], cites: true },
];

describe.each(dialects)("heard as $surface.name", ({ surface, reader }) => {
  test.each(endings)("$name", async ({ protocol, events, cites }) => {
    const pieces = events.map((text) => Buffer.from(text));
    const { text, fault } = await stage.tell(protocol, surface, (model) => reader.ask({ model, stream: true }), { pieces, ending: "end" });
    expect(fault).toBeUndefined();
    const heard = reader.hear(reader.gather(text.split("\n").filter((line) => line.startsWith("data: ")).map((line) => (line === "data: [DONE]" ? "[DONE]" : JSON.parse(line.slice(6))))));
    expect([heard.text, heard.error]).toEqual([words, undefined]);
    // Text completions have no place for sources.
    if (cites === true && surface !== completionsSurface) expect(text).toMatch(/"(?:url_citation|web_search_result_location)"/);
  });
});

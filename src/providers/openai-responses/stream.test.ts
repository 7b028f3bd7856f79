import { describe, expect, test } from "vitest";
import type { ChatChunk, Delta } from "../../wire/chat.ts";
import { decodeAnswer } from "./answer.ts";
import { openResponseStream } from "./stream.ts";

const format = "openai-responses-v1";
const completed = { type: "response.completed", response: { id: "resp_1", status: "completed", output: [] } };

function decode(...events: readonly object[]): readonly ChatChunk[] {
  const decoder = openResponseStream(format);
  return [...events.flatMap((event) => decoder.push({ event: undefined, data: JSON.stringify(event) })), ...decoder.end()];
}

const deltasOf = (chunks: readonly ChatChunk[]): readonly Delta[] => chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
const textOf = (chunks: readonly ChatChunk[]): string => deltasOf(chunks).map(({ content }) => content ?? "").join("");
const finishOf = (chunks: readonly ChatChunk[]) => chunks.flatMap(({ choices }) => choices).find(({ finish_reason: finish }) => finish !== null);
const words = (delta: string, output_index = 0, content_index = 0) => ({ type: "response.output_text.delta", output_index, content_index, delta });
const ofPart = (text: string) => ({ type: "response.output_text.done", output_index: 0, content_index: 0, text });
const answer = (output: readonly object[], fields: object = {}) => decodeAnswer({ id: "resp_1", object: "response", status: "completed", output, ...fields }, format);
const message = (...content: readonly object[]) => ({ type: "message", id: "msg_1", role: "assistant", content });
const addedCall = (output_index: number, id: string) => ({ type: "response.output_item.added", output_index, item: { type: "function_call", id, call_id: `call_${output_index}`, name: "f", arguments: "" } });
const moreArguments = (output_index: number, delta: string) => ({ type: "response.function_call_arguments.delta", output_index, item_id: `fc_${output_index}_${delta}`, delta });
const ended = (status: string, fields: object = {}) => decode(words("Hi"), { type: `response.${status}`, response: { id: "resp_1", status, ...fields } });
const push = (data: string, event?: string) => openResponseStream(format).push({ event, data });
const said = (text: string, fields: object = {}) => ({ type: "output_text", text, annotations: [], ...fields });

describe("words", () => {
  test("come once, whether in deltas, at the end of their part, with their item, or with the answer alone", () => {
    const added = { type: "response.output_item.added", output_index: 0, item: message() };
    const done = { type: "response.output_item.done", output_index: 0, item: message(said("Hello")) };
    const part = { type: "response.output_text.done", output_index: 0, content_index: 0, text: "Hello" };
    const whole = { ...completed, response: { ...completed.response, output: [message(said("Hello"))] } };
    for (const events of [[added, words("Hel"), words("lo"), part, done, whole], [added, words("Hel"), part, done, whole], [added, part, whole], [done, whole], [whole], [words("Hel"), whole]]) {
      expect(textOf(decode(...events))).toBe("Hello");
    }
  });

  test.each(["Hello", "Hello wrld", ""])("that were all said stand, where the end of their part is trimmed or cleaned: %j", (whole) => {
    expect(textOf(decode(words("Hello "), words("world"), ofPart(whole), completed))).toBe("Hello world");
  });

  test.each(["Hello, world", "world Hello ", "hello world", "Hello world."])("that the end of their part has and nobody said are lost, which is no success: %j", (whole) => {
    expect(() => decode(words("Hello  "), words("world"), ofPart(whole), completed)).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  // vLLM and SGLang, of gpt-oss: the parts of all items are numbered on, and so are items before their end is told; calls end under another id.
  test.each([
    { name: "its parts from 0", shift: 0, part: 0, ids: ["m", "m"] },
    { name: "the parts of all items on", shift: 0, part: 1, ids: ["m", "m"] },
    { name: "items before they end", shift: 1, part: 1, ids: ["m", "m"] },
    { name: "items before they end, and names them anew", shift: 1, part: 0, ids: ["", "n"] },
  ])("come once from a server that numbers $name", ({ shift, part, ids: [id, endId] }) => {
    const added = (output_index: number, item: object) => ({ type: "response.output_item.added", output_index, item: { ...item, id } });
    const done = (output_index: number, item: object) => ({ type: "response.output_item.done", output_index: output_index + shift, item: { ...item, id: endId } });
    const thought = { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "Hm" }] };
    const spoken = { ...message(said("Hello there")), id: undefined };
    const call = { type: "function_call", call_id: "call_1", name: "f", arguments: "{}" };
    const chunks = decode(
      added(0, { ...thought, content: undefined }), { type: "response.reasoning_text.delta", output_index: 0, content_index: 0, delta: "Hm" },
      { type: "response.reasoning_text.done", output_index: shift, content_index: 0, text: "Hm" }, done(0, thought),
      added(1, message()), words("Hello ", 1, part), words("there", 1, part), { ...ofPart("Hello there"), output_index: 1 + shift, content_index: part }, done(1, spoken),
      added(2, { ...call, arguments: "" }), moreArguments(2, "{}"), { type: "response.function_call_arguments.done", output_index: 2 + shift, arguments: "{}" }, done(2, { ...call, call_id: `${endId}_1` }),
      { ...completed, response: { ...completed.response, output: [thought, spoken, call] } },
    );
    expect([textOf(chunks), deltasOf(chunks).map(({ reasoning }) => reasoning ?? "").join("")]).toEqual(["Hello there", "Hm"]);
    expect(deltasOf(chunks).flatMap(({ tool_calls: calls }) => calls ?? []).map((piece) => piece.function)).toEqual([{ name: "f", arguments: "" }, { arguments: "{}" }]);
  });

  test("of an item that is done are nobody's", () => {
    const done = { type: "response.output_item.done", output_index: 0, item: message(said("Hello")) };
    expect(() => decode(words("Hel"), done, words("lo"), completed)).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
    expect(textOf(decode(words("Hel"), done, ofPart("Hello"), done, completed))).toBe("Hello");
  });

  test("are followed by the answer's end, whatever the numbers of the events", () => {
    const chunks = decode({ type: "response.created", sequence_number: 7, response: { id: "resp_1" } }, { ...words("Hi"), sequence_number: 3 }, { ...completed, sequence_number: 3 });
    expect(chunks[0]).toEqual({ upstreamId: "resp_1", choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null, native_finish_reason: null }] });
    expect(finishOf(chunks)).toMatchObject({ finish_reason: "stop", native_finish_reason: "completed" });
  });

  test("have their sources, counted from the beginning of all words", () => {
    const cited = said("is here.", { annotations: [{ type: "url_citation", url: "https://e.com", title: "E", start_index: 0, end_index: 2 }, { type: "file_citation", file_id: "file-1", filename: "a.pdf", index: 7 }] });
    const annotations = [
      { type: "url_citation", url_citation: { url: "https://e.com", title: "E", start_index: 5, end_index: 7 } },
      { type: "file_citation", file_citation: { file_id: "file-1", filename: "a.pdf", index: 12 } },
    ];
    expect(answer([message(said("What ")), message(cited)]).choices[0]?.message).toMatchObject({ content: "What is here.", annotations });
    const added = cited["annotations" as never] as readonly object[];
    const events = [words("What "), words("is here.", 1), { type: "response.output_text.annotation.added", output_index: 1, content_index: 0, annotation: added[0] }, { type: "response.output_item.done", output_index: 1, item: message(cited) }, completed];
    expect(deltasOf(decode(...events)).flatMap((delta) => delta.annotations ?? [])).toEqual(annotations);
  });

  test("have the chances of their tokens beside them", () => {
    const logprobs = [{ token: "Hi", logprob: -0.1, top_logprobs: [] }];
    expect(decode({ ...words("Hi"), logprobs }, completed)[0]?.choices[0]?.logprobs).toEqual({ content: logprobs, refusal: null });
    expect(answer([message(said("Hi", { logprobs }))]).choices[0]?.logprobs).toEqual({ content: logprobs, refusal: null });
    expect(answer([message(said("Hi", { logprobs: [] }))]).choices[0]).not.toHaveProperty("logprobs");
  });

  test("of refusal are no content", () => {
    const item = message({ type: "refusal", refusal: "I can't." });
    expect(answer([item]).choices[0]).toMatchObject({ message: { content: null, refusal: "I can't." }, finish_reason: "stop" });
    const chunks = decode({ type: "response.refusal.delta", output_index: 0, content_index: 0, delta: "I ca" }, { type: "response.output_item.done", output_index: 0, item }, completed);
    expect(deltasOf(chunks).map(({ refusal }) => refusal ?? "").join("")).toBe("I can't.");
  });
});

describe("calls", () => {
  test("are told apart by their place, for some servers change ids with every event", () => {
    const chunks = decode(addedCall(0, "a"), addedCall(1, "b"), moreArguments(1, "{}"), moreArguments(0, '{"x":1}'), completed);
    const pieces = deltasOf(chunks).flatMap((delta) => delta.tool_calls ?? []);
    expect(pieces).toMatchObject([{ index: 0, id: "call_0" }, { index: 1, id: "call_1" }, { index: 1, function: { arguments: "{}" } }, { index: 0, function: { arguments: '{"x":1}' } }]);
    expect(finishOf(chunks)).toMatchObject({ finish_reason: "tool_calls", native_finish_reason: "completed" });
  });

  test("may be named after their arguments have begun", () => {
    const chunks = decode(moreArguments(0, '{"x"'), addedCall(0, "a"), moreArguments(0, ":1}"), { type: "response.output_item.done", output_index: 0, item: addedCall(0, "a").item }, completed);
    expect(deltasOf(chunks).flatMap((delta) => delta.tool_calls ?? []).map((piece) => piece.function)).toEqual([{ name: "f", arguments: "" }, { arguments: '{"x"' }, { arguments: ":1}" }]);
  });

  test("whose arguments the end writes anew are the same", () => {
    const done = { type: "response.function_call_arguments.done", output_index: 0, arguments: '{ "x": "\\u00fc" }' };
    expect(deltasOf(decode(addedCall(0, "a"), moreArguments(0, '{"x":"ü"}'), done, completed)).flatMap((delta) => delta.tool_calls ?? [])).toHaveLength(2);
  });

  const lost = [
    { name: "that nobody named", events: [moreArguments(0, "{}"), completed] },
    { name: "one that ends as another", events: [addedCall(0, "a"), { type: "response.output_item.done", output_index: 0, item: { ...addedCall(0, "a").item, name: "g" } }, completed] },
    { name: "two in one place", events: [addedCall(0, "a"), { ...addedCall(1, "b"), output_index: 0 }, completed] },
    { name: "that the end alone counts", events: [addedCall(0, "a"), { type: "response.output_item.done", output_index: 0, item: addedCall(0, "a").item }, { ...completed, response: { ...completed.response, output: [addedCall(0, "a").item, addedCall(1, "a").item] } }] },
  ];
  test.each(lost)("$name are no success", ({ events }) => {
    expect(() => decode(...events)).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("of custom tools come whole, and what a call belongs to comes with it", () => {
    const output = [
      { type: "custom_tool_call", id: "ct_1", call_id: "call_1", name: "sql", input: "SELECT 1" },
      { type: "function_call", id: "fc_1", call_id: "call_2", name: "f", arguments: "{}", namespace: "crm" },
    ];
    const calls = [{ id: "call_1", type: "custom", custom: { name: "sql", input: "SELECT 1" } }, { id: "call_2", type: "function", function: { name: "f", arguments: "{}" }, namespace: "crm" }];
    expect(answer(output).choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { tool_calls: calls } });
    expect(deltasOf(decode(...output.map((item, output_index) => ({ type: "response.output_item.done", output_index, item })), completed)).flatMap((delta) => delta.tool_calls ?? [])[0]).toEqual({ index: 0, ...calls[0] });
  });
});

test("images are images, in whichever form they come", () => {
  const output = [{ type: "image_generation_call", id: "ig_1", result: "AA==", output_format: "webp" }, { type: "image_generation_call", id: "ig_2", result: "https://e.com/a.png" }, { type: "image_generation_call", id: "ig_3", result: null }];
  expect(answer(output).choices[0]?.message.images).toEqual([
    { type: "image_url", image_url: { url: "data:image/webp;base64,AA==" }, index: 0 },
    { type: "image_url", image_url: { url: "https://e.com/a.png" }, index: 1 },
  ]);
});

describe("the end", () => {
  test.each([
    { reason: "max_output_tokens", finish: "length" },
    { reason: "content_filter", finish: "content_filter" },
    { reason: "something_new", finish: "length" },
  ])("of an answer cut by $reason is $finish", ({ reason, finish }) => {
    expect(finishOf(ended("incomplete", { incomplete_details: { reason } }))).toMatchObject({ finish_reason: finish, native_finish_reason: reason });
  });

  const failures = [
    { name: "a rate limit", error: { code: "rate_limit_exceeded", message: "Slow down." }, code: "upstream_rate_limited" },
    { name: "a spent quota", error: { code: "insufficient_quota", message: "Pay." }, code: "upstream_billing" },
    { name: "the server's", error: { code: "server_error", message: "Sorry." }, code: "upstream_failed" },
    { name: "the prompt's", error: { code: "invalid_prompt", message: "Bad prompt." }, code: "invalid_request" },
    { name: "an image's", error: { code: "image_too_large", message: "Too large." }, code: "invalid_request" },
    { name: "nobody's", error: null, code: "upstream_failed" },
  ];
  test.each(failures)("of an answer that failed by $name fault is $code, however it is told", ({ error, code }) => {
    const fault = expect.objectContaining({ code });
    expect(() => ended("failed", { error })).toThrow(fault);
    expect(() => answer([], { status: "failed", error })).toThrow(fault);
    if (error === null) return;
    expect(() => decode(words("Hi"), { type: "error", error })).toThrow(fault);
    expect(() => decode(words("Hi"), { type: "error", ...error, param: null, sequence_number: 3 })).toThrow(fault);
  });

  test("comes once, and a failure after it is one", () => {
    expect(decode(words("Hi"), completed, completed).flatMap(({ choices }) => choices).filter(({ finish_reason: finish }) => finish !== null)).toHaveLength(1);
    expect(() => decode(words("Hi"), completed, { type: "response.failed", response: { error: { code: "server_error", message: "Sorry." } } })).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });

  test("that is missing is a cut, and one that is no end is garbled", () => {
    const decoder = openResponseStream(format);
    decoder.push({ event: undefined, data: JSON.stringify(words("Hi")) });
    decoder.push({ event: undefined, data: "[DONE]" });
    expect(decoder.isEnded()).toBe(true);
    expect(() => decoder.end()).toThrow(expect.objectContaining({ code: "stream_truncated" }));
    expect(() => answer([], { status: "in_progress" })).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("counts the tokens, and the tier that served; the request's echo is nobody's news", () => {
    const usage = { input_tokens: 10, input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 }, output_tokens: 5, output_tokens_details: { reasoning_tokens: 3 } };
    const whole = answer([], { usage, service_tier: "flex", instructions: "secret", tools: [], content_filters: [{ blocked: false }], citations: ["https://e.com"] });
    expect(whole).toMatchObject({ usage: { promptTokens: 10, cachedTokens: 4, cacheWriteTokens: 2, completionTokens: 5, reasoningTokens: 3 }, serviceTier: "flex" });
    expect(whole.extra).toEqual({ content_filters: [{ blocked: false }], citations: ["https://e.com"] });
  });
});

test("searches of the web are counted, in streams and whole; what is done with the pages, and what failed, is no search", () => {
  const usage = { input_tokens: 10, output_tokens: 5 };
  const output = [
    webCall("a", { action: { type: "search", query: "q" } }), webCall("b", { action: { type: "open_page", url: "https://a.test" } }), webCall("c", { action: { type: "find_in_page" } }),
    webCall("d", {}), webCall("e", { action: { type: "search" }, status: "failed" }), { type: "file_search_call", id: "f", status: "completed" },
  ];
  expect(answer(output, { usage }).usage).toEqual({ promptTokens: 10, completionTokens: 5, webSearches: 2 });
  const decoder = openResponseStream(format);
  output.forEach((item, index) => decoder.take({ type: "response.output_item.done", output_index: index, item }));
  decoder.take({ type: "response.completed", response: { output, usage } });
  expect(decoder.end().at(-1)?.usage?.webSearches).toBe(2);
});

describe("what is not of the protocol", () => {
  const garbled = expect.objectContaining({ code: "upstream_garbled" });

  test("is garbled: text that is no JSON, JSON that is no event, a delta that is no text, an answer that is none", () => {
    for (const data of ["{", "[]", "{}", '{"type":7}', '{"type":"response.output_text.delta","delta":{}}']) expect(() => push(data)).toThrow(garbled);
    for (const body of [undefined, [], {}, { output: {} }]) expect(() => decodeAnswer(body, format)).toThrow(garbled);
  });

  test("is an error where it says so", () => {
    expect(() => push('{"error":{"message":"Overloaded","type":"overloaded_error"}}')).toThrow(expect.objectContaining({ code: "upstream_overloaded" }));
    expect(() => push("Overloaded", "error")).toThrow(expect.objectContaining({ code: "upstream_overloaded" }));
    expect(() => decodeAnswer({ code: "Client specified an invalid argument", error: "Model not available" }, format)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  test("is passed over where it is new, and bounded where it is endless", () => {
    expect(textOf(decode({ type: "response.video.delta", delta: 7 }, words("Hi"), { type: "keepalive" }, completed))).toBe("Hi");
    expect(() => decode(...Array.from({ length: 3000 }, (_, index) => words("x", index)))).toThrow(garbled);
    expect(() => decode(...Array.from({ length: 3000 }, (_, index) => words("x", 0, index)))).toThrow(garbled);
  });
});

function webCall(id: string, fields: object) {
  return { type: "web_search_call", id, status: "completed", ...fields };
}

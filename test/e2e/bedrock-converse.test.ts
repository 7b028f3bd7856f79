/** A provider that speaks Converse, behind the gateway, over real sockets: signed requests, and streams that are binary. */

import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { awsEvent, awsException } from "../support/aws-eventstream.ts";
import type { Json } from "../support/caller.ts";
import { fixture, inPiecesOf, json, type Answer, type ReceivedRequest } from "../support/fake-upstream.ts";
import { startProviderStage, type ProviderStage } from "../support/provider-stage.ts";

// Health is kept per endpoint: what breaks one must not touch the other tests.
const models = ["acme/claude", "acme/cut-end", "acme/cut-cut", "acme/throttled", "acme/broken", "acme/failing"];
const upstreamModel = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const weather = { type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } } };
const question = { role: "user", content: "How many r's are in strawberry?" };
const credential = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: "lent", region: "eu-west-1" };

let stage: ProviderStage;

beforeAll(async () => {
  stage = await startProviderStage({
    slug: "amazon-bedrock", credential: JSON.stringify(credential), models, question,
    endpoint: { upstream_model: upstreamModel, pricing: { prompt: "3", completion: "15" }, context_length: 200_000, max_output_tokens: 8_000 },
  });
});

beforeEach(() => stage.upstream.reset());

afterAll(() => stage.dispose());

function binary(body: Answer["body"], ending: Answer["ending"] = "end"): Answer {
  return { status: 200, headers: { "content-type": "application/vnd.amazon.eventstream" }, body, ending };
}

function bedrock(name: string, lines = Infinity, ending: Answer["ending"] = "end"): Answer {
  return binary(fixture(`amazon-bedrock/${name}`).split("\n").filter((line) => line !== "").slice(0, lines).map(awsEvent), ending);
}

const sha256 = (content: string): string => createHash("sha256").update(content).digest("hex");

/** What AWS would make of the request and the secret: the signature of what really arrived. */
function signatureOf({ path, headers, text }: ReceivedRequest): string {
  const time = String(headers["x-amz-date"]);
  const canonical = [
    "POST", path.split("/").map(encodeURIComponent).join("/"), "", `content-type:${headers["content-type"]}`, `host:${headers.host}`, `x-amz-date:${time}`,
    `x-amz-security-token:${headers["x-amz-security-token"] as string}`, "", "content-type;host;x-amz-date;x-amz-security-token", sha256(text),
  ].join("\n");
  const steps = [time.slice(0, 8), "eu-west-1", "bedrock", "aws4_request", `AWS4-HMAC-SHA256\n${time}\n${time.slice(0, 8)}/eu-west-1/bedrock/aws4_request\n${sha256(canonical)}`];
  return (steps.reduce<string | Buffer>((signing, step) => createHmac("sha256", signing).update(step).digest(), `AWS4${credential.secretAccessKey}`) as Buffer).toString("hex");
}

test("a binary stream gives the words, the finish and the usage with its cost, however its bytes come", async () => {
  stage.upstream.next(inPiecesOf(5, bedrock("written.non-ascii.chunks.txt")));
  // A count is believed that fits what was asked.
  const events = await (await stage.stream({ messages: [{ ...question, content: "strawberry ".repeat(1_500) }] })).rest();
  expect(events.pop()).toBe("[DONE]");
  expect(events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 4110, completion_tokens: 47, prompt_tokens_details: { cached_tokens: 4000 }, cost: expect.any(Number) } });
  const choices = events.flatMap((event) => event.choices);
  expect(choices.map((choice) => choice.delta.content ?? "").join("")).toBe("Zoë zahlt 5 € in 東京 🍣 – naïve?");
  expect(choices.map((choice) => choice.delta.reasoning ?? "").join("")).toBe("Die Nutzerin fragt nach 寿司 🤔.");
  expect(choices.at(-1)).toMatchObject({ finish_reason: "stop", native_finish_reason: "end_turn" });
});

test("a request is signed as it arrives, and shows no secret", async () => {
  stage.upstream.next(bedrock("text.chunks.txt"));
  await (await stage.stream({ messages: [{ role: "user", content: "Grüße 🍓" }] })).rest();
  const received = await stage.upstream.received(0);
  expect(received.path).toBe("/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
  expect(received.headers["authorization"]).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request, /);
  expect(received.headers["authorization"]).toContain(`Signature=${signatureOf(received)}`);
  expect(JSON.stringify(received.headers)).not.toContain(credential.secretAccessKey);
  expect(received.json).toEqual({ messages: [{ role: "user", content: [{ text: "Grüße 🍓" }] }], inferenceConfig: { maxTokens: 8_000 } });
});

test("reasoning and calls go there and back, with the signature that Claude asks for", async () => {
  const thought = JSON.parse(fixture("amazon-bedrock/reasoning.json")).output.message.content[0];
  const calling = JSON.parse(fixture("amazon-bedrock/written.parallel-calls.json"));
  calling.output.message.content.unshift(thought);
  stage.upstream.next(json(calling), json(JSON.parse(fixture("amazon-bedrock/text.json"))));
  const { json: first } = await stage.ask({ tools: [weather], reasoning: { max_tokens: 2_000 } });
  const { message, finish_reason: finish } = first.choices[0];
  expect(finish).toBe("tool_calls");
  const results = message.tool_calls.map((each: Json) => ({ role: "tool", tool_call_id: each.id, content: "fog" }));
  expect((await stage.ask({ tools: [weather], messages: [question, message, ...results] })).json.choices[0].finish_reason).toBe("stop");

  expect((await stage.upstream.received(0)).json).toMatchObject({ additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 2_000 } } });
  const { messages } = (await stage.upstream.received(1)).json as Json;
  expect(messages[1]).toEqual({ role: "assistant", content: calling.output.message.content });
  expect(messages[2].content.map((block: Json) => block.toolResult.toolUseId)).toEqual(message.tool_calls.map((each: Json) => each.id));
});

test("a schema reaches Bedrock as one", async () => {
  stage.upstream.next(json(JSON.parse(fixture("amazon-bedrock/text.json"))));
  const schema = { type: "object", properties: { count: { type: "integer" } }, required: ["count"], additionalProperties: false };
  expect((await stage.ask({ response_format: { type: "json_schema", json_schema: { name: "count", strict: true, schema } } })).status).toBe(200);
  expect((await stage.upstream.received(0)).json).toMatchObject({ outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema: { name: "count", schema: JSON.stringify(schema) } } } } });
});

test.each(["end", "cut"] as const)("a stream that breaks off (%s) after its first words ends in an error, never as if it were whole", async (ending) => {
  stage.upstream.always(bedrock("text.chunks.txt", 4, ending));
  const events = await (await stage.stream({ model: `acme/cut-${ending}` })).rest();
  expect(events.some((event) => event.choices?.[0]?.delta.content === "Let")).toBe(true);
  expect(events.findLast((event) => typeof event === "object")).toMatchObject({ error: { metadata: { error_type: expect.any(String) } }, choices: [{ finish_reason: "error" }] });
});

test("an exception at the start of a stream is an error of its class, and one in its midst ends it", async () => {
  stage.upstream.always(binary([awsException("throttlingException", { message: "Too many tokens, please wait before trying again." })]));
  const opened = await stage.stream({ model: "acme/throttled" });
  expect(opened.status).toBe(429);
  const first = awsEvent(JSON.stringify({ contentBlockDelta: { contentBlockIndex: 0, delta: { text: "Let" } } }));
  stage.upstream.always(binary([first, awsException("modelStreamErrorException", { message: "The model stream failed." })]));
  const events = await (await stage.stream({ model: "acme/failing" })).rest();
  expect(events.findLast((event) => typeof event === "object")).toMatchObject({ error: { message: expect.stringContaining("The model stream failed.") }, choices: [{ finish_reason: "error" }] });
});

test("a message whose checksum is wrong is never passed on", async () => {
  const broken = awsEvent(JSON.stringify({ contentBlockDelta: { contentBlockIndex: 0, delta: { text: "Lies" } } }));
  broken.writeUInt8(broken.readUInt8(broken.length - 10) ^ 1, broken.length - 10);
  stage.upstream.always(binary([broken]));
  const opened = await stage.stream({ model: "acme/broken" });
  expect(opened.status).toBe(502);
  expect(JSON.stringify(await opened.rest())).not.toContain("Lies");
});

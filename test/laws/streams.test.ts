/**
 * What holds for every stream, whatever an upstream or the network does to its bytes: an answer is one endpoint's alone, and
 * it ends as a success only when all of it was told. Over every recorded stream, through the whole relay and every surface.
 */

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { protocols } from "../../src/providers/registry.ts";
import { chatCompletions } from "../../src/surfaces/chat-completions/surface.ts";
import { completions as completionsSurface } from "../../src/surfaces/completions/surface.ts";
import { messages as messagesSurface } from "../../src/surfaces/messages/surface.ts";
import { responses as responsesSurface } from "../../src/surfaces/responses/surface.ts";
import { chat } from "../e2e/matrix/surfaces/chat.ts";
import { completions } from "../e2e/matrix/surfaces/completions.ts";
import { messages } from "../e2e/matrix/surfaces/messages.ts";
import { responses } from "../e2e/matrix/surfaces/responses.ts";
import type { Heard } from "../e2e/matrix/scene.ts";
import { recorded, recordedBytes, recordedLines, type Recorded } from "../fixtures/recorded.ts";
import { awsEvent, awsException, awsMessage } from "../support/aws-eventstream.ts";
import { openMemoryStage, secondWords, type Bytes, type MemoryStage, type Told } from "../support/memory-stage.ts";

const dialects = {
  chat: { surface: chatCompletions, reader: chat },
  completions: { surface: completionsSurface, reader: completions },
  responses: { surface: responsesSurface, reader: responses },
  messages: { surface: messagesSurface, reader: messages },
} as const;
type Name = keyof typeof dialects;

const streams = recorded((fixture) => fixture.kind === "chat" && fixture.stream && protocols.has(fixture.wire_format));
let stage: MemoryStage;
let played = 0;

beforeAll(async () => {
  stage = await openMemoryStage([...protocols]);
});
afterAll(() => stage.dispose());

/** How often each law is tried on a stream: the long ones cost a hundred times the short ones. */
function runsFor(fixture: Recorded): number {
  const bytes = recordedBytes(fixture).length;
  return bytes < 8_000 ? 30 : bytes < 40_000 ? 10 : 4;
}

const isBinary = ({ wire_format: format }: Recorded): boolean => format === "bedrock-converse";
const namesEvents: ReadonlySet<string> = new Set(["anthropic-messages", "openai-responses"]);

/** The bytes of each event, and of what the protocol has for an end. */
function eventsOf(fixture: Recorded): readonly Buffer[] {
  const lines = recordedLines(fixture);
  if (isBinary(fixture)) return lines.map(awsEvent);
  const name = (line: string): string => (namesEvents.has(fixture.wire_format) ? `event: ${JSON.parse(line).type}\n` : "");
  const hasDone = fixture.wire_format === "openai-chat" || fixture.wire_format === "mistral-chat";
  return [...lines.map((line) => `${name(line)}data: ${line}\n\n`), ...(hasDone ? ["data: [DONE]\n\n"] : [])].map((text) => Buffer.from(text));
}

/** What carries nothing: comments, pings, and events that nobody knows. */
function noises({ wire_format: format }: Recorded): readonly Buffer[] {
  switch (format) {
    case "bedrock-converse":
      return [awsMessage({ ":event-type": "weatherReport", ":content-type": "application/json", ":message-type": "event" }, '{"sky":"☀"}')];
    case "anthropic-messages":
    case "openai-responses":
    case "cohere-v2":
      return [": alive\n\n", ":\n", 'event: ping\ndata: {"type":"ping"}\n\n', 'event: weather.report\ndata: {"type":"weather.report","sky":"☀"}\n\n', "retry: 10\n", "id: 7\n\n"].map((text) => Buffer.from(text));
    default:
      return [": alive\n\n", ":\n", "retry: 10\n", "id: 7\n\n", "event: ping\n\n"].map((text) => Buffer.from(text));
  }
}

const notUtf8 = Buffer.concat([Buffer.from("data: "), Buffer.from([0xff]), Buffer.from("\n\n")]);

const awsDelta = (json: string): Buffer => awsMessage({ ":event-type": "contentBlockDelta", ":content-type": "application/json", ":message-type": "event" }, json);

/** What is no event of any protocol, or says that something broke. */
function aliens(fixture: Recorded): readonly Buffer[] {
  if (isBinary(fixture)) {
    return [awsDelta("{nonsense"), awsDelta("42"), awsDelta("[{},{}]"), awsException("internalServerException", { message: "It broke." }), Buffer.from("data: {}\n\n".repeat(4))];
  }
  const lines = [
    "data: {nonsense", "data: 42", "data: null", "data: [{},{}]", 'data: {"error":{"message":"It broke."}}', "event: error\ndata: It broke.", 'Data: {"type":"ping"}', "data\0: {}", 'ta: {"id":7}', "event: ping\x01data: {}",
  ];
  return [...lines.map((line) => Buffer.from(`${line}\n\n`)), notUtf8];
}

function tell({ wire_format: protocol }: Recorded, name: Name, bytes: Bytes): Promise<Told> {
  const { surface, reader } = dialects[name];
  played++;
  return stage.tell(protocol, surface, (model) => reader.ask({ model, stream: true }), bytes);
}

/** What a client of the dialect makes of it; undefined where it was refused before its first word. */
function hear(name: Name, { text, fault }: Told): Heard | undefined {
  const { reader } = dialects[name];
  if (fault !== undefined) {
    expect(text).toBe("");
    return undefined;
  }
  const events = text.split("\n").filter((line) => line.startsWith("data: ")).map((line) => (line === "data: [DONE]" ? "[DONE]" : JSON.parse(line.slice(6))));
  return reader.hear(reader.gather(events));
}

/** The same, where a client may stumble over a call whose arguments are no JSON: that is no success either. */
function readBy(name: Name, told: Told): Heard | undefined {
  try {
    return hear(name, told);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const wholes = new Map<string, Promise<Heard>>();

/** What is heard of the stream when nothing befalls it. */
function whole(fixture: Recorded, name: Name): Promise<Heard> {
  const id = `${name} ${fixture.id}`;
  const known = wholes.get(id) ?? tell(fixture, name, { pieces: eventsOf(fixture), ending: "end" }).then((told) => {
    const heard = hear(name, told);
    if (heard === undefined || heard.error !== undefined) throw new RangeError(`${id} does not end well: ${heard?.error ?? told.fault?.message}`);
    return heard;
  });
  wholes.set(id, known);
  return known;
}

const surface = fc.constantFrom(...(Object.keys(dialects) as Name[]));
const places = fc.array(fc.nat(), { maxLength: 20 });

function cut(bytes: Buffer, at: readonly number[]): readonly Uint8Array[] {
  const sorted = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((place, index) => bytes.subarray(place, sorted[index] ?? bytes.length));
}

/** How much was said: of arguments, as they were read. */
const sizeOf = ({ text, calls }: Heard): number => text.length + calls.reduce((size, call) => size + call.name.length + JSON.stringify(call.arguments).length, 0);

/** Never spliced; and a success is the whole answer of one of the two. */
function expectOneAnswer(heard: Heard | undefined, wanted: Heard, harm: Harm): void {
  if (heard === undefined) return;
  if (heard.text.includes(secondWords)) {
    expect(heard).toMatchObject({ text: secondWords, calls: [] });
    expect(heard.error).toBe(undefined);
    return;
  }
  if (heard.error !== undefined) return;
  expect("alien" in harm, "what nobody can read is no part of a success").toBe(false);
  if ("cutAt" in harm) {
    expect(heard).toMatchObject({ text: wanted.text, calls: wanted.calls, finish: wanted.finish });
  } else {
    // What was said twice, or in another order, cannot always be told from what was meant: but nothing may be missing.
    expect(heard.text.length).toBeGreaterThanOrEqual(wanted.text.length);
    expect(heard.calls.length).toBeGreaterThanOrEqual(wanted.calls.length);
    expect(sizeOf(heard)).toBeGreaterThanOrEqual(sizeOf(wanted));
  }
}

/** Small in itself, so that a failure can be read. Bytes are counted from the end where they are negative. */
type Harm =
  | { readonly cutAt: number; readonly ending: Bytes["ending"] }
  | { readonly doubled: number }
  | { readonly moved: number; readonly to: number }
  | { readonly moves: readonly { readonly moved: number; readonly to: number }[]; readonly doubles: readonly number[] }
  | { readonly alien: number; readonly before: number }
  | { readonly byteAt: number; readonly becomes: number; readonly isNoisy?: boolean };

const join = (events: readonly Buffer[]): Buffer => Buffer.concat(events as Buffer[]);
const indexOf = (events: readonly Buffer[]): fc.Arbitrary<number> => fc.nat({ max: events.length - 1 });
const byteOf = (events: readonly Buffer[]): fc.Arbitrary<number> => fc.nat({ max: join(events).length - 1 });

/** Each event with one before it that carries nothing. */
function noisy(fixture: Recorded): readonly Buffer[] {
  const kinds = noises(fixture);
  return eventsOf(fixture).flatMap((event, index) => [kinds[index % kinds.length] as Buffer, event]);
}

const harms: Readonly<Record<string, (fixture: Recorded) => fc.Arbitrary<Harm>>> = {
  "cut or stalled": (fixture) => fc.record({ cutAt: byteOf(eventsOf(fixture)), ending: fc.constantFrom("end" as const, "reset" as const, "stall" as const) }),
  doubled: (fixture) => fc.record({ doubled: indexOf(eventsOf(fixture)) }),
  reordered: (fixture) => fc.record({ moved: indexOf(eventsOf(fixture)), to: indexOf(eventsOf(fixture)) }),
  shuffled: (fixture) => {
    const place = indexOf(eventsOf(fixture));
    return fc.record({ moves: fc.array(fc.record({ moved: place, to: place }), { maxLength: 6 }), doubles: fc.array(place, { maxLength: 3 }) });
  },
  "broken into": (fixture) => fc.record({ alien: indexOf(aliens(fixture)), before: fc.nat({ max: eventsOf(fixture).length }) }),
  // What JSON, its UTF-8 and the framing cannot hold there. (A letter that becomes another makes another text, a line end another line.)
  garbled: (fixture) => fc.boolean().chain((isNoisy) => fc.record({
    byteAt: byteOf(isNoisy ? noisy(fixture) : eventsOf(fixture)), becomes: fc.constantFrom(0, 1, 0x1f, 0x80, 0xc0, 0xff), isNoisy: fc.constant(isNoisy),
  })),
};

function harmed(fixture: Recorded, harm: Harm): { readonly bytes: Buffer; readonly ending: Bytes["ending"] } {
  const events = eventsOf(fixture);
  if ("cutAt" in harm) return { bytes: join(events).subarray(0, harm.cutAt), ending: harm.ending };
  if ("byteAt" in harm) return { bytes: withByte(join(harm.isNoisy === true ? noisy(fixture) : events), harm), ending: "end" };
  if ("alien" in harm) return { bytes: join([...events.slice(0, harm.before), aliens(fixture)[harm.alien] as Buffer, ...events.slice(harm.before)]), ending: "end" };
  const { moves, doubles } = "moves" in harm ? harm : { moves: "moved" in harm ? [harm] : [], doubles: "doubled" in harm ? [harm.doubled] : [] };
  const shuffled = [...events];
  for (const { moved, to } of moves) shuffled.splice(to, 0, ...shuffled.splice(moved, 1));
  return { bytes: join(shuffled.flatMap((event, index) => (doubles.includes(index) ? [event, event] : [event]))), ending: "end" };
}

function withByte(bytes: Buffer, { byteAt, becomes }: { readonly byteAt: number; readonly becomes: number }): Buffer {
  const changed = Buffer.from(bytes);
  changed[byteAt < 0 ? bytes.length + byteAt : byteAt] = becomes;
  return changed;
}

describe.each([...protocols])("%s", (protocol) => {
  const own = streams.filter((fixture) => fixture.wire_format === protocol).map((fixture) => [fixture.id, fixture] as const);

  test.each(own)("%s says the same however its bytes are split, and whatever comes between its events", async (_id, fixture) => {
    const events = eventsOf(fixture);
    const kinds = noises(fixture);
    const between = fc.array(fc.record({ before: indexOf(events), kind: fc.nat({ max: kinds.length - 1 }) }), { maxLength: 8 });
    await fc.assert(fc.asyncProperty(surface, places, between, async (name, at, noise) => {
      const bytes = join(events.flatMap((event, index) => [...noise.filter(({ before }) => before === index).map(({ kind }) => kinds[kind] as Buffer), event]));
      expect(hear(name, await tell(fixture, name, { pieces: cut(bytes, at), ending: "end" }))).toEqual(await whole(fixture, name));
    }), { numRuns: runsFor(fixture) });
  });

  describe.each(Object.entries(harms))("%s", (_kind, harm) => {
    test.each(own)("%s is never spliced, and never short as a success", async (_id, fixture) => {
      await fc.assert(fc.asyncProperty(surface, harm(fixture), places, async (name, what, at) => {
        const { bytes, ending } = harmed(fixture, what);
        const heard = readBy(name, await tell(fixture, name, { pieces: cut(bytes, at), ending }));
        expectOneAnswer(heard, await whole(fixture, name), what);
      }), { numRuns: runsFor(fixture) });
    });
  });
});

/** What the laws have found, so that it is tried every time. */
const found: readonly { readonly why: string; readonly id: string; readonly name: Name; readonly harm: Harm }[] = [
  { why: "the connection breaks within the usage, after the finish", id: "openai/text.chunks.txt", name: "chat", harm: { cutAt: -40, ending: "reset" } },
  { why: "what is garbled comes after the finish, in one read with it", id: "amazon-bedrock/text.chunks.txt", name: "chat", harm: { byteAt: -5, becomes: 0 } },
  { why: "a garbled line is no field that there is", id: "google-ai-studio/text.chunks.txt", name: "chat", harm: { byteAt: 0, becomes: 0 } },
  { why: "a garbled line is no field that there is", id: "perplexity/text.chunks.txt", name: "chat", harm: { byteAt: 0, becomes: 0 } },
  { why: "the name of an event swallows its data", id: "anthropic/tool-search-deferred-regex.part3.chunks.txt", name: "chat", harm: { byteAt: 741, becomes: 0 } },
  { why: "the message begins again after its finish", id: "anthropic/duplicate-message-start.chunks.txt", name: "chat", harm: { moved: 5, to: 1 } },
  { why: "the end comes first", id: "openai/written.responses-parallel-calls.chunks.txt", name: "chat", harm: { moved: 26, to: 0 } },
  { why: "words come after the finish", id: "anthropic/text.chunks.txt", name: "chat", harm: { moved: 3, to: 10 } },
  { why: "the finish comes first", id: "anthropic/json-tool.2.chunks.txt", name: "chat", harm: { moved: 12, to: 1 } },
  { why: "words come after the finish", id: "amazon-bedrock/text.chunks.txt", name: "chat", harm: { moved: 1, to: 14 } },
  { why: "the finish comes first", id: "cohere/text.chunks.txt", name: "chat", harm: { moved: 10, to: 0 } },
  { why: "words come after [DONE]", id: "mistral/text.chunks.txt", name: "chat", harm: { moved: 1, to: 8 } },
  { why: "words come after [DONE]", id: "moonshotai/stream.chunks.txt", name: "chat", harm: { moved: 2, to: 4 } },
  { why: "the words at the end are not those that were told", id: "openai/responses.phase.1.chunks.txt", name: "chat", harm: { doubled: 11 } },
  { why: "a delta comes after its item is done", id: "openai/written.responses-non-ascii.chunks.txt", name: "chat", harm: { moved: 4, to: 12 } },
  { why: "a block begins twice", id: "anthropic/clear-thinking.1.chunks.txt", name: "messages", harm: { doubled: 1 } },
  { why: "a call is gone on with after another block has begun", id: "amazon-bedrock/written.parallel-calls.chunks.txt", name: "messages", harm: { moved: 3, to: 0 } },
  { why: "a call is gone on with after another block has begun", id: "google-ai-studio/stream-tool-call-arguments.chunks.txt", name: "messages", harm: { doubled: 0 } },
  { why: "a text among a call's arguments is gone on with after its end", id: "google-ai-studio/stream-tool-call-arguments.chunks.txt", name: "chat", harm: { moves: [{ moved: 5, to: 1 }, { moved: 6, to: 1 }], doubles: [] } },
  { why: "a thought is gone on with after another block has begun", id: "cohere/written.thinking-calls.chunks.txt", name: "messages", harm: { moved: 2, to: 5 } },
];

test.each(found)("found: $why ($id, $name)", async ({ id, name, harm }) => {
  const fixture = streams.find((each) => each.id === id) as Recorded;
  const { bytes, ending } = harmed(fixture, harm);
  expectOneAnswer(readBy(name, await tell(fixture, name, { pieces: [bytes], ending })), await whole(fixture, name), harm);
});

test("that was over ten thousand streams", () => {
  expect(played).toBeGreaterThan(10_000);
});

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
import { awsEvent, awsMessage } from "../support/aws-eventstream.ts";
import { openMemoryStage, secondWords, type Bytes, type MemoryStage, type Told } from "../support/memory-stage.ts";

const dialects = [
  { surface: chatCompletions, reader: chat },
  { surface: completionsSurface, reader: completions },
  { surface: responsesSurface, reader: responses },
  { surface: messagesSurface, reader: messages },
] as const;
type Dialect = (typeof dialects)[number];

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
  return bytes < 8_000 ? 22 : bytes < 40_000 ? 8 : 3;
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

async function tell({ wire_format: protocol }: Recorded, { surface, reader }: Dialect, bytes: Bytes): Promise<Told> {
  played++;
  return stage.tell(protocol, surface, (model) => reader.ask({ model, stream: true }), bytes);
}

/** What a client of the dialect makes of it; undefined where it was refused before its first word. */
function hear({ reader }: Dialect, { text, fault }: Told): Heard | undefined {
  if (fault !== undefined) {
    expect(text).toBe("");
    return undefined;
  }
  const events = text.split("\n").filter((line) => line.startsWith("data: ")).map((line) => (line === "data: [DONE]" ? "[DONE]" : JSON.parse(line.slice(6))));
  return reader.hear(reader.gather(events));
}

const wholes = new Map<string, Promise<Heard>>();

/** What is heard of the stream when nothing befalls it. */
function whole(fixture: Recorded, dialect: Dialect): Promise<Heard> {
  const id = `${dialect.surface.name} ${fixture.id}`;
  const known = wholes.get(id) ?? tell(fixture, dialect, { pieces: eventsOf(fixture), ending: "end" }).then((told) => {
    const heard = hear(dialect, told);
    if (heard === undefined || heard.error !== undefined) throw new RangeError(`${id} does not end well: ${heard?.error ?? told.fault?.message}`);
    return heard;
  });
  wholes.set(id, known);
  return known;
}

const dialect = fc.constantFrom(...dialects);
const places = fc.array(fc.nat(), { maxLength: 20 });

function cut(bytes: Buffer, at: readonly number[]): readonly Uint8Array[] {
  const sorted = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((place, index) => bytes.subarray(place, sorted[index] ?? bytes.length));
}

/** Never spliced; and a success is the whole answer of one of the two. */
function expectOneAnswer(heard: Heard | undefined, wanted: Heard): void {
  if (heard === undefined) return;
  if (heard.text.includes(secondWords)) {
    expect(heard).toMatchObject({ text: secondWords, calls: [], error: undefined });
    return;
  }
  if (heard.error === undefined) expectNotShort(heard, wanted);
}

/** What was said twice, or in another order, cannot always be told from what was meant: but nothing may be missing. */
function expectNotShort(heard: Heard, wanted: Heard): void {
  expect(heard.text.length).toBeGreaterThanOrEqual(wanted.text.length);
  expect(heard.calls.length).toBeGreaterThanOrEqual(wanted.calls.length);
}

interface Harm {
  readonly name: string;
  /** The bytes of these events, harmed. */
  readonly harm: (events: readonly Buffer[]) => fc.Arbitrary<{ readonly bytes: Buffer; readonly ending: Bytes["ending"] }>;
  /** The harm leaves no other whole answer than the one that was meant. */
  readonly isExact: boolean;
}

const join = (events: readonly Buffer[]): Buffer => Buffer.concat(events as Buffer[]);
const indexOf = (events: readonly Buffer[]): fc.Arbitrary<number> => fc.nat({ max: events.length - 1 });

const harms: readonly Harm[] = [
  {
    name: "cut",
    harm: (events) => fc.record({ at: fc.nat({ max: join(events).length }), ending: fc.constantFrom("end" as const, "reset" as const, "stall" as const) })
      .map(({ at, ending }) => ({ bytes: join(events).subarray(0, at), ending })),
    isExact: true,
  },
  {
    name: "doubled",
    harm: (events) => indexOf(events).map((index) => ({ bytes: join([...events.slice(0, index + 1), ...events.slice(index)]), ending: "end" as const })),
    isExact: false,
  },
  {
    name: "reordered",
    harm: (events) => fc.tuple(indexOf(events), indexOf(events)).map(([from, to]) => {
      const others = events.filter((_, index) => index !== from);
      return { bytes: join([...others.slice(0, to), events[from] as Buffer, ...others.slice(to)]), ending: "end" as const };
    }),
    isExact: false,
  },
  {
    // One byte becomes another that JSON, its UTF-8 and the framing cannot hold there. (A letter that becomes another letter is another text.)
    name: "garbled",
    harm: (events) => fc.record({ at: fc.nat({ max: join(events).length - 1 }), to: fc.constantFrom(0, 1, 0x0a, 0x0d, 0x1f, 0x80, 0xc0, 0xff) })
      .map(({ at, to }) => ({ bytes: withByte(join(events), at, to), ending: "end" as const })),
    isExact: false,
  },
];

function withByte(bytes: Buffer, at: number, to: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = to;
  return changed;
}

describe.each([...protocols])("%s", (protocol) => {
  const own = streams.filter((fixture) => fixture.wire_format === protocol);

  test.each(own.map((fixture) => [fixture.id, fixture] as const))("%s says the same however its bytes are split, and whatever comes between its events", async (_id, fixture) => {
    const events = eventsOf(fixture);
    const between = fc.array(fc.tuple(indexOf(events), fc.constantFrom(...noises(fixture))), { maxLength: 8 });
    await fc.assert(fc.asyncProperty(dialect, places, between, async (each, at, noise) => {
      const bytes = join(events.flatMap((event, index) => [...noise.filter(([place]) => place === index).map(([, what]) => what), event]));
      expect(hear(each, await tell(fixture, each, { pieces: cut(bytes, at), ending: "end" }))).toEqual(await whole(fixture, each));
    }), { numRuns: runsFor(fixture) });
  });

  describe.each(harms.map((harm) => [harm.name, harm] as const))("%s", (_name, { harm, isExact }) => {
    test.each(own.map((fixture) => [fixture.id, fixture] as const))("%s is never spliced, and never short as a success", async (_id, fixture) => {
      const events = eventsOf(fixture);
      await fc.assert(fc.asyncProperty(dialect, harm(events), places, async (each, { bytes, ending }, at) => {
        const heard = hear(each, await tell(fixture, each, { pieces: cut(bytes, at), ending }));
        const wanted = await whole(fixture, each);
        expectOneAnswer(heard, wanted);
        if (isExact && heard?.error === undefined && heard?.text !== secondWords && heard !== undefined) expect(heard).toMatchObject({ text: wanted.text, calls: wanted.calls, finish: wanted.finish });
      }), { numRuns: runsFor(fixture) });
    });
  });
});

test("that was over five thousand streams", () => {
  expect(played).toBeGreaterThan(5_000);
});

/** Every dialect in, every dialect out: each protocol behind each surface, over real sockets, streamed and whole. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { protocols as registered } from "../../../src/providers/registry.ts";
import { recorded, sha256 } from "../../fixtures/recorded.ts";
import { call, openStream, type Json } from "../../support/caller.ts";
import { fixture, inPiecesOf, json, startFakeUpstream, type Answer, type FakeUpstream } from "../../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../../support/gateway.ts";
import { cells, modelOf, protocols, reasonAgainst, type Case, type Cell } from "./cells.ts";
import { matrixPage } from "./page.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { calls, cost, counted, fitting, instructions, pieces, pricing, question, remark, results, schema, text, tool, type Asked, type Heard, type Said, type Turn } from "./scene.ts";

/** A proper end of the bytes, and a reset connection. */
const breaks = ["end", "cut"] as const;

let upstream: FakeUpstream;
let gateway: Gateway;
let key: string;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const supported = ["max_tokens", "temperature", "tools", "tool_choice", "response_format", "structured_outputs"];
  const providers = protocols.map((protocol) => ({
    slug: `matrix-${protocol.name}`, name: protocol.name, protocol: protocol.name, base_url: `${upstream.origin}/${protocol.name}`, credential: protocol.credential,
    endpoints: cells.filter((cell) => cell.protocol === protocol).flatMap((cell) => breaks.map((ending) => ({
      model: modelOf(cell, ending), upstream_model: protocol.upstreamModel, pricing, context_length: 100_000, supported_parameters: supported,
    }))),
  }));
  gateway = await startGateway({ config: { providers } });
  ({ key } = await gateway.newKey());
});

beforeEach(() => upstream.reset());

afterAll(async () => {
  await Promise.all([gateway.dispose(), upstream.close()]);
});

const answerOf = (protocol: Protocol, said: Said): Answer => json(protocol.whole(said));

function streamOf({ mediaType, frame, end = "" }: Protocol, lines: readonly string[]): Answer {
  return { status: 200, headers: { "content-type": mediaType }, body: [...lines.map(frame), end], ending: "end" };
}

/** Says this in the cell's way: streams in pieces that end within characters and lines. */
function say({ protocol, mode }: Cell, said: Said): Answer {
  return mode === "whole" ? answerOf(protocol, said) : inPiecesOf(7, streamOf(protocol, protocol.lines(said)));
}

interface Answered {
  readonly answer: Json;
  readonly heard: Heard;
}

async function post({ surface, mode }: Cell, body: object): Promise<Answered> {
  const answer = mode === "whole"
    ? (await call(gateway.baseUrl, surface.path, { key, body })).json
    : surface.gather(await (await openStream(gateway.baseUrl, surface.path, { key, body })).rest());
  return { answer, heard: surface.hear(answer) };
}

const asked = (cell: Cell, wants?: Asked["wants"], variant?: string): Asked => ({ model: modelOf(cell, variant), stream: cell.mode === "streamed", ...(wants === undefined ? {} : { wants }) });
const usageOf = ({ protocol }: Cell) => ({ ...counted, cost: protocol.cost ?? cost });
const stopped: Readonly<Record<string, string>> = { chat: "stop", completions: "stop", responses: "completed", messages: "end_turn" };
const called: Readonly<Record<string, string>> = { chat: "tool_calls", responses: "completed", messages: "tool_use" };

async function sent({ protocol }: Cell, index = 0) {
  return protocol.read((await upstream.received(index)).json as Json);
}

/** As the surface can say it: completions have one text. */
const opening = ({ surface }: Cell): readonly Turn[] => [
  ...(surface.name === "completions" ? [] : [{ from: "system" as const, text: instructions }]),
  { from: "user", text: question },
];

const runs: Readonly<Record<Case, (cell: Cell) => Promise<void>>> = {
  text: async (cell) => {
    upstream.next(say(cell, text));
    const { heard } = await post(cell, cell.surface.ask(asked(cell)));
    expect(heard).toEqual({ text: text.text, calls: [], finish: stopped[cell.surface.name], usage: usageOf(cell) });
    expect(await sent(cell)).toEqual({ turns: opening(cell), tools: [], schema: undefined });
  },

  "recorded text": async (cell) => {
    const { protocol, mode } = cell;
    const id = mode === "whole" ? protocol.recorded.whole : protocol.recorded.stream;
    const [facts] = recorded((each) => each.id === id).map(({ expected }) => expected);
    const content = fixture(id);
    upstream.next(mode === "whole" ? { ...json(null), body: [content] } : streamOf(protocol, content.split("\n").filter((line) => line !== "")));
    const { heard } = await post(cell, cell.surface.ask(asked(cell)));
    expect(sha256(heard.text)).toBe(facts?.text?.sha256);
    expect(heard).toMatchObject({ finish: stopped[cell.surface.name], usage: { prompt: facts?.usage?.prompt_tokens, completion: facts?.usage?.completion_tokens, cached: facts?.usage?.cached_tokens ?? 0 } });
  },

  "tool calls": async (cell) => {
    const { surface } = cell;
    upstream.next(say(cell, { calls, text: remark }), say(cell, text));
    const { answer, heard } = await post(cell, surface.ask(asked(cell, "tools")));
    expect(heard).toMatchObject({ text: remark, calls: calls.map(({ name, arguments: given }) => ({ name, arguments: given })), finish: called[surface.name], usage: usageOf(cell) });
    expect(new Set(heard.calls.map(({ id }) => id)).size).toBe(calls.length);
    expect(await sent(cell)).toMatchObject({ turns: opening(cell), tools: [{ name: tool.name, parameters: tool.parameters }], schema: undefined });

    const { heard: last } = await post(cell, surface.answerTo(asked(cell, "tools"), answer));
    expect(last).toEqual({ text: text.text, calls: [], finish: stopped[surface.name], usage: usageOf(cell) });
    const made = calls.map(({ name, arguments: given }) => ({ name, arguments: given }));
    const resulted = made.map((resultOf, index): Turn => ({ resultOf, result: JSON.parse(results[index] ?? "") }));
    expect((await sent(cell, 1)).turns).toEqual([...opening(cell), { from: "assistant", text: remark }, { calls: made }, ...resulted]);
  },

  schema: async (cell) => {
    upstream.next(say(cell, fitting));
    const { heard } = await post(cell, cell.surface.ask(asked(cell, "schema")));
    expect(heard).toEqual({ text: fitting.text, calls: [], finish: stopped[cell.surface.name], usage: usageOf(cell) });
    expect(await sent(cell)).toMatchObject({ turns: opening(cell), schema });
  },

  cut: async (cell) => {
    const { protocol, mode } = cell;
    for (const ending of breaks) {
      upstream.always({ ...(mode === "whole" ? halfOf(answerOf(protocol, text)) : untilWords(streamOf(protocol, protocol.lines(text)))), ending });
      const { heard } = await post(cell, cell.surface.ask(asked(cell, undefined, ending)));
      expect(heard.error).toBe("provider_unavailable");
      // What was said is heard, and nothing that tells of a good end.
      expect(heard.text).toBe(mode === "whole" ? "" : pieces[0]);
      expect(heard.finish).not.toBe(stopped[cell.surface.name]);
      expect(heard.usage?.cost ?? 0).toBe(0);
    }
  },
};

function halfOf(answer: Answer): Answer {
  const body = String(answer.body[0]);
  return { ...answer, body: [body.slice(0, body.length / 2)] };
}

/** Breaks off after the first words. */
function untilWords(answer: Answer): Answer {
  const first = answer.body.findIndex((piece) => Buffer.from(piece as string).includes(pieces[0]));
  return { ...answer, body: answer.body.slice(0, first + 1) };
}

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))("%s", (_name, protocol) => {
  const own = cells.filter((cell) => cell.protocol === protocol);
  test.each(own.filter((cell) => reasonAgainst(cell) === undefined).map((cell) => [`${cell.surface.name}: ${cell.case}, ${cell.mode}`, cell] as const))("%s", (_cell, cell) => runs[cell.case](cell));
  test.each(own.filter((cell) => reasonAgainst(cell) !== undefined).map((cell) => [`${cell.surface.name}: ${cell.case}, ${cell.mode}, cannot be`, cell] as const))("%s", async (_cell, cell) => {
    await expect(runs[cell.case](cell)).rejects.toThrow();
  });
});

test("no protocol is left out", () => {
  expect(new Set(protocols.map(({ name }) => name))).toEqual(registered);
});

test("docs/matrix.md says which cells there are, and which cannot be", async () => {
  await expect(matrixPage()).toMatchFileSnapshot("../../../docs/matrix.md");
});

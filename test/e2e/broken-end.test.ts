/**
 * After the finish: an answer that was finished before its connection broke is whole (fault matrix, row 17), wherever in the rest it
 * broke. What came in spite of the finish is no fault of the connection's, and such an answer is not told as a success.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { event, fixtureEvents, sse } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";

const harmless = ["acme/end", "acme/cut", "acme/cut-character", "acme/ping", "acme/usage"] as const;
const harmful = ["acme/garbled", "acme/garbled-line", "acme/words", "acme/words-at-the-end", "acme/error"] as const;

let stage: Stage;

beforeAll(async () => {
  stage = await startStage([...harmless, ...harmful]);
});
afterAll(() => stage.dispose());

const said = "Hello, world! This is a test response.";
const late = { id: "c", choices: [{ index: 0, delta: { content: "And on." }, finish_reason: null }] };

/** The events of an answer, and this after them: in one read with the finish, as a provider's last packet is. */
async function told(model: string, rest: string | Buffer, ending: "end" | "cut") {
  stage.first.next(sse([Buffer.concat([...fixtureEvents("mistral/text.chunks.txt"), rest].map((piece) => Buffer.from(piece as string)))], ending));
  const events = await (await stage.stream(model)).rest();
  expect(events.at(-1)).toBe("[DONE]");
  const choices = events.flatMap((one) => one.choices ?? []);
  expect(choices.map(({ delta }) => delta.content ?? "").join("")).toBe(said);
  return { events, finish: choices.at(-1).finish_reason };
}

test.each([
  { model: harmless[0], rest: 'data: {"id":"half', ending: "end" as const },
  { model: harmless[1], rest: 'data: {"id":"half', ending: "cut" as const },
  { model: harmless[2], rest: Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xe4, 0xb8]), ending: "cut" as const },
  { model: harmless[3], rest: `: alive\n\nevent: ping\n\n${event({ took_ms: 7 })}`, ending: "end" as const },
  { model: harmless[4], rest: event({ id: "c", choices: [], usage: { prompt_tokens: 13, completion_tokens: 8, total_tokens: 21 } }).trimEnd(), ending: "cut" as const },
])("half an event and what is beside the answer leave it whole, and do not keep the caller waiting ($model)", async ({ model, rest, ending }) => {
  expect((await told(model, rest, ending)).finish).toBe("stop");
}, 10_000);

test.each([
  { model: harmful[0], rest: Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a]), ending: "cut" as const },
  { model: harmful[1], rest: 'ta: {"id":"c"}\n\n', ending: "end" as const },
  { model: harmful[2], rest: event(late), ending: "end" as const },
  { model: harmful[3], rest: event(late).trimEnd(), ending: "end" as const },
  { model: harmful[4], rest: event({ error: { message: "It broke.", code: 500 } }), ending: "end" as const },
])("words, errors and what nobody can read end it with one error, and it is free ($model)", async ({ model, rest, ending }) => {
  const { events, finish } = await told(model, rest, ending);
  expect(finish).toBe("error");
  expect(events.filter(({ error }) => error !== undefined)).toMatchObject([{ error: { code: 502, metadata: { error_type: "provider_unavailable" } } }]);
  expect((await stage.generation(events[0].id)).total_cost).toBe(0);
}, 10_000);

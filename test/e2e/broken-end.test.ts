/** Fault matrix, row 17: an answer that was finished before its connection broke is whole, wherever in the rest it broke. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureEvents, sse } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await startStage(["acme/end", "acme/cut", "acme/garbled"]);
});
afterAll(() => stage.dispose());

test.each([
  { model: "acme/end", rest: 'data: {"id":"half', ending: "end" as const },
  { model: "acme/cut", rest: 'data: {"id":"half', ending: "cut" as const },
  { model: "acme/garbled", rest: Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a]), ending: "cut" as const },
])("what cannot be read after the finish does not keep the caller waiting ($model)", async ({ model, rest, ending }) => {
  // In one read with the finish, as a provider's last packet is.
  const last = Buffer.concat([...fixtureEvents("mistral/text.chunks.txt"), rest].map((piece) => Buffer.from(piece as string)));
  stage.first.next(sse([last], ending));
  const events = await (await stage.stream(model)).rest();
  expect(events.at(-1)).toBe("[DONE]");
  const choices = events.flatMap((event) => event.choices ?? []);
  expect(choices.map(({ delta }) => delta.content ?? "").join("")).toBe("Hello, world! This is a test response.");
  expect(choices.at(-1).finish_reason).toBe("stop");
}, 10_000);

import { expect, test } from "vitest";
import { createPassage, type TaskReply } from "./passage.ts";

function stage() {
  const seen: string[] = [];
  const listeners: (() => void)[] = [];
  let takes = true;
  const reply: TaskReply = {
    start: (id, mediaType) => seen.push(`start ${id} ${mediaType}`),
    write: (bytes) => {
      seen.push(`write ${Buffer.from(bytes).toString()}`);
      return takes;
    },
    end: () => seen.push("end"),
    whole: () => seen.push("whole"),
    onDrain: (listener) => void listeners.push(listener),
    drop: () => seen.push("drop"),
    onHangUp: () => undefined,
  };
  const passage = createPassage(reply, { generationId: "gen-1", readerMs: 60_000 });
  passage.connect({ abort: () => seen.push("abort"), pause: () => seen.push("pause"), resume: () => seen.push("resume") });
  return { passage, seen, slow: () => (takes = false), drained: () => listeners.forEach((listener) => listener()) };
}

test("the head goes before the first bytes, once, and nothing goes for nothing", () => {
  const { passage, seen } = stage();
  passage.pass("audio/pcm", Buffer.alloc(0));
  expect([passage.isOpen(), seen]).toEqual([false, []]);
  passage.pass("audio/pcm", Buffer.from("a"));
  passage.pass("audio/pcm", Buffer.from("b"));
  passage.end();
  passage.stop();
  expect(seen).toEqual(["start gen-1 audio/pcm", "write a", "write b"]);
  expect(passage.isOpen()).toBe(true);
});

test("a slow caller slows the provider down until it has caught up", () => {
  const { passage, seen, slow, drained } = stage();
  slow();
  passage.pass("audio/pcm", Buffer.from("a"));
  expect(seen.slice(1)).toEqual(["write a", "pause"]);
  drained();
  passage.stop();
  expect(seen.at(-1)).toBe("resume");
});

test("an end without a beginning is an empty answer", () => {
  expect(() => stage().passage.end()).toThrow(expect.objectContaining({ code: "empty_completion" }));
});

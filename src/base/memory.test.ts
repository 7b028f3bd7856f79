import { expect, test } from "vitest";
import { createMemory } from "./memory.ts";

test("what weighs too much together goes, what was read longest ago first, however few there are", () => {
  const memory = createMemory<string>({ clock: () => 0, entriesMax: 100, weightOf: ({ length }) => length, weightMax: 10 });
  const isKnown = (name: string): boolean => {
    const found = memory.get(name, () => Promise.resolve(undefined));
    if (found instanceof Promise) memory.forget(name);
    return typeof found === "string";
  };
  memory.put("a", "aaaa");
  memory.put("b", "bbbb");
  memory.put("b", "bb");
  memory.put("c", "cccc");
  expect(["a", "b", "c"].map(isKnown), "what is replaced weighs no more").toEqual([true, true, true]);
  memory.put("d", "d");
  expect(["a", "b", "c", "d"].map(isKnown)).toEqual([false, true, true, true]);
  memory.forget("c");
  memory.put("e", "eeeee");
  expect(["b", "c", "d", "e"].map(isKnown)).toEqual([true, false, true, true]);
  memory.put("f", "f".repeat(11));
  expect(["b", "d", "e", "f"].map(isKnown)).toEqual([false, false, false, false]);
});

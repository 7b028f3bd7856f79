import dns from "node:dns";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLookup } from "./addresses.ts";

type Reply = (error: NodeJS.ErrnoException | null, address?: string, family?: number) => void;

/** Questions that the name server has not answered yet. */
let asked: Reply[] = [];

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
  vi.spyOn(dns, "lookup").mockImplementation(((_host: string, _options: object, reply: Reply) => void asked.push(reply)) as never);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function setUp() {
  const time = { now: 0 };
  const lookup = createLookup(() => time.now);
  const heard: unknown[] = [];
  const ask = () => lookup("p.example", {}, (error, address) => void heard.push(error?.code ?? address));
  return { time, heard, ask };
}

function reply(address: string): void {
  asked.shift()?.(null, address, 4);
}

function fail(): void {
  asked.shift()?.(Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" }));
}

describe("a name server that", () => {
  test("is silent is not waited for where an address is known, and its late answer is the next one's", () => {
    const { ask, heard } = setUp();
    ask();
    reply("192.0.2.1");
    ask();
    vi.advanceTimersByTime(299);
    expect(heard).toEqual(["192.0.2.1"]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["192.0.2.1", "192.0.2.1"]);
    reply("192.0.2.2");
    expect(heard, "one answer a question").toHaveLength(2);
    ask();
    vi.advanceTimersByTime(300);
    expect(heard[2]).toBe("192.0.2.2");
  });

  test("is silent is waited for where no address is known, or none of the last five minutes", () => {
    const { ask, heard, time } = setUp();
    ask();
    vi.advanceTimersByTime(5_000);
    expect(heard).toEqual([]);
    reply("192.0.2.1");
    time.now = 300_001;
    ask();
    vi.advanceTimersByTime(5_000);
    fail();
    expect(heard).toEqual(["192.0.2.1", "EAI_AGAIN"]);
  });

  test("fails has the last good address serve, and none but that", () => {
    const { ask, heard } = setUp();
    ask();
    fail();
    ask();
    reply("192.0.2.1");
    ask();
    fail();
    expect(heard).toEqual(["EAI_AGAIN", "192.0.2.1", "192.0.2.1"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bombPdf, circularPdf, pdf } from "../../test/support/pdf.ts";
import { createPdfReader, usualPdfLimits } from "./pdf-reader.ts";

const read = createPdfReader();

test("the text of each page, in order", async () => {
  expect(await read(pdf("Hello from page one", "And from (page) two"))).toEqual({ text: "Hello from page one\n\nAnd from (page) two", pages: 2, pagesRead: 2, isCut: false });
});

test("no more pages than may be read", async () => {
  expect(await createPdfReader({ ...usualPdfLimits, pagesMax: 1 })(pdf("one", "two"))).toEqual({ text: "one", pages: 2, pagesRead: 1, isCut: true });
});

test("no more characters than may be read", async () => {
  expect(await createPdfReader({ ...usualPdfLimits, charsMax: 3 })(pdf("12345", "6"))).toMatchObject({ text: "123", isCut: true });
});

const whole = pdf("text");
describe("a hostile or broken PDF is a problem and not a crash", () => {
  test.each([
    ["nothing", Buffer.alloc(0)],
    ["noise", randomBytes(2000)],
    ["a head without a body", Buffer.from("%PDF-1.7\n")],
    ["noise behind a head", Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(20_000)])],
    ["pages that hold each other", circularPdf()],
  ])("%s", async (_what, bytes) => {
    expect(await read(bytes)).toEqual({ problem: expect.any(String) });
  });

  test("one that is cut off says as much as there is, or that it is damaged", async () => {
    for (const length of [whole.length >> 1, whole.length - 40]) expect(Object.keys(await read(whole.subarray(0, length))).length).toBeGreaterThan(0);
  });

  test("one that unpacks to more than there is room for", async () => {
    const small = createPdfReader({ ...usualPdfLimits, growthMiB: 128 });
    expect(await small(bombPdf(1_500_000_000))).toEqual({ problem: "it takes too much memory" });
  });

  test("one that takes too long", async () => {
    expect(await createPdfReader({ ...usualPdfLimits, withinMs: 1 })(whole)).toEqual({ problem: "it takes more than 1 seconds" });
  });
});

test("what cannot be read soon is refused, and the rest comes in turn", async () => {
  const narrow = createPdfReader({ ...usualPdfLimits, threadsMax: 1, waitingMax: 1 });
  const [first, second, third] = await Promise.allSettled([narrow(pdf("a")), narrow(pdf("b")), narrow(pdf("c"))]);
  expect(first).toMatchObject({ value: { text: "a" } });
  expect(second).toMatchObject({ value: { text: "b" } });
  expect(third).toMatchObject({ reason: { code: "temporarily_unavailable" } });
});

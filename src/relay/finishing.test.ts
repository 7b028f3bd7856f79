import { describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import type { FileAnnotation } from "../plugins/plugin.ts";
import type { ChatChunk } from "../wire/chat.ts";
import { annotating, whenFitted, withFiles } from "./finishing.ts";

const annotation: FileAnnotation = { type: "file", file: { hash: "h", content: [{ type: "text", text: "t" }] } };
const never = (): Promise<never> => new Promise(() => undefined);

describe("an attempt whose request is not ready", () => {
  test("ends with the fault that it cannot be made ready for, and never begins", async () => {
    let begun = 0;
    const opening = whenFitted(Promise.reject(new Fault("invalid_request", "no")), () => {
      begun += 1;
      return never();
    });
    expect(await opening.done).toMatchObject({ status: null, fault: { code: "invalid_request" }, firstContentAt: undefined });
    expect(begun).toBe(0);
  });

  test("can be ended while it waits", async () => {
    const opening = whenFitted(never(), never);
    opening.abort(new Fault("client_closed", "gone"));
    expect(await opening.done).toMatchObject({ status: null, fault: { code: "client_closed" } });
  });

  test("is not ended by a failure of ours that nobody foresaw without saying so", async () => {
    expect(await whenFitted(Promise.reject(new TypeError("a mistake")), never).done).toMatchObject({ fault: { code: "internal" } });
  });
});

const chunk = (annotations?: readonly unknown[]): ChatChunk => ({
  choices: [{ index: 0, delta: { content: "a", ...(annotations === undefined ? {} : { annotations }) }, finish_reason: null, native_finish_reason: null }],
});

test("files are told once, on the first chunk that speaks, beside what is there", () => {
  const head: ChatChunk = { choices: [], upstreamId: "1" };
  const annotate = annotating(() => [annotation]);
  expect(annotate([head])).toEqual([head]);
  expect(annotate([head, chunk(["own"])])).toEqual([head, chunk(["own", annotation])]);
  expect(annotate([chunk()])).toEqual([chunk()]);
});

test("chunks are the same objects where there are no files", () => {
  const chunks: readonly ChatChunk[] = [{ choices: [] }];
  expect(annotating(() => [])(chunks)).toBe(chunks);
});

test("a fault keeps all that it is beside the files", () => {
  const fault = new Fault("upstream_rate_limited", "later", { metadata: { a: 1 }, availability: { code: "x" }, retryAfterMs: 5, routing: { attempt: 1 } });
  expect(withFiles(fault)).toBe(fault);
  expect(withFiles(fault, [annotation])).toMatchObject({ code: "upstream_rate_limited", message: "later", metadata: { a: 1, file_annotations: [annotation] }, availability: { code: "x" }, retryAfterMs: 5, routing: { attempt: 1 } });
});

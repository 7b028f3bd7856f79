import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../wire/chat.ts";
import { messagesJson } from "./messages-json.ts";

const filler = "What is the meaning of life? ".repeat(1200);

function found(json: string | Buffer): string | undefined {
  const body = Buffer.from(json);
  const { messages } = JSON.parse(body.toString()) as { messages: readonly Message[] };
  return messagesJson(body, messages)?.toString();
}

describe("the messages of a long body", () => {
  test("are given as they were written", () => {
    const messages = `[ {"role":"user", "content":"${filler}\\u0041 \\"é\\" ]}"} ]`;
    expect(found(`{"model":"a/b","messages":${messages},"stop":["]"]}`)).toBe(messages);
    expect(found(`\n{"metadata":{"messages":"[]"},"prompt":"\\\\\\"messages\\":[","messages" :\t${messages}}`)).toBe(messages);
  });

  const message = `{"role":"user","content":"${filler}"}`;
  const refused = [
    { name: "given twice", json: `{"messages":[{"role":"user","content":"other"}],"messages":[${message}]}` },
    { name: "beside a name that is escaped", json: `{"messages":[{"role":"user","content":"other"}],"m\\u0065ssages":[${message}]}` },
    { name: "with a field that is given twice", json: `{"messages":[{"role":"system","role":"user","content":"${filler}"}]}` },
    { name: "with such a field deep inside", json: `{"messages":[{"role":"user","content":[{"type":"text","text":"other","text":"${filler}"}]}]}` },
    { name: "in a short body", json: '{"messages":[{"role":"user","content":"Hi"}]}' },
  ];
  test.each(refused)("are not given $name", ({ json }) => {
    expect(found(json)).toBeUndefined();
  });

  test("are not given when they are not UTF-8, which we read by replacing", () => {
    expect(found(Buffer.concat([Buffer.from(`{"messages":[{"role":"user","content":"${filler}`), Buffer.from([0xff]), Buffer.from('"}]}')]))).toBeUndefined();
  });

  test("say what was parsed, whatever the body holds", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (messages, others, isLast) => {
        const body = isLast ? { ...others, filler, messages } : { messages, filler, ...others, ...("messages" in others ? { messages } : {}) };
        const written = found(JSON.stringify(body, undefined, 1));
        if (written !== undefined) expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(messages)));
        else expect(Object.keys(others).some((name) => JSON.stringify(name).includes("\\"))).toBe(true);
      }),
    );
  });
});

import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { awsException, awsMessage } from "../../test/support/aws-eventstream.ts";
import { createAwsEventParser } from "./aws-eventstream.ts";
import type { SseEvent } from "./sse.ts";

const mib = 1024 * 1024;

function parse(pieces: readonly Uint8Array[], bytesMax = 4 * mib): readonly SseEvent[] {
  const parser = createAwsEventParser(bytesMax);
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

const event = (name: string, payload: string): Buffer => awsMessage({ ":event-type": name, ":content-type": "application/json", ":message-type": "event" }, payload);
const garbled = expect.objectContaining({ code: "upstream_garbled" });

/** The published examples of the encoding. Source: https://github.com/awslabs/aws-c-event-stream, its encoded test cases. */
test("an empty message, and one without headers, are read", () => {
  const empty = Buffer.from("000000100000000005c248eb7d98c8ff", "hex");
  expect(parse([empty])).toEqual([{ event: undefined, data: "" }]);
  const payload = Buffer.from("{'foo':'bar'}");
  const noHeaders = Buffer.from(`0000001d00000000fd528c5a${payload.toString("hex")}c3653936`, "hex");
  expect(parse([noHeaders])).toEqual([{ event: undefined, data: "{'foo':'bar'}" }]);
});

test("an exception is an event named error that says its type", () => {
  expect(parse([awsException("throttlingException", { message: "Too many requests" })])).toEqual([{ event: "error", data: '{"type":"throttlingException","message":"Too many requests"}' }]);
  expect(parse([awsMessage({ ":message-type": "error", ":error-code": "InternalError", ":error-message": "Sorry" }, "")])).toEqual([{ event: "error", data: '{"type":"InternalError","message":"Sorry"}' }]);
});

/** A header of text, and one of any type. */
const text = (name: string, value: string): Buffer => Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(7, 0, value.length), Buffer.from(value)]);
const of = (type: number, ...value: readonly number[]): Buffer => Buffer.concat([Buffer.of(1), Buffer.from("x"), Buffer.of(type, ...value)]);
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

test("headers of every type are skipped or read", () => {
  const headers = Buffer.concat([of(0), of(1), of(2, 1), of(3, 0, 1), of(4, ...zeros(4)), of(5, ...zeros(8)), of(6, 0, 2, 1, 2), of(8, ...zeros(8)), of(9, ...zeros(16)), text(":event-type", "hello")]);
  expect(parse([withHeaders(headers)])).toEqual([{ event: "hello", data: "" }]);
  expect(() => parse([withHeaders(of(10))])).toThrow(garbled);
  expect(() => parse([withHeaders(Buffer.of(9, 1, 2))])).toThrow(garbled);
});

/** A message of headers alone, as they are. */
function withHeaders(headers: Buffer): Buffer {
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + headers.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, Buffer.alloc(4)]);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}

describe("however the bytes are cut", () => {
  const payloads = fc.array(fc.record({ name: fc.stringMatching(/^[a-zA-Z]{1,20}$/), payload: fc.string({ unit: "grapheme", maxLength: 300 }) }), { minLength: 1, maxLength: 6 });

  test("the events are the same", () => {
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(), { maxLength: 30 }), (messages, at) => {
        const bytes = Buffer.concat(messages.map(({ name, payload }) => event(name, payload)));
        const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...places].map((place, index) => bytes.subarray(place, places[index] ?? bytes.length));
        expect(parse(pieces)).toEqual(messages.map(({ name, payload }) => ({ event: name, data: payload })));
      }),
    );
  });

  test("byte by byte they are the same, and what is not whole is nothing", () => {
    const bytes = Buffer.concat([event("one", '{"text":"寿司 🍣"}'), event("two", "{}")]);
    const whole = parse([bytes]);
    expect(parse([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
    for (let length = 0; length < bytes.length; length++) expect(whole).toEqual(expect.arrayContaining([...parse([bytes.subarray(0, length)])]));
    expect(parse([bytes.subarray(0, -1)])).toEqual(whole.slice(0, 1));
  });
});

describe("bytes that make no sense", () => {
  test("any one bit that is turned is found, and what came before it is given", () => {
    const first = event("one", "{}");
    const second = event("two", '{"text":"hello"}');
    for (let bit = 0; bit < second.length * 8; bit++) {
      const broken = Buffer.from(second);
      broken.writeUInt8(broken.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const parser = createAwsEventParser(4 * mib);
      expect(parser.push(Buffer.concat([first, broken]))).toEqual([{ event: "one", data: "{}" }]);
      expect(() => parser.push(second)).toThrow(garbled);
      expect(() => parser.end()).toThrow(garbled);
    }
  });

  test("a message past the cap is refused at its prelude", () => {
    const large = event("one", "x".repeat(2000));
    expect(() => parse([large.subarray(0, 12)], 1000)).toThrow(garbled);
    expect(parse([large], 3000)).toHaveLength(1);
  });

  test("a payload that is not UTF-8 is refused", () => {
    expect(() => parse([awsMessage({ ":message-type": "event", ":event-type": "one" }, Buffer.of(0xff, 0xfe))])).toThrow(garbled);
    expect(parse([event("one", "\ufffd")])).toEqual([{ event: "one", data: "\ufffd" }]);
  });

  test("a page of text in its place is refused", () => {
    expect(() => parse([Buffer.from("<html><body>Bad gateway</body></html>")])).toThrow(garbled);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSseParser, mediaLimits, textLimits, type SseEvent } from "./sse.ts";

function parse(...pieces: readonly (string | Uint8Array)[]): readonly SseEvent[] {
  const parser = createSseParser();
  const events = pieces.flatMap((piece) => parser.push(typeof piece === "string" ? Buffer.from(piece) : piece));
  return [...events, ...parser.end()];
}

/** The WHATWG algorithm over the whole text at once, with our three liberties and our severity, as plainly as it can be written. */
function reference(text: string): readonly SseEvent[] | "garbled" {
  const events: SseEvent[] = [];
  let event: string | undefined;
  let data: string[] = [];
  let bare = false;
  for (const line of [...text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/), ""]) {
    const [, name, value] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (line === "") {
      if (data.length > 0) events.push({ event, data: data.join("\n") });
      event = undefined;
      data = [];
      bare = false;
    } else if (bare || line.startsWith("{")) {
      bare = true;
      data.push(line);
    } else if (name === "data") data.push(value ?? "");
    else if (name === "error") {
      event = "error";
      data.push(value ?? "");
    } else if ([...line].some((character) => character < " " && character !== "\t")) return "garbled";
    else if (!line.startsWith(":") && (/[{}]/.test(line) || (name !== "event" && /[^ -~\t]/.test(name ?? "")))) return "garbled";
    else if (name === "event") event = value ?? "";
  }
  return events;
}

/** The same of the parser. */
function outcome(...pieces: readonly Uint8Array[]): readonly SseEvent[] | "garbled" {
  try {
    return parse(...pieces);
  } catch (error) {
    expect(error).toMatchObject({ code: "upstream_garbled" });
    return "garbled";
  }
}

const line = fc.oneof(
  fc.constantFrom("", "data", "data:", "data: ", "data:  two", "data:x", "event: ping", "event", ": comment", ":", "id: 7", "retry: 10", "dataset: no", "eventual", "{\"a\":1}", "error: {}", "[1]", "\ufeffdata: late", ": {\"a\":1}", "event: ping\u0000data: x", "dat\u0001: x"),
  fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => `data: ${text.replace(/[\r\n]/g, "")}`),
  fc.string({ maxLength: 8 }).map((text) => text.replace(/[\r\n]/g, "")),
);
const stream = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r")), { maxLength: 30 }), fc.boolean())
  .map(([mark, lines, ends]) => (mark ? "\ufeff" : "") + lines.map(([text, end], index) => (index === lines.length - 1 && !ends ? text : text + end)).join(""));

describe("events", () => {
  const cases = [
    { name: "an event", text: "data: a\n\n", events: [{ event: undefined, data: "a" }] },
    { name: "a named event", text: "event: ping\ndata: a\n\n", events: [{ event: "ping", data: "a" }] },
    { name: "data without a space", text: "data:a\n\n", events: [{ event: undefined, data: "a" }] },
    { name: "only the first space is cut", text: "data:  a\n\n", events: [{ event: undefined, data: " a" }] },
    { name: "several data lines are one text", text: "data: a\ndata: b\n\n", events: [{ event: undefined, data: "a\nb" }] },
    { name: "blank data is an event with nothing in it", text: "data:\n\n", events: [{ event: undefined, data: "" }] },
    { name: "a name without data is no event", text: "event: ping\n\ndata: a\n\n", events: [{ event: undefined, data: "a" }] },
    { name: "the final blank line may be missing", text: "data: a", events: [{ event: undefined, data: "a" }] },
    { name: "carriage returns alone end lines", text: "data: a\rdata: b\r\r", events: [{ event: undefined, data: "a\nb" }] },
    { name: "a byte order mark is not part of the first field", text: "\ufeffdata: a\n\n", events: [{ event: undefined, data: "a" }] },
    { name: "a bare JSON body is data", text: '{\n  "error": {\n    "message": "no"\n  }\n}\n', events: [{ event: undefined, data: '{\n  "error": {\n    "message": "no"\n  }\n}' }] },
    { name: "an error field is an error event", text: 'error: {"code":500}\n\n', events: [{ event: "error", data: '{"code":500}' }] },
    { name: "other fields say nothing", text: "id: 1\nretry: 3\nfoo\ndata: a\n\n", events: [{ event: undefined, data: "a" }] },
  ];
  test.each(cases)("$name", ({ text, events }) => expect(parse(text)).toEqual(events));

  const garbled = [
    { name: "a name that is no text", line: Buffer.from("\0ata: {}") },
    { name: "a name that is no ASCII", line: Buffer.from("d\u00e4ta: x") },
    { name: "a name that is no UTF-8", line: Buffer.from([0x64, 0xff, 0x74, 0x61, 0x3a, 0x20, 0x78]) },
    { name: "a line end within an event", line: Buffer.from("\u0001data: x") },
    { name: "an event's name that holds its data", line: Buffer.from("event: ping\0data: x") },
    { name: "the same, where the line end is no UTF-8", line: Buffer.concat([Buffer.from("event: ping"), Buffer.from([0x80]), Buffer.from("data: x")]) },
    { name: "the same, where the line end is a letter", line: Buffer.from("event: pingJdata: {}") },
    { name: "a comment that holds the data after it", line: Buffer.from(": alive\x0bdata: x") },
    { name: "an id that holds the data after it", line: Buffer.from("id: 7\0data: x") },
    { name: "a name in capitals", line: Buffer.from('Data: {"a":1}') },
    { name: "a space before the name", line: Buffer.from(' data: {"a":1}') },
    { name: "the rest of a line that lost its beginning", line: Buffer.from('tent":"Hello"}}]}') },
  ];
  test.each(garbled)("$name is not passed over: the words in it would be lost", ({ line: bytes }) => {
    expect(() => parse("data: a\n\n", bytes, "\n\ndata: b\n\n")).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("comments are counted and are no events", () => {
    const parser = createSseParser();
    expect(parser.push(Buffer.from(": keep-alive\n\n:\n\ndata: a\n\n: and"))).toEqual([{ event: undefined, data: "a" }]);
    expect(parser.comments).toBe(2);
    parser.end();
    expect(parser.comments).toBe(3);
  });

  test("a parser agrees with the reference, however the bytes are cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (text, at) => {
        const bytes = Buffer.from(text);
        const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...places].map((place, index) => bytes.subarray(place, places[index] ?? bytes.length));
        expect(outcome(...pieces)).toEqual(reference(text));
      }),
      { numRuns: 1000 },
    );
  });

  test("a parser agrees with the reference byte by byte", () => {
    fc.assert(
      fc.property(stream, (text) => {
        expect(outcome(...[...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual(reference(text));
      }),
      { numRuns: 300 },
    );
  });

  test("any bytes at all give events or upstream_garbled", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
        try {
          parse(...pieces);
        } catch (error) {
          expect(error).toMatchObject({ code: "upstream_garbled" });
        }
      }),
    );
  });
});

describe("limits", () => {
  const { lineBytesMax, eventBytesMax } = textLimits;
  const garbled = expect.objectContaining({ code: "upstream_garbled" });

  test("a line of 1 MiB passes and a longer one does not, ended or not", () => {
    const longest = `data:${"x".repeat(lineBytesMax - 5)}`;
    expect(parse(`${longest}\n\n`)[0]?.data.length).toBe(lineBytesMax - 5);
    expect(() => parse(`${longest}x\n\n`)).toThrow(garbled);
    const parser = createSseParser();
    expect(() => {
      for (let sent = 0; sent < 2 * lineBytesMax; sent += 65536) parser.push(Buffer.alloc(65536, "x"));
    }).toThrow(garbled);
  });

  test("an event of more than 4 MiB does not pass", () => {
    const part = `data:${"x".repeat(lineBytesMax - 5)}\n`;
    const parts = eventBytesMax / lineBytesMax;
    expect(parse(part.repeat(parts), "\n")).toHaveLength(1);
    expect(() => parse(part.repeat(parts + 1), "\n")).toThrow(garbled);
  });

  test("media have longer lines, which end somewhere too", () => {
    const parser = createSseParser(mediaLimits);
    const piece = Buffer.alloc(1024 * 1024, "x");
    parser.push(Buffer.from("data:"));
    for (let mebibytes = 0; mebibytes < 27; mebibytes++) parser.push(piece);
    expect(parser.push(Buffer.from("\n\n"))[0]?.data.length).toBe(27 * piece.length);
    expect(() => {
      for (let mebibytes = 0; mebibytes < 33; mebibytes++) parser.push(piece);
    }).toThrow(garbled);
  });

  test("bytes that are not UTF-8 are refused, and a replacement character that was sent is not", () => {
    expect(() => parse(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xc3, 0x28, 0x0a, 0x0a]))).toThrow(garbled);
    expect(parse("data: \ufffd\n\n")).toEqual([{ event: undefined, data: "\ufffd" }]);
  });

  test("what came whole before the bytes that fail is given first", () => {
    const parser = createSseParser();
    expect(parser.push(Buffer.concat([Buffer.from("data: a\n\ndata: "), Buffer.from([0xff, 0x0a])]))).toEqual([{ event: undefined, data: "a" }]);
    expect(() => parser.push(Buffer.from("data: b\n\n"))).toThrow(garbled);
  });
});

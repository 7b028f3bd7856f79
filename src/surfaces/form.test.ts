import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { readForm } from "./form.ts";

const type = "multipart/form-data; boundary=b";
const part = (disposition: string, content: string) => `--b\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const read = (body: string | Uint8Array, contentType = type) => readForm(typeof body === "string" ? Buffer.from(body) : body, contentType);

test("a form has fields, more than one of a name, and files", () => {
  const { fields, files } = read(`${part('name="model"', "a/b")}${part('name="x[]"', "1")}${part('name="x[]"', "2 ä")}${part('name="file"; filename="a \\"b\\".wav"', "sound")}--b--\r\n`);
  expect(Object.fromEntries(fields)).toEqual({ model: ["a/b"], "x[]": ["1", "2 ä"] });
  expect(files.get("file")).toEqual({ filename: 'a "b".wav', bytes: Buffer.from("sound") });
});

test.each([
  { name: "words before its first part", body: `preamble\r\n${part("name=a", "1")}--b--`, contentType: type },
  { name: "a boundary in quotation marks", body: `${part("name=a", "1")}--b--`, contentType: 'multipart/form-data; charset=utf-8; boundary="b"' },
  { name: "other headers beside the one that counts", body: "--b\r\ncontent-type: text/plain\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--", contentType: type },
])("a form may have $name", ({ body, contentType }) => {
  expect(read(body, contentType).fields.get("a")).toEqual(["1"]);
});

test("an empty part is empty", () => {
  expect(read(`${part('name="a"', "")}--b--`).fields.get("a")).toEqual([""]);
});

describe("a form is refused", () => {
  test.each([
    { name: "without a boundary", body: "x", contentType: "multipart/form-data" },
    { name: "that does not hold its boundary", body: "x", contentType: type },
    { name: "whose boundary stands within a line", body: `x${part("name=a", "1")}--b--`, contentType: type },
    { name: "that ends in a part", body: '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1', contentType: type },
    { name: "that ends in a head", body: '--b\r\ncontent-disposition: form-data; name="a"', contentType: type },
    { name: "with a part of no name", body: `${part("", "1")}--b--`, contentType: type },
    { name: "of too many parts", body: `${part("name=a", "1").repeat(101)}--b--`, contentType: type },
    { name: "with a head without end", body: `--b\r\n${"x".repeat(9_000)}\r\n\r\n\r\n--b--`, contentType: type },
    { name: "with a field like a file", body: `${part("name=a", "1".repeat(70_000))}--b--`, contentType: type },
  ])("$name", ({ body, contentType }) => {
    expect(() => read(body, contentType)).toThrow(Fault);
  });
});

test("any bytes come back as they were sent, and any bytes at all are a form or a fault", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    const body = Buffer.concat([Buffer.from('--b\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n'), bytes, Buffer.from("\r\n--b--\r\n")]);
    if (!Buffer.from(bytes).includes("\r\n--b")) expect(Buffer.from(read(body).files.get("f")?.bytes ?? [])).toEqual(Buffer.from(bytes));
    try {
      read(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
    }
  }));
});

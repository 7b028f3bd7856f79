import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeSchema } from "./schema.ts";

const cases = [
  { name: "what names the dialect is left out, at any depth", given: { $schema: "s", items: { $schema: "s", type: "string" } }, sent: { items: { type: "string" } } },
  { name: "a constant is an enum of one", given: { anyOf: [{ const: 1 }, { const: null }] }, sent: { anyOf: [{ enum: [1] }, { enum: [null] }] } },
  {
    name: "a reference stands alone, and to $defs", given: { properties: { a: { $ref: "#/definitions/A", description: "an A" } }, definitions: { A: { const: "a" } } },
    sent: { properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: { enum: ["a"] } } },
  },
  { name: "definitions of both names are kept", given: { $defs: { A: true }, definitions: { B: { const: 1 } } }, sent: { $defs: { A: true, B: { enum: [1] } } } },
  { name: "a lone allOf is what it holds", given: { allOf: [{ type: "string", const: "x" }], description: "d" }, sent: { type: "string", enum: ["x"], description: "d" } },
  { name: "properties may be called like keywords", given: { properties: { const: { type: "string" }, $schema: { const: 2 } } }, sent: { properties: { const: { type: "string" }, $schema: { enum: [2] } } } },
  { name: "values are not schemas", given: { enum: [{ const: 1 }], default: { $schema: "kept" }, examples: [{ const: 2 }] }, sent: { enum: [{ const: 1 }], default: { $schema: "kept" }, examples: [{ const: 2 }] } },
  {
    name: "what Google may not know stays", given: { type: ["string", "null"], pattern: "^a", additionalProperties: false, minLength: 1, format: "email" },
    sent: { type: ["string", "null"], pattern: "^a", additionalProperties: false, minLength: 1, format: "email" },
  },
];

test.each(cases)("$name", ({ given, sent }) => {
  expect(encodeSchema(given)).toEqual(sent);
});

test("a property named __proto__ is a property", () => {
  const given = JSON.parse('{"properties":{"__proto__":{"const":1}}}');
  expect(JSON.stringify(encodeSchema(given))).toBe('{"properties":{"__proto__":{"enum":[1]}}}');
});

test("any JSON is taken, is not changed, and a second reading changes nothing", () => {
  fc.assert(fc.property(fc.dictionary(fc.oneof(fc.constantFrom("properties", "items", "const", "$ref", "allOf", "definitions", "$schema"), fc.string()), fc.jsonValue()), (schema) => {
    const before = JSON.stringify(schema);
    const once = encodeSchema(schema);
    expect(JSON.stringify(schema)).toBe(before);
    expect(encodeSchema(once)).toEqual(once);
  }));
});

test("a schema without an end of depth ends", () => {
  let schema: Record<string, unknown> = { const: 1 };
  for (let depth = 0; depth < 2000; depth++) schema = { items: schema };
  expect(JSON.stringify(encodeSchema(schema))).toContain('"const":1');
});

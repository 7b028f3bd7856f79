import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededChance } from "../base/clock.ts";
import { schemaValue } from "./schema-value.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true, ownProperties: true });
addFormats.default(ajv);

function complaints(schema: object, seed: number): unknown {
  const validate = ajv.compile(schema);
  const value = schemaValue(schema, seededChance(seed));
  const valid = validate(value);
  ajv.removeSchema();
  return valid ? "fits" : { value, errors: validate.errors };
}

function nest(wrap: (inner: object) => object): object {
  let schema: object = { type: "string" };
  for (let level = 0; level < 20_000; level++) schema = wrap(schema);
  return schema;
}

const bounds = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 40 }));
const names = fc.constantFrom("city", "email", "count", "a b", "größe");

const { schema: schemas } = fc.letrec<{ schema: object; scalar: object; object: object }>((tie) => ({
  schema: fc.oneof({ maxDepth: 4, withCrossShrink: true },
    tie("scalar"),
    tie("object"),
    fc.record({ type: fc.constant("array"), items: tie("schema"), minItems: fc.integer({ min: 0, max: 3 }) }),
    fc.tuple(tie("schema"), tie("schema")).map(([first, second]) => ({ type: "array", prefixItems: [first, second], items: false, minItems: 2 })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.array(tie("object"), { minLength: 1, maxLength: 3 }).map((branches) => ({
      oneOf: branches.map((branch, index) => ({ allOf: [branch, { properties: { kind: { const: index } }, required: ["kind"] }] })),
    })),
    tie("object").map((part) => ({ allOf: [part, { type: "object", properties: { more: { type: "integer" } }, required: ["more"] }] })),
  ),
  scalar: fc.oneof(
    fc.constantFrom({}, { type: "boolean" }, { type: "null" }, { type: ["string", "null"] }, { type: ["integer", "boolean"] }),
    fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 4 }).map((values) => ({ enum: values })),
    fc.jsonValue({ maxDepth: 1 }).map((value) => ({ const: value })),
    bounds.map(([minLength, more]) => ({ type: "string", minLength: Math.abs(minLength), maxLength: Math.abs(minLength) + more })),
    fc.constantFrom("date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "uuid", "regex")
      .map((format) => ({ type: "string", format })),
    bounds.map(([minimum, more]) => ({ type: "integer", minimum, maximum: minimum + more })),
    bounds.map(([minimum, more]) => ({ type: "number", exclusiveMinimum: minimum, exclusiveMaximum: minimum + more + 1 })),
    bounds.map(([low, more]) => ({ allOf: [{ type: "number", minimum: low }, { type: "integer", maximum: low + more }] })),
    fc.integer({ min: 1, max: 9 }).map((multipleOf) => ({ type: "integer", multipleOf, minimum: -20 })),
    fc.constantFrom({ type: "number", multipleOf: 0.25 }, { type: "number", multipleOf: 0.01, minimum: 0, maximum: 1 }, { maximum: -3 }),
    fc.constant({ type: "array", uniqueItems: true, minItems: 3, items: { enum: ["a", "b", "c"] } }),
  ),
  object: fc.tuple(fc.dictionary(names, tie("schema"), { maxKeys: 4, noNullPrototype: true }), fc.boolean(), fc.boolean()).map(([properties, strict, all]) => ({
    type: "object", properties,
    required: Object.keys(properties).filter((_, index) => all || index % 2 === 0),
    additionalProperties: strict ? { type: "integer" } : true,
  })),
}));

describe("schemaValue", () => {
  test("fits any schema of the kinds that it covers", () => {
    fc.assert(fc.property(schemas, fc.nat(), (schema, seed) => {
      expect(complaints(schema, seed)).toBe("fits");
    }), { numRuns: 300 });
  });

  test("is the same for the same seed", () => {
    fc.assert(fc.property(schemas, fc.nat(), (schema, seed) => {
      expect(schemaValue(schema, seededChance(seed))).toEqual(schemaValue(schema, seededChance(seed)));
    }), { numRuns: 50 });
  });

  const tree = {
    type: "object", additionalProperties: false, required: ["label", "children"],
    properties: { label: { type: "string" }, children: { type: "array", items: { $ref: "#" } } },
  };
  const list = { $ref: "#/$defs/node", $defs: { node: {
    type: "object", required: ["value", "next"],
    properties: { value: { type: "number" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
  } } };
  const expression = { $ref: "#/$defs/any", $defs: {
    any: { oneOf: [{ $ref: "#/$defs/add" }, { $ref: "#/$defs/number" }] },
    add: { type: "object", required: ["op", "left", "right"], properties: { op: { const: "add" }, left: { $ref: "#/$defs/any" }, right: { $ref: "#/$defs/any" } } },
    number: { type: "object", required: ["value"], properties: { value: { type: "number" } }, additionalProperties: false },
  } };
  const named = [
    { name: "a tree of itself", schema: tree },
    { name: "a linked list", schema: list },
    { name: "an expression whose branches refer to each other", schema: expression },
    { name: "a map", schema: { type: "object", additionalProperties: { type: "boolean" }, minProperties: 3, maxProperties: 3 } },
    { name: "branches told apart by what they require", schema: {
      type: "object", properties: { id: { type: "string" }, email: { type: "string", format: "email" } },
      oneOf: [{ required: ["id"] }, { required: ["email"] }] } },
    { name: "an enum narrowed twice", schema: { allOf: [{ enum: [1, 2, 3] }, { enum: [3, 4] }] } },
    { name: "bounds narrowed twice", schema: { allOf: [{ type: "integer", minimum: 1, maximum: 9 }, { minimum: 7, multipleOf: 2 }, { multipleOf: 4 }] } },
    { name: "a pointer with escapes", schema: { $ref: "#/$defs/a~1b%20c", $defs: { "a/b c": { type: "null" } } } },
    { name: "a type that only one branch shares", schema: { type: "object", anyOf: [{ type: "string" }, { required: ["x"], properties: { x: { const: 1 } } }] } },
  ];
  test.each(named)("fits $name", ({ schema }) => {
    fc.assert(fc.property(fc.nat(), (seed) => {
      expect(complaints(schema, seed)).toBe("fits");
    }), { numRuns: 30 });
  });

  test("keeps a property called __proto__ as plain data", () => {
    const schema: unknown = JSON.parse('{"type":"object","properties":{"__proto__":{"const":1}},"required":["__proto__"]}');
    expect(JSON.stringify(schemaValue(schema, seededChance(1)))).toBe('{"__proto__":1}');
  });

  const doubling = { $ref: "#/$defs/0", $defs: Object.fromEntries(Array.from({ length: 60 }, (_, level) =>
    [level, { allOf: [{ $ref: `#/$defs/${level + 1}` }, { $ref: `#/$defs/${level + 1}` }] }])) };
  const hostile: { name: string; schema: unknown }[] = [
    { name: "a reference to itself", schema: { $ref: "#" } },
    { name: "a value that must hold itself", schema: { type: "object", required: ["me"], properties: { me: { $ref: "#" } } } },
    { name: "two to the power of sixty parts", schema: doubling },
    { name: "a thousand million items", schema: { type: "array", minItems: 1e9, items: { type: "array", minItems: 1e9 } } },
    { name: "a thousand million letters", schema: { type: "string", minLength: 1e9 } },
    { name: "a thousand million properties", schema: { type: "object", minProperties: 1e9 } },
    { name: "bounds the wrong way round", schema: { type: "integer", minimum: 9, maximum: 1 } },
    { name: "infinite steps", schema: { type: "number", multipleOf: 1e-300, minimum: 1e300 } },
    { name: "keywords of the wrong type", schema: { type: 7, enum: "x", required: { a: 1 }, properties: [], anyOf: {}, allOf: [1, null], $ref: "elsewhere" } },
    { name: "twenty thousand levels of choice", schema: nest((inner) => ({ anyOf: [inner, { type: "null" }] })) },
    { name: "twenty thousand levels of objects", schema: nest((inner) => ({ type: "object", properties: { a: inner }, required: ["a"] })) },
    { name: "a choice in the depth between deep parts", schema: { type: "array", minItems: 1, items: { type: "array", minItems: 1, items: { type: "array", minItems: 1, items: { type: "array", minItems: 1, items: {
      anyOf: [nest((inner) => ({ type: "object", properties: { a: inner }, required: ["a"] })), nest((inner) => ({ allOf: [inner] }))] } } } } } },
    { name: "no schema", schema: undefined },
    { name: "the schema that nothing fits", schema: false },
  ];
  test.each(hostile)("survives $name, with little output", ({ schema }) => {
    const text = JSON.stringify(schemaValue(schema, seededChance(1)));
    expect(text.length).toBeLessThan(1_000_000);
  });
});

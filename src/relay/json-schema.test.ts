import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { misfitOf } from "./json-schema.ts";

const cases: readonly { readonly name: string; readonly schema: unknown; readonly value: unknown; readonly misfit: string | undefined }[] = [
  { name: "a value that fits", schema: { type: "object", required: ["a"], properties: { a: { type: "integer" } } }, value: { a: 1 }, misfit: undefined },
  { name: "a wrong type, deep down", schema: { properties: { a: { items: { type: "string" } } } }, value: { a: ["x", 1] }, misfit: "#/properties/a/items/type" },
  { name: "what is missing", schema: { required: ["a"] }, value: {}, misfit: "#/required" },
  { name: "what is too much", schema: { properties: { a: true }, additionalProperties: false }, value: { a: 1, b: 2 }, misfit: "#/additionalProperties" },
  { name: "a name with a slash", schema: { properties: { "a/b~c": { const: 1 } } }, value: { "a/b~c": 2 }, misfit: "#/properties/a~1b~0c/const" },
  { name: "a name that objects inherit", schema: { properties: {}, required: ["constructor"] }, value: {}, misfit: "#/required" },
  { name: "a reference", schema: { $ref: "#/definitions/a", definitions: { a: { type: "null" } } }, value: 1, misfit: "#/$ref/type" },
  { name: "a reference of a later draft's place", schema: { properties: { a: { $ref: "#/$defs/a%20b" } }, $defs: { "a b": { enum: [1, { b: [2] }] } } }, value: { a: { b: [3] } }, misfit: "#/properties/a/$ref/enum" },
  { name: "a reference to nowhere", schema: { $ref: "#/definitions/a" }, value: 1, misfit: undefined },
  { name: "a reference to elsewhere", schema: { $ref: "https://example.com/schema" }, value: 1, misfit: undefined },
  { name: "a pattern, which is not run", schema: { pattern: "^(a+)+$" }, value: `${"a".repeat(100)}!`, misfit: undefined },
  { name: "the negation of a pattern, of which nothing is known", schema: { not: { pattern: "." } }, value: "a", misfit: undefined },
  { name: "the negation of what surely fits", schema: { not: { type: "string" } }, value: "a", misfit: "#/not" },
  { name: "one of two, if one cannot be said", schema: { oneOf: [{ type: "string" }, { format: "date" }] }, value: "a", misfit: undefined },
  { name: "one of two, if both fit", schema: { oneOf: [{ type: "string" }, { minLength: 1 }] }, value: "a", misfit: "#/oneOf" },
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema has a keyword of that name
  { name: "an unknown condition whose ways both end badly", schema: { if: { format: "date" }, then: false, else: { type: "null" } }, value: "a", misfit: "#/if" },
  { name: "characters beyond the first plane", schema: { maxLength: 2 }, value: "😀😀", misfit: undefined },
  { name: "a type that does not exist", schema: { type: "text" }, value: 1, misfit: undefined },
  { name: "a schema that is none", schema: [1], value: 1, misfit: undefined },
  { name: "an enumeration that is none", schema: { enum: "a" }, value: 1, misfit: undefined },
  { name: "a bound of an older draft", schema: { minimum: 1, exclusiveMinimum: true }, value: 1, misfit: undefined },
  { name: "a tuple of a later draft", schema: { prefixItems: [{ type: "string" }], items: false }, value: ["a"], misfit: undefined },
  { name: "equal items in another order of members", schema: { uniqueItems: true }, value: [{ a: 1, b: 2 }, { b: 2, a: 1 }], misfit: "#/uniqueItems" },
];

test.each(cases)("$name", ({ schema, value, misfit }) => expect(misfitOf(schema, value)).toBe(misfit));

/** Not structuredClone: that recurses. */
function copyOfDeep(value: unknown): unknown {
  let copy: unknown = [];
  for (let inner = value; Array.isArray(inner) && inner.length > 0; inner = inner[0]) copy = [copy];
  return copy;
}

describe("hostile schemas and values end, and are not held against anybody", () => {
  const doubling = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index}`, { allOf: [{ $ref: `#/definitions/d${index + 1}` }, { $ref: `#/definitions/d${index + 1}` }] }]));
  const wide = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, index]));
  const deep: unknown = JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`);
  test.each([
    { name: "a circle", schema: { $ref: "#" }, value: 1 },
    { name: "a circle with a fork", schema: { allOf: [{ $ref: "#" }, { $ref: "#" }] }, value: 1 },
    { name: "a thousand milliard ways", schema: { $ref: "#/definitions/d0", definitions: { ...doubling, d40: { type: "string" } } }, value: 1 },
    { name: "many schemas on many members", schema: { anyOf: Array.from({ length: 10_000 }, () => ({ additionalProperties: false })) }, value: wide },
    { name: "all pairs of many items", schema: { uniqueItems: true }, value: Array.from({ length: 20_000 }, (_, index) => ({ index })) },
    { name: "a long way down", schema: { items: { $ref: "#" } }, value: deep },
    { name: "a comparison of the deep with the deep", schema: { const: deep }, value: copyOfDeep(deep) },
  ])("$name", ({ schema, value }) => expect(misfitOf(schema, value)).toBeUndefined());

  const branches = Array.from({ length: 5_000 }, () => ({}));
  test.each([
    { name: "of exactly one", schema: { oneOf: branches } },
    { name: "of all", schema: { allOf: branches } },
    { name: "behind a reference", schema: { allOf: branches.map(() => ({ $ref: "#/definitions/a" })), definitions: { a: {} } } },
  ])("a schema of many branches does not have a large value read for each, $name", ({ schema }) => {
    let readings = 0;
    const value = new Proxy(Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`k${index}`, 1])), {
      ownKeys: (members) => {
        readings += 1;
        return Reflect.ownKeys(members);
      },
    });
    misfitOf(schema, value);
    expect(readings).toBeLessThan(10);
  });
});

function members(of: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.dictionary(fc.constantFrom("a", "b", "c"), of, { maxKeys: 3, noNullPrototype: true });
}

function keyword(values: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<readonly [string, unknown]> {
  return fc.oneof(...Object.entries(values).map(([name, of]) => of.map((one) => [name, one] as const)));
}

describe("beside a complete validator", () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, fc.constantFrom(null, true, 0, 1, 2.5, "", "ab"), fc.array(tie("any"), { maxLength: 3 }), members(tie("any"))),
  })).any;
  const size = fc.integer({ min: 0, max: 3 });
  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 });
  const schema = fc.letrec((tie) => {
    const some = fc.array(tie("any"), { minLength: 1, maxLength: 3 });
    return {
      any: fc.oneof({ maxDepth: 3, depthSize: "small" }, fc.boolean(), fc.array(keyword({
        type: fc.constantFrom("null", "boolean", "number", "integer", "string", "array", "object", ["string", "null"]),
        const: value, enum: fc.array(value, { minLength: 1, maxLength: 3 }),
        minimum: size, maximum: size, exclusiveMinimum: size, exclusiveMaximum: size, multipleOf: fc.constantFrom(1, 2),
        minLength: size, maxLength: size, pattern: fc.constant("a"), minItems: size, maxItems: size, minProperties: size, maxProperties: size,
        required: names, properties: members(tie("any")), additionalProperties: tie("any"), patternProperties: members(tie("any")),
        propertyNames: tie("any"), dependencies: members(fc.oneof(names, tie("any"))),
        items: fc.oneof(tie("any"), some), additionalItems: tie("any"), contains: tie("any"), uniqueItems: fc.boolean(),
        // oxlint-disable-next-line unicorn/no-thenable -- as above
        allOf: some, anyOf: some, oneOf: some, not: tie("any"), if: tie("any"), then: tie("any"), else: tie("any"),
      }), { minLength: 1, maxLength: 4 }).map((keywords) => Object.fromEntries(keywords))),
    };
  }).any;
  const ajv = new Ajv({ strict: false, validateSchema: false, logger: false });

  test("a misfit is one there too; and without patterns, what fits there has no misfit here, and the other way round", () => {
    fc.assert(fc.property(schema, value, (wanted, given) => {
      // Beside a tuple, that one finds what it looks for in an empty array.
      fc.pre(!(/"contains"/.test(JSON.stringify(wanted)) && /"items":\[/.test(JSON.stringify(wanted))));
      const fits = ajv.compile(wanted as object)(given);
      const misfit = misfitOf(wanted, given);
      if (misfit !== undefined) expect(fits).toBe(false);
      if (!/"pattern/.test(JSON.stringify(wanted))) expect(misfit === undefined).toBe(fits);
    }), { numRuns: 300 });
  });
});

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createPartialArguments } from "./partial-arguments.ts";

interface Piece {
  readonly jsonPath: string;
  readonly [value: string]: unknown;
}

/** The pieces in which Vertex would send a value: leaves at their paths, texts in parts. */
function piecesOf(path: string, value: unknown, cut: number): readonly Piece[] {
  if (typeof value === "string") {
    const at = cut % (value.length + 1);
    return [{ jsonPath: path, stringValue: value.slice(0, at), willContinue: true }, { jsonPath: path, stringValue: value.slice(at) }];
  }
  if (typeof value === "number") return [{ jsonPath: path, numberValue: value }];
  if (typeof value === "boolean") return [{ jsonPath: path, boolValue: value }];
  if (value === null) return [{ jsonPath: path, nullValue: "NULL_VALUE" }];
  if (Array.isArray(value)) return value.flatMap((item, index) => piecesOf(`${path}[${index}]`, item, cut));
  return Object.entries(value as object).flatMap(([name, item]) => piecesOf(/^\w+$/.test(name) ? `${path}.${name}` : `${path}['${name.replace(/['\\]/g, "\\$&")}']`, item, cut));
}

const name = fc.oneof(fc.stringMatching(/^[a-z_]\w{0,8}$/), fc.string({ minLength: 1, maxLength: 8 }));
const { args } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
  value: fc.oneof({ depthSize: "small" }, tie("leaf"), fc.array(tie("value"), { minLength: 1, maxLength: 3 }), tie("args")),
  args: fc.dictionary(name, tie("value"), { minKeys: 1, maxKeys: 3 }),
}));

test("arguments streamed leaf by leaf are the arguments", () => {
  fc.assert(fc.property(args, fc.nat(20), (value, cut) => {
    const partial = createPartialArguments();
    for (const piece of piecesOf("$", value, cut)) partial.add([piece]);
    expect(JSON.parse(partial.text())).toEqual(JSON.parse(JSON.stringify(value)));
  }));
});

test("no arguments are an empty object", () => {
  expect(createPartialArguments().text()).toBe("{}");
});

test("a path leads nowhere but into the arguments", () => {
  const partial = createPartialArguments();
  partial.add([{ jsonPath: "$.__proto__.polluted", stringValue: "yes" }, { jsonPath: "$.constructor.prototype.polluted", stringValue: "yes" }]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect(partial.text()).toBe('{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}');
});

test.each(["a", "", 5, "$.a[", "$.list[99999]", "$..a", `$${".a".repeat(33)}`])("a path that cannot be followed is garbled: %s", (jsonPath) => {
  expect(() => createPartialArguments().add([{ jsonPath, stringValue: "x" }])).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
});

test("a list is not an object", () => {
  const partial = createPartialArguments();
  partial.add([{ jsonPath: "$.a[0]", stringValue: "x" }]);
  expect(() => partial.add([{ jsonPath: "$.a.b", stringValue: "x" }])).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
});

import { describe, expect, test } from "vitest";
import type { ApiDocument, ApiSchema } from "./api-document.ts";
import { referenceOf } from "./reference.ts";

function documentOf(schema: ApiSchema, more: Partial<ApiDocument> = {}): ApiDocument {
  return {
    openapi: "3.1.0", info: { title: "Test", version: "1" }, servers: [],
    paths: { "/things/{author}": { post: { tags: ["Some Things"], summary: "Makes a thing", security: [{ bearer: [] }], parameters: [{ name: "author", in: "path", required: true }], requestBody: { content: { "application/json": { schema } } }, responses: { 200: { description: "ok" } } } } },
    ...more,
  };
}

function bodyOf(document: ApiDocument) {
  return referenceOf(document)[0]?.operations[0]?.body.map(({ name, type, isRequired, description }) => [name, type, isRequired, description]);
}

describe("the reference", () => {
  const cases: readonly { readonly name: string; readonly schema: ApiSchema; readonly rows: readonly unknown[] }[] = [
    { name: "a choice that may be null", schema: { properties: { a: { anyOf: [{ type: "string" }, { type: "null" }], description: "what" } } }, rows: [["a", "string", false, "what"]] },
    { name: "words to choose from", schema: { properties: { a: { enum: ["x", "y"] } }, required: ["a"] }, rows: [["a", '"x", "y"', true, ""]] },
    { name: "a range and what is usual", schema: { properties: { a: { type: "integer", minimum: 0, maximum: 9, default: 3 } } }, rows: [["a", "integer", false, "0 to 9; 3 where absent"]] },
    { name: "fields within a list", schema: { properties: { a: { type: "array", items: { type: "object", properties: { b: { type: "boolean" } } } } } }, rows: [["a", "list of object", false, ""], ["a[].b", "boolean", false, ""]] },
    { name: "what several schemas say together", schema: { allOf: [{ properties: { a: { type: "string" } } }, { properties: { b: { type: "string" } } }] }, rows: [["a", "string", false, ""], ["b", "string", false, ""]] },
  ];
  test.each(cases)("shows $name", ({ schema, rows }) => expect(bodyOf(documentOf(schema))).toEqual(rows));

  test("follows a name, and one that names itself only so far", () => {
    const node: ApiSchema = { properties: { child: { $ref: "#/components/schemas/Node" } } };
    expect(bodyOf(documentOf({ $ref: "#/components/schemas/Node" }, { components: { schemas: { Node: node } } }))?.map(([name]) => name)).toEqual(["child", "child.child", "child.child.child"]);
  });

  test("gives each operation a group, an anchor, and a request to paste", () => {
    const [group] = referenceOf(documentOf({ properties: { a: { type: "string" } }, required: ["a"] }));
    expect(group).toMatchObject({ path: "/docs/api/some-things", name: "Some Things" });
    expect(group?.operations[0]).toMatchObject({ id: "post-things-author", access: "key", tryIt: { method: "POST", path: "/things/{author}", parameters: [{ name: "author", place: "path", isRequired: true, example: "mistralai" }] } });
    expect(group?.operations[0]?.sample).toBe('curl {base}/things/mistralai \\\n  -H "Authorization: Bearer $WINDROSE_API_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d \'{\n    "a": "…"\n  }\'');
  });
});

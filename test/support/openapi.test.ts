import { expect, test } from "vitest";
import { expectValid } from "./openapi.ts";

test("a right answer passes", () => {
  expectValid("GET /models/count", 200, { data: { count: 433 } });
  expectValid("DELETE /keys/{hash}", 200, { deleted: true });
});

const wrong = [
  { name: "a wrong type", operation: "GET /models/count", status: 200, body: { data: { count: "433" } } },
  { name: "a missing field, through a reference", operation: "GET /model/{author}/{slug}", status: 200, body: { data: { id: "a/b" } } },
  { name: "an error without its code", operation: "GET /key", status: 401, body: { error: { message: "User not found." } } },
  { name: "a status that is not promised", operation: "GET /providers", status: 418, body: {} },
  { name: "an operation that does not exist", operation: "PUT /models", status: 200, body: {} },
];

test.each(wrong)("$name is caught", ({ operation, status, body }) => {
  expect(() => expectValid(operation, status, body)).toThrow();
});

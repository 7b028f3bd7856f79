import { expect, test } from "vitest";
import { unknownRoute } from "./unknown-route.ts";

const operations = ["GET /models", "GET /model/{author}/{slug}", "GET /models/{author}/{slug}/endpoints", "GET /keys", "POST /keys", "POST /chat/completions"];

const cases = [
  { name: "a wrong method", request: "DELETE /api/v1/keys", code: "method_not_allowed", says: "/api/v1/keys takes GET, POST, not DELETE" },
  { name: "a wrong method on a path with parameters", request: "POST /api/v1/model/a/b", code: "method_not_allowed", says: "takes GET, not POST" },
  { name: "a path that inference answers", request: "GET /api/v1/chat/completions", code: "method_not_allowed", says: "takes POST, not GET" },
  { name: "a slip of the finger", request: "POST /api/v1/chat/completion", code: "not_found", says: "Did you mean POST /api/v1/chat/completions?" },
  { name: "a plural too many", request: "GET /api/v1/models/mistralai/ministral-8b", code: "not_found", says: "Did you mean GET /api/v1/model/{author}/{slug}?" },
  { name: "the version twice", request: "GET /api/v1/v1/models", code: "not_found", says: "Did you mean GET /api/v1/models?" },
  { name: "no base", request: "GET /models", code: "not_found", says: "There is no GET /models. Did you mean GET /api/v1/models?" },
  { name: "an empty parameter", request: "GET /api/v1/model//b", code: "not_found", says: "There is no GET /api/v1/model//b." },
  { name: "the bare address", request: "GET /", code: "not_found", says: "There is no GET /. See GET /api/v1/openapi.json" },
  { name: "what resembles nothing", request: "GET /favicon.ico", code: "not_found", says: "There is no GET /favicon.ico. See GET /api/v1/openapi.json" },
];

test.each(cases)("$name", ({ request, code, says }) => {
  const [method = "", path = ""] = request.split(" ");
  const fault = unknownRoute(operations, method, path);
  expect(fault.code).toBe(code);
  expect(fault.message).toContain(says);
});

test("a giant is neither compared nor repeated", () => {
  expect(unknownRoute(operations, "GET", `/${"models/".repeat(10_000)}`).message.length).toBeLessThan(300);
});

import { expect, test } from "vitest";
import { secret } from "../base/secret.ts";
import { authorizationHeaders } from "./authorize.ts";

test("each scheme has its header, in lowercase", () => {
  expect(authorizationHeaders({ scheme: "none" })).toEqual({});
  expect(authorizationHeaders({ scheme: "bearer", credential: secret("abc") })).toEqual({ authorization: "Bearer abc" });
  expect(authorizationHeaders({ scheme: "header", header: "API-Key", credential: secret("abc") })).toEqual({ "api-key": "abc" });
});

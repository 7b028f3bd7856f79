import { expect, test } from "vitest";
import { secret } from "../base/secret.ts";
import { authorizationHeaders, secretsOf, type AwsSignature } from "./authorize.ts";

const request = { url: "https://upstream.test/v1/chat", headers: { "content-type": "application/json", accept: "application/json" }, body: "{}" };
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const aws: AwsSignature = { scheme: "aws-sigv4", service: "bedrock", region: "us-west-2", accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret("s3cr3t"), sessionToken: undefined };
const signed = (url: string): Record<string, string> => authorizationHeaders(aws, { ...request, url }, now);

test("each scheme has its header, in lowercase", () => {
  expect(authorizationHeaders({ scheme: "none" }, request, now)).toEqual({});
  expect(authorizationHeaders({ scheme: "bearer", credential: secret("abc") }, request, now)).toEqual({ authorization: "Bearer abc" });
  expect(authorizationHeaders({ scheme: "header", header: "API-Key", credential: secret("abc") }, request, now)).toEqual({ "api-key": "abc" });
});

test("a signature is for the region that the host names, or else for the credential's, and does not show the secret", () => {
  const there = signed("https://bedrock-runtime.eu-central-1.amazonaws.com/model/m/converse");
  expect(there["x-amz-date"]).toBe("20260102T030405Z");
  expect(there["authorization"]).toContain("Credential=AKIDEXAMPLE/20260102/eu-central-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date, ");
  expect(signed("http://127.0.0.1:8080/model/m/converse")["authorization"]).toContain("/20260102/us-west-2/bedrock/");
  expect(signed("https://bedrock-runtime-fips.us-gov-east-1.amazonaws.com/")["authorization"]).toContain("/us-gov-east-1/bedrock/");
  expect(JSON.stringify(there)).not.toContain("s3cr3t");
});

test("what must not be repeated is named", () => {
  expect(secretsOf({ scheme: "none" })).toEqual([]);
  expect(secretsOf({ scheme: "bearer", credential: secret("abc") })).toEqual(["abc"]);
  expect(secretsOf({ ...aws, sessionToken: secret("lent") })).toEqual(["s3cr3t", "lent"]);
});

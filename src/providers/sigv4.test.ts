import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signatureHeaders, type SignedRequest } from "./sigv4.ts";

/** Of AWS's published test suite for version 4. */
const credential = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const scope = { region: "us-east-1", service: "service" };
const now = Date.UTC(2015, 7, 30, 12, 36, 0);
const plain: SignedRequest = { method: "GET", url: "https://example.amazonaws.com/", headers: {}, body: "" };

describe("AWS's published vectors", () => {
  const vectors = [
    { name: "get-vanilla", request: plain, signed: "host;x-amz-date", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
    { name: "post-vanilla", request: { ...plain, method: "POST" }, signed: "host;x-amz-date", signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
    {
      name: "post-x-www-form-urlencoded", request: { ...plain, method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "Param1=value1" },
      signed: "content-type;host;x-amz-date", signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    },
    {
      name: "get-vanilla-query-order-key-case", request: { ...plain, url: "https://example.amazonaws.com/?Param2=value2&Param1=value1" },
      signed: "host;x-amz-date", signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    },
  ];

  test.each(vectors)("$name", ({ request, signed, signature }) => {
    expect(signatureHeaders(request, credential, scope, now)).toEqual({
      "x-amz-date": "20150830T123600Z",
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
    });
  });

  test("the documented example of a signed request for IAM", () => {
    const request = { method: "GET", url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, body: "" };
    expect(signatureHeaders(request, credential, { region: "us-east-1", service: "iam" }, now)["authorization"]).toMatch(/Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7$/);
  });
});

test("a model's id, encoded in the path, is encoded once more in what is signed", () => {
  const request = { method: "POST", url: "https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-v1%3A0/converse", headers: { "content-type": "application/json" }, body: "{}" };
  const canonical = [
    "POST", "/model/anthropic.claude-v1%253A0/converse", "", "content-type:application/json", "host:bedrock-runtime.eu-west-1.amazonaws.com", "x-amz-date:20150830T123600Z",
    "x-amz-security-token:lent", "", "content-type;host;x-amz-date;x-amz-security-token", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  ].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  let key: string | Buffer = `AWS4${credential.secretAccessKey}`;
  for (const part of ["20150830", "eu-west-1", "bedrock", "aws4_request", `AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/eu-west-1/bedrock/aws4_request\n${hash}`]) key = createHmac("sha256", key).update(part).digest();
  const headers = signatureHeaders(request, { ...credential, sessionToken: "lent" }, { region: "eu-west-1", service: "bedrock" }, now);
  expect(headers["x-amz-security-token"]).toBe("lent");
  expect(headers["authorization"]).toMatch(new RegExp(`Signature=${key.toString("hex")}$`));
});

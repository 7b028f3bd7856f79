import { describe, expect, test } from "vitest";
import { secret } from "../base/secret.ts";
import { plainQuirks } from "../providers/quirks.ts";
import { knownProvider } from "./access.ts";
import { awsAuthorization } from "./aws-credential.ts";

const of = (text: string, source: string, environment: Readonly<Record<string, string>> = {}) =>
  awsAuthorization({ credential: secret(text), source }, "bedrock", (name) => environment[name]);

describe("a provider at AWS", () => {
  const record = { slug: "cloud", name: "Cloud", kind: "cloud", auth: "aws-bedrock", credential_env: ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"] };
  const accessWith = (environment: Readonly<Record<string, string>>) => knownProvider(record, undefined, { credential: (name) => environment[name], quirksOf: () => plainQuirks }).access;

  test("is opened by an API key before all else, by a signature, or not at all", () => {
    const pair = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "s3cr3t" };
    expect(accessWith({ ...pair, AWS_BEARER_TOKEN_BEDROCK: "abc" })).toMatchObject({ authorization: { scheme: "bearer" }, credentialId: "cloud/env:AWS_BEARER_TOKEN_BEDROCK" });
    expect(accessWith(pair)).toMatchObject({ authorization: { scheme: "aws-sigv4", service: "bedrock" }, credentialId: "cloud/env:AWS_ACCESS_KEY_ID" });
    expect(accessWith({ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE" })).toBeUndefined();
    expect(accessWith({})).toBeUndefined();
  });
});

describe("a credential for AWS", () => {
  test("is an API key where it is nothing else", () => {
    const found = of("bedrock-api-key-abc", "env:AWS_BEARER_TOKEN_BEDROCK");
    expect(found?.scheme === "bearer" && found.credential.reveal()).toBe("bedrock-api-key-abc");
    expect(of("{not json", "config")?.scheme).toBe("bearer");
  });

  test("is an access key id, with its secret beside it in the environment", () => {
    const found = of("AKIDEXAMPLE", "env:AWS_ACCESS_KEY_ID", { AWS_SECRET_ACCESS_KEY: "s3cr3t", AWS_SESSION_TOKEN: "lent", AWS_REGION: "eu-west-1" });
    expect(found).toMatchObject({ scheme: "aws-sigv4", service: "bedrock", region: "eu-west-1", accessKeyId: "AKIDEXAMPLE" });
    expect(found?.scheme === "aws-sigv4" && [found.secretAccessKey.reveal(), found.sessionToken?.reveal()]).toEqual(["s3cr3t", "lent"]);
    expect(JSON.stringify(found)).not.toMatch(/s3cr3t|lent/);
    expect(of("AKIDEXAMPLE", "env:AWS_ACCESS_KEY_ID")).toBeUndefined();
  });

  test("is JSON in the config file, with a region of its own or the environment's", () => {
    const json = JSON.stringify({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s3cr3t" });
    expect(of(json, "config", { AWS_DEFAULT_REGION: "ap-south-1" })).toMatchObject({ scheme: "aws-sigv4", region: "ap-south-1", sessionToken: undefined });
    expect(of(json.replace("}", ',"region":"eu-north-1"}'), "config")).toMatchObject({ region: "eu-north-1" });
    expect(of(json, "config")).toMatchObject({ region: "us-east-1" });
    expect(of('{"accessKeyId":"AKIDEXAMPLE"}', "config")).toBeUndefined();
  });
});

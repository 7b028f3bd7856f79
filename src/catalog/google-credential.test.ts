import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { testAccount } from "../../test/support/service-account.ts";
import { secret } from "../base/secret.ts";
import { plainQuirks } from "../providers/quirks.ts";
import { knownProvider } from "./access.ts";
import { googleAuthorization } from "./google-credential.ts";

const home = mkdtempSync(join(tmpdir(), "windrose-test-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const { file } = testAccount("https://oauth2.example.test/token");
const path = join(home, "key.json");
writeFileSync(path, JSON.stringify(file));

const of = (text: string, source = "env:GOOGLE_APPLICATION_CREDENTIALS") => googleAuthorization({ credential: secret(text), source });

describe("a credential for Google Cloud", () => {
  test.each([{ name: "the key itself", text: ` ${JSON.stringify(file)}\n` }, { name: "the path of its file", text: path }])("is $name", ({ text }) => {
    const found = of(text);
    expect(found).toMatchObject({ scheme: "google-service-account", account: { email: file.client_email, keyId: "key-1", tokenUrl: file.token_uri } });
    expect(found.scheme === "google-service-account" && found.account.privateKey.reveal()).toBe(file.private_key);
    expect(JSON.stringify(found)).not.toContain("PRIVATE KEY");
  });

  test("has the usual place for tokens where it names none", () => {
    const { token_uri: _place, private_key_id: _id, ...plain } = file;
    expect(of(JSON.stringify(plain))).toMatchObject({ account: { keyId: undefined, tokenUrl: "https://oauth2.googleapis.com/token" } });
  });

  const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  test.each([
    { name: "a file that is not there", text: join(home, "none.json"), why: "names a file that cannot be read" },
    { name: "no JSON", text: `{"private_key": "${"s3cr3t"}`, why: "is not JSON" },
    { name: "another kind", text: JSON.stringify({ type: "authorized_user", refresh_token: "s3cr3t" }), why: 'is of the type "authorized_user"' },
    { name: "no kind", text: "{}", why: "has no type" },
    { name: "nobody's", text: JSON.stringify({ ...file, client_email: "" }), why: "has no client_email" },
    { name: "no key", text: JSON.stringify({ ...file, private_key: "s3cr3t" }), why: "has no private_key that signs" },
    { name: "a key of another make", text: JSON.stringify({ ...file, private_key: elliptic }), why: "has no private_key that signs" },
    { name: "a place in the clear", text: JSON.stringify({ ...file, token_uri: "http://oauth2.example.test/token" }), why: "has a token_uri that is no https address" },
    { name: "a place that is a file", text: JSON.stringify({ ...file, token_uri: "file:///etc/passwd" }), why: "has a token_uri that is no https address" },
    { name: "a place with a name", text: JSON.stringify({ ...file, token_uri: "https://user:s3cr3t@oauth2.example.test/" }), why: "has a token_uri that is no https address" },
  ])("says what is wrong, and nothing of what it holds: $name", ({ text, why }) => {
    expect(() => of(text)).toThrow(expect.objectContaining({ code: "invalid_request", message: expect.stringMatching(new RegExp(`^GOOGLE_APPLICATION_CREDENTIALS ${why}.*service_account`)) }));
    expect(() => of(text, "config")).toThrow(/^The credential in the config file /);
    try {
      of(text);
    } catch (error) {
      expect(JSON.stringify([error, (error as Error).message, (error as Error).cause])).not.toContain("s3cr3t");
    }
  });
});

describe("a provider at Google Cloud", () => {
  const record = { slug: "cloud", name: "Cloud", kind: "cloud", auth: "gcp-oauth", base_url: "https://${PLACE}.cloud.test/v1", credential_env: ["GOOGLE_APPLICATION_CREDENTIALS"] };
  const accessWith = (environment: Readonly<Record<string, string>>) => knownProvider(record, undefined, { credential: (name) => environment[name], quirksOf: () => plainQuirks }).access;

  test("is opened by it; one that is wrong matters where the provider was meant to be called", () => {
    expect(accessWith({ GOOGLE_APPLICATION_CREDENTIALS: path, PLACE: "eu" })).toMatchObject({ authorization: { scheme: "google-service-account" }, credentialId: "cloud/env:GOOGLE_APPLICATION_CREDENTIALS" });
    expect(accessWith({ GOOGLE_APPLICATION_CREDENTIALS: home })).toBeUndefined();
    expect(() => accessWith({ GOOGLE_APPLICATION_CREDENTIALS: home, PLACE: "eu" })).toThrow("cannot be read");
    expect(accessWith({ PLACE: "eu" })).toBeUndefined();
  });
});

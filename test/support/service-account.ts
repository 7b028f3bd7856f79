/** A service account that was made for a test, and its file. */

import { generateKeyPairSync, verify, type KeyObject } from "node:crypto";

export interface TestAccount {
  /** What the console of Google's cloud would give. */
  readonly file: { readonly type: string; readonly client_email: string; readonly private_key: string; readonly private_key_id: string; readonly token_uri: string };
  readonly publicKey: KeyObject;
}

export function testAccount(tokenUrl: string): TestAccount {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { file: { type: "service_account", client_email: "windrose@project.iam.test", private_key: pem, private_key_id: "key-1", token_uri: tokenUrl }, publicKey };
}

/** What a request for a token says, if it was signed by the account: else it rejects. */
export function signedClaims(form: string, publicKey: KeyObject): { readonly head: unknown; readonly claims: Readonly<Record<string, unknown>>; readonly grantType: string | null } {
  const fields = new URLSearchParams(form);
  const [head = "", claims = "", signature = ""] = (fields.get("assertion") ?? "").split(".");
  if (!verify("sha256", Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, "base64url"))) throw new Error("The assertion is not signed by this account.");
  return { head: read(head), claims: read(claims), grantType: fields.get("grant_type") };
}

function read(part: string) {
  return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
}

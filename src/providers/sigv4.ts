/**
 * AWS's signature of a request, version 4: who asks, for what, and when, under a key that is good for one day, one region
 * and one service. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

import { createHash, createHmac } from "node:crypto";

export interface AwsCredential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a credential that was lent for a time. */
  readonly sessionToken?: string | undefined;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  /** Those that are signed besides the host and the time, with lowercase names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** `region` "us-east-1", `service` "bedrock". */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

/** The headers that sign a request, with lowercase names. `now` is in milliseconds since the epoch: a signature is good for minutes. */
export function signatureHeaders(request: SignedRequest, credential: AwsCredential, { region, service }: SigningScope, now: number): Record<string, string> {
  const { host, pathname, searchParams } = new URL(request.url);
  const time = `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const day = time.slice(0, 8);
  const added = { "x-amz-date": time, ...(credential.sessionToken === undefined ? {} : { "x-amz-security-token": credential.sessionToken }) };
  const signed = Object.entries({ ...request.headers, host, ...added }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    // A path is encoded once more than it is sent.
    pathname.split("/").map(encoded).join("/"),
    [...searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort().join("&"),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}`),
    "",
    names,
    sha256(request.body),
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, "aws4_request"].reduce<Buffer | string>(hmac, `AWS4${credential.secretAccessKey}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString("hex");
  return { ...added, authorization: `AWS4-HMAC-SHA256 Credential=${credential.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}` };
}

/** All but letters, digits and `-._~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** How a credential is shown to an upstream. The only place where it leaves its box. */

import { unreachable } from "../base/assert.ts";
import type { Secret } from "../base/secret.ts";
import type { UpstreamRequest } from "./adapter.ts";
import type { ServiceAccount } from "./service-account.ts";
import { signatureHeaders } from "./sigv4.ts";

export type Authorization = ShownAuthorization | { readonly scheme: "google-service-account"; readonly account: ServiceAccount };

/** What a request can be sent with. For the others a token is fetched first (relay/authorized.ts). */
export type ShownAuthorization =
  | { readonly scheme: "none" }
  | { readonly scheme: "bearer"; readonly credential: Secret }
  | { readonly scheme: "header"; readonly header: string; readonly credential: Secret }
  | AwsSignature;

/** Each request is signed by itself. */
export interface AwsSignature {
  readonly scheme: "aws-sigv4";
  readonly service: string;
  /** Of a host whose name does not say it. */
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
}

/** The headers that authorize a request, with lowercase names. `now` is in milliseconds since the epoch. */
export function authorizationHeaders(authorization: ShownAuthorization, request: Pick<UpstreamRequest, "url" | "headers" | "body">, now: number): Record<string, string> {
  switch (authorization.scheme) {
    case "none":
      return {};
    case "bearer":
      return { authorization: `Bearer ${authorization.credential.reveal()}` };
    case "header":
      return { [authorization.header.toLowerCase()]: authorization.credential.reveal() };
    case "aws-sigv4":
      return signed(authorization, request, now);
    default:
      return unreachable(authorization);
  }
}

/** What must not be repeated to anybody, when an upstream does. */
export function secretsOf(authorization: ShownAuthorization): readonly string[] {
  switch (authorization.scheme) {
    case "none":
      return [];
    case "aws-sigv4":
      return [authorization.secretAccessKey, ...(authorization.sessionToken === undefined ? [] : [authorization.sessionToken])].map((each) => each.reveal());
    default:
      return [authorization.credential.reveal()];
  }
}

/** "bedrock-runtime.eu-west-1.amazonaws.com" */
const awsHost = /\.([a-z]{2,}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/;

function signed({ service, region, accessKeyId, secretAccessKey, sessionToken }: AwsSignature, { url, headers, body }: Pick<UpstreamRequest, "url" | "headers" | "body">, now: number): Record<string, string> {
  const type = headers["content-type"];
  return signatureHeaders(
    { method: "POST", url, headers: type === undefined ? {} : { "content-type": type }, body },
    { accessKeyId, secretAccessKey: secretAccessKey.reveal(), sessionToken: sessionToken?.reveal() },
    { service, region: awsHost.exec(new URL(url).hostname)?.[1] ?? region },
    now,
  );
}

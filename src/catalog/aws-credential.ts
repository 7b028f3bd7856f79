/** A credential for AWS: an API key of the service itself, or the two or three texts that requests are signed with. */

import { secret, type Secret } from "../base/secret.ts";
import type { AwsSignature, Authorization } from "../providers/authorize.ts";

/** The environment's names are those of AWS's own tools. */
const names = { accessKeyId: "AWS_ACCESS_KEY_ID", secretAccessKey: "AWS_SECRET_ACCESS_KEY", sessionToken: "AWS_SESSION_TOKEN" } as const;
const regionNames = ["AWS_REGION", "AWS_DEFAULT_REGION"] as const;
/** Where AWS's tools go when nobody says where. */
const regionDefault = "us-east-1";

export interface FoundCredential {
  readonly credential: Secret;
  /** "config", or "env:" and the variable's name. */
  readonly source: string;
}

/**
 * What was found is an access key id from the environment, whose secret stands beside it; or JSON with `accessKeyId`,
 * `secretAccessKey` and perhaps `sessionToken` and `region`; or else an API key. Undefined when a part is missing.
 */
export function awsAuthorization({ credential, source }: FoundCredential, service: string, environment: (name: string) => string | undefined): Authorization | undefined {
  const region = regionNames.map(environment).find((name) => name !== undefined && name !== "") ?? regionDefault;
  const text = credential.reveal();
  if (source === `env:${names.accessKeyId}`) {
    return signature({ accessKeyId: text, secretAccessKey: environment(names.secretAccessKey), sessionToken: environment(names.sessionToken) }, { service, region });
  }
  const parts = text.trimStart().startsWith("{") ? parse(text) : undefined;
  return parts === undefined ? { scheme: "bearer", credential } : signature(parts, { service, region });
}

type Parts = Readonly<Record<string, unknown>>;

function signature({ accessKeyId, secretAccessKey, sessionToken, region }: Parts, scope: { readonly service: string; readonly region: string }): AwsSignature | undefined {
  if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string" || accessKeyId === "" || secretAccessKey === "") return undefined;
  return {
    scheme: "aws-sigv4",
    service: scope.service,
    region: typeof region === "string" && region !== "" ? region : scope.region,
    accessKeyId,
    secretAccessKey: secret(secretAccessKey),
    sessionToken: typeof sessionToken === "string" && sessionToken !== "" ? secret(sessionToken) : undefined,
  };
}

function parse(text: string): Parts | undefined {
  try {
    return JSON.parse(text) as Parts;
  } catch {
    return undefined;
  }
}

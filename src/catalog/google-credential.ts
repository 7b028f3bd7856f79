/** A credential for Google Cloud: the key of a service account, as the file that its console gives. */

import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import { secret } from "../base/secret.ts";
import type { Authorization } from "../providers/authorize.ts";
import type { FoundCredential } from "./aws-credential.ts";

const tokenUrlUsual = "https://oauth2.googleapis.com/token";

/**
 * What was found is the file's JSON, or its path.
 * @throws Fault invalid_request saying what is wrong with it and what would be right; nothing of its content is told.
 */
export function googleAuthorization({ credential, source }: FoundCredential): Authorization {
  const wrong = (why: string, cause?: unknown): Fault =>
    new Fault("invalid_request", `${nameOf(source)} ${why}. It is the JSON key of a service account (type "service_account"), or the path of that file.`, { cause });
  const key = parsed(textOf(credential.reveal().trim(), wrong), wrong);
  const { type, client_email: email, private_key: privateKey, private_key_id: keyId, token_uri: tokenUrl = tokenUrlUsual } = key;
  if (type !== "service_account") throw wrong(typeof type === "string" && /^\w{1,40}$/.test(type) ? `is of the type "${type}"` : "has no type");
  if (typeof email !== "string" || email === "") throw wrong("has no client_email");
  if (typeof privateKey !== "string" || !isRsaKey(privateKey)) throw wrong("has no private_key that signs (RSA, in PEM)");
  if (typeof tokenUrl !== "string" || !isGuarded(tokenUrl)) throw wrong("has a token_uri that is no https address");
  return {
    scheme: "google-service-account",
    account: { email, keyId: typeof keyId === "string" && keyId !== "" ? keyId : undefined, privateKey: secret(privateKey), tokenUrl },
  };
}

function nameOf(source: string): string {
  return source === "config" ? "The credential in the config file" : source.slice("env:".length);
}

type Wrong = (why: string, cause?: unknown) => Fault;

function textOf(found: string, wrong: Wrong): string {
  if (found.startsWith("{")) return found;
  try {
    return readFileSync(found, "utf8");
  } catch (error) {
    throw wrong("names a file that cannot be read", error);
  }
}

function parsed(text: string, wrong: Wrong): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without the cause: a parser's complaint quotes what it could not read.
    throw wrong("is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong("is not a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

/** What is sent there opens the account for an hour: in the clear no further than this machine. */
function isGuarded(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isOwnMachine = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return (protocol === "https:" || (protocol === "http:" && isOwnMachine)) && username === "" && password === "";
}

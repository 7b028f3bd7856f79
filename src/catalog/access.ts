/** What it takes to call a provider: its address and its credential, from the catalog, the operator's file and the environment. */

import { Fault } from "../base/fault.ts";
import { secret, type Secret } from "../base/secret.ts";
import type { Authorization } from "../providers/authorize.ts";
import { parseQuirks, type Quirks } from "../providers/quirks.ts";
import type { DataPolicy } from "../routing/candidate.ts";
import { awsAuthorization, type FoundCredential } from "./aws-credential.ts";
import { googleAuthorization } from "./google-credential.ts";
import type { ConfiguredProvider, Provider } from "./model.ts";
import type { ProviderRecord } from "./records.ts";

/** Gives what the environment holds under a name; undefined when it holds nothing. */
export type CredentialSource = (environmentName: string) => string | undefined;

/** A provider as the rest of the catalog sees it: what the pages show, and how it is called. */
export interface KnownProvider extends Provider {
  readonly modelsDevIds: readonly string[];
  readonly isConfigured: boolean;
  /** The operator's words for every endpoint of the provider; undefined where the catalog's stand. */
  readonly overrides: { readonly baseUrl: string | undefined; readonly protocol: string | undefined };
  readonly quirks: Quirks;
  /** How it is authorized, and under which name; undefined when the credential is missing. */
  readonly access: { readonly authorization: Authorization; readonly credentialId: string } | undefined;
}

/** Merges the catalog's record of a provider with the operator's, either of which may be absent. */
export function knownProvider(
  record: ProviderRecord | undefined,
  configured: ConfiguredProvider | undefined,
  sources: { readonly credential: CredentialSource; readonly quirksOf: (provider: string) => Quirks },
): KnownProvider {
  const base = record ?? ownRecord(configured);
  const authScheme = base.auth;
  const policy = configured?.dataPolicy;
  const training = policy?.training ?? base.training;
  const retainsPrompts = policy?.retainsPrompts ?? base.retains_prompts;
  return {
    slug: base.slug,
    name: configured?.name ?? base.name,
    kind: base.kind,
    baseUrl: configured?.baseUrl ?? base.base_url,
    protocol: configured?.protocol ?? base.protocol,
    authScheme,
    credentialEnv: configured?.credentialEnv === undefined ? base.credential_env : [configured.credentialEnv],
    dataPolicy: {
      training,
      retainsPrompts,
      retentionDays: base.retention_days,
      zdr: policy?.zdr ?? retainsPrompts === false,
    },
    privacyPolicyUrl: base.privacy_policy_url,
    termsOfServiceUrl: base.terms_of_service_url,
    statusPageUrl: base.status_page_url,
    headquarters: base.headquarters,
    datacenters: base.datacenters,
    modelsDevIds: base.models_dev_ids ?? [],
    isConfigured: configured !== undefined,
    overrides: { baseUrl: configured?.baseUrl, protocol: configured?.protocol },
    quirks: quirksOf(base.slug, configured, sources.quirksOf),
    access: accessTo(base, configured, sources.credential),
  };
}

/** Unknown policies are assumed to train and to retain (contract §8.3). */
export function dataPolicyOf(provider: Provider): DataPolicy {
  const { training, retainsPrompts, zdr } = provider.dataPolicy;
  return { trains: training ?? true, retains: retainsPrompts ?? true, zdr };
}

/** May the operator leave out prices here? Their own machine costs what they say it costs: nothing, by default. */
export function isOwnMachine(provider: KnownProvider): boolean {
  return provider.kind === "local" || provider.authScheme === "none";
}

/**
 * Completes `${NAME}` in a base URL from the environment and takes off the trailing slash; undefined when a name is
 * not set. A scheme in the value is dropped where the template has one ("https://${DATABRICKS_HOST}/…").
 */
export function resolveBaseUrl(template: string, credential: CredentialSource): string | undefined {
  let missing = false;
  const url = template.replace(/\$\{(\w+)\}/g, (_, name: string, offset: number) => {
    const value = credential(name);
    missing ||= value === undefined || value === "";
    const trimmed = (value ?? "").replace(/\/+$/, "");
    return offset === 0 ? trimmed : trimmed.replace(/^https?:\/\//, "");
  });
  return missing || /[{}]/.test(url) ? undefined : url.replace(/\/+$/, "");
}

/** A provider that only the operator knows: any server that speaks a protocol of ours. */
function ownRecord(configured: ConfiguredProvider | undefined): ProviderRecord {
  const { slug = "", baseUrl, name = slug, protocol = "openai-chat" } = configured ?? {};
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(slug)) {
    throw new Fault("invalid_request", `A configured provider has the slug "${slug}": use small letters, digits, ".", "_" and "-".`);
  }
  if (baseUrl === undefined) {
    throw new Fault("invalid_request", `The catalog does not know the provider "${slug}": add its base_url, for example "http://127.0.0.1:8000/v1".`);
  }
  const hasCredential = configured?.credential !== undefined || configured?.credentialEnv !== undefined;
  return { slug, name, kind: "configured", base_url: baseUrl, protocol, auth: hasCredential ? "bearer" : "none", credential_env: [] };
}

function quirksOf(slug: string, configured: ConfiguredProvider | undefined, known: (provider: string) => Quirks): Quirks {
  const base = known(slug);
  if (configured?.quirks === undefined) return base;
  try {
    return parseQuirks(configured.quirks, base);
  } catch (error) {
    throw error instanceof Fault ? new Fault(error.code, `Provider "${slug}": ${error.message}.`, { cause: error }) : error;
  }
}

function accessTo(record: ProviderRecord, configured: ConfiguredProvider | undefined, credential: CredentialSource): KnownProvider["access"] {
  const isOptional = record.auth === "none" || record.auth === "bearer-optional";
  if (isOptional && configured === undefined) return undefined;
  const found = findCredential(record, configured, credential);
  if (found === undefined) {
    return isOptional ? { authorization: { scheme: "none" }, credentialId: `${record.slug}/config` } : undefined;
  }
  const authorization = authorizationFor(isOptional ? "bearer" : record.auth, found, { baseUrl: configured?.baseUrl ?? record.base_url ?? "", credential });
  return authorization && { authorization, credentialId: `${record.slug}/${found.source}` };
}

function findCredential(
  record: ProviderRecord,
  configured: ConfiguredProvider | undefined,
  credential: CredentialSource,
): FoundCredential | undefined {
  if (configured?.credential !== undefined) return { credential: configured.credential, source: "config" };
  const names = configured?.credentialEnv === undefined ? record.credential_env : [configured.credentialEnv];
  for (const name of names) {
    const value = credential(name);
    if (value !== undefined && value !== "") return { credential: secret(value), source: `env:${name}` };
  }
  return undefined;
}

interface Place {
  readonly baseUrl: string;
  readonly credential: CredentialSource;
}

/** Undefined when a part is missing. @throws Fault for a credential that is wrong, of a provider that was meant to be called. */
function authorizationFor(scheme: string, found: FoundCredential, { baseUrl, credential }: Place): Authorization | undefined {
  if (scheme === "aws-bedrock") return awsAuthorization(found, "bedrock", credential);
  if (scheme !== "gcp-oauth") return authorizationBy(scheme, found.credential);
  try {
    return googleAuthorization(found);
  } catch (error) {
    // The variable is one that others use too: without a project it was not meant for us.
    if (resolveBaseUrl(baseUrl, credential) !== undefined) throw error;
    return undefined;
  }
}

const headerSchemes: ReadonlySet<string> = new Set(["x-api-key", "api-key", "x-goog-api-key"]);

/** Undefined for a scheme that we do not know. */
function authorizationBy(scheme: string, credential: Secret): Authorization | undefined {
  if (scheme === "bearer") return { scheme: "bearer", credential };
  return headerSchemes.has(scheme) ? { scheme: "header", header: scheme, credential } : undefined;
}

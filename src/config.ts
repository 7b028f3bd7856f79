/**
 * The only reader of the environment and of the config file. docs/settings.md is made from what stands here
 * (`npm run check` fails when it was forgotten).
 */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import type { LogLevel } from "./base/log.ts";
import { Fault } from "./base/fault.ts";
import { secret, type Secret } from "./base/secret.ts";
import type { ConfiguredProvider } from "./catalog/model.ts";
import type { FreeLimitTerms } from "./relay/free-limits.ts";

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly configFile: string | undefined;
  readonly bootstrapKey: Secret | undefined;
  readonly logLevel: LogLevel;
  readonly providers: readonly ConfiguredProvider[];
  readonly detectLocalServers: boolean;
  readonly mediaHosts: readonly string[];
  readonly bodyBytesMax: number;
  readonly responseCacheBytesMax: number;
  readonly freeLimits: FreeLimitTerms;
  readonly timeouts: Timeouts;
  /** A credential or an account name, by the environment variable that the catalog names for it. */
  readonly credential: (environmentName: string) => string | undefined;
}

export interface Timeouts {
  readonly connectMs: number;
  readonly firstContentMs: number;
  readonly firstContentAliveMs: number;
  readonly wholeAnswerMs: number;
  readonly gapMs: number;
  readonly keepAliveMs: number;
  readonly readerMs: number;
  readonly drainMs: number;
}

/** One row of docs/settings.md. */
export interface Setting {
  readonly name: string;
  readonly meaning: string;
  readonly default: string;
}

export const environmentSettings: readonly Setting[] = [
  { name: "PORT", meaning: "Where to listen; 0 picks a free port and prints it.", default: "4100" },
  { name: "HOST", meaning: "The address to listen on.", default: "127.0.0.1" },
  { name: "WINDROSE_DATA_DIR", meaning: "The database, the journal and the refreshed catalog.", default: "./data" },
  { name: "WINDROSE_CONFIG", meaning: "A YAML or JSON file: providers, endpoints, timeouts, limits (below).", default: "none" },
  { name: "WINDROSE_BOOTSTRAP_KEY", meaning: "A management key to create at first start, taken as it is: 24 characters or more. Without it one is made and printed once.", default: "none" },
  { name: "WINDROSE_LOG_LEVEL", meaning: "debug, info, warn, error or silent. The log goes to standard error, one JSON object a line.", default: "warn" },
  { name: "MISTRAL_API_KEY, OPENAI_API_KEY, …", meaning: "The operator's credentials, by the names that the catalog gives each provider (`windrose doctor` lists them).", default: "none" },
  { name: "GOOGLE_APPLICATION_CREDENTIALS", meaning: "The JSON key of a service account, or the path of its file: opens Vertex AI, in the project `GOOGLE_VERTEX_PROJECT` at the location `GOOGLE_VERTEX_LOCATION` ([operating.md](operating.md)).", default: "none" },
];

const priceText = z.union([z.string(), z.number().nonnegative().transform(String)]);
const milliseconds = z.number().int().positive();
const count = z.number().int().nonnegative();

const endpointSchema = z.strictObject({
  model: z.string().min(1).describe("The public slug, `author/slug`; a new slug makes a new model."),
  upstream_model: z.string().min(1).optional().describe("The provider's own id of the model. Default: the catalog's, else the part of `model` after the slash."),
  tag: z.string().min(1).optional().describe("The routing slug, where one provider has several endpoints of the model."),
  pricing: z.strictObject({
    prompt: priceText.describe("Dollars per million tokens, as text: \"0.15\"."),
    completion: priceText,
    request: priceText.optional().describe("Dollars per request."),
    image: priceText.optional().describe("Dollars per input image."),
    cache_read: priceText.optional(),
    cache_write: priceText.optional(),
    cache_write_1h: priceText.optional().describe("Of what is to be kept for an hour. Default: 1.6 times `cache_write`."),
    web_search: priceText.optional().describe("Dollars per search of the web that the provider makes by itself."),
    audio: priceText.optional().describe("Dollars per million tokens of sound in the prompt."),
    audio_output: priceText.optional().describe("Dollars per million tokens of sound in the answer."),
    image_output: priceText.optional().describe("Dollars per image made."),
    search: priceText.optional().describe("Dollars per search of a reranker."),
    character: priceText.optional().describe("Dollars per million characters to be spoken."),
    second: priceText.optional().describe("Dollars per second of sound to be transcribed."),
  }).optional().describe("Required for a provider that asks for a credential; left out, a local server costs nothing."),
  context_length: z.number().int().positive().optional().describe("In tokens. Required for a new model."),
  max_output_tokens: z.number().int().positive().optional(),
  quantization: z.string().optional(),
  supported_parameters: z.array(z.string()).optional().describe("Public parameter names. Default: the catalog's, else everything."),
  input_modalities: z.array(z.string()).optional(),
  output_modalities: z.array(z.string()).optional().describe("Of a new model: text, or embeddings, rerank, image, speech, transcription. Default: text."),
});

const providerSchema = z.strictObject({
  slug: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/).describe("A slug of the catalog overrides that provider; another adds one."),
  name: z.string().min(1).optional(),
  protocol: z.string().optional().describe("The wire dialect, one of those in src/providers/registry.ts (`openai-chat`, `mistral-chat`, `anthropic-messages`, …). Default: the catalog's, else `openai-chat`."),
  base_url: z.url({ protocol: /^https?$/ }).optional().describe("Up to and without `/chat/completions`. Private addresses are allowed here."),
  credential: z.string().min(1).optional().describe("The API key itself (at Google Cloud: a service account's key as JSON, or its path). Better in `credential_env`."),
  credential_env: z.string().min(1).optional().describe("The environment variable that holds the API key."),
  quirks: z.record(z.string(), z.unknown()).optional().describe("How this server differs from the protocol (docs/adding-a-provider.md)."),
  data_policy: z.strictObject({ training: z.boolean().optional(), retains_prompts: z.boolean().optional(), zdr: z.boolean().optional() }).optional(),
  endpoints: z.array(endpointSchema).optional().describe("Without it, the catalog's endpoints of this provider are used."),
});

const fileSchema = z.strictObject({
  providers: z.array(providerSchema).default([]).describe("Providers to add, or to override."),
  detect_local_servers: z.boolean().default(true).describe("Look for vLLM, Ollama, LM Studio and llama.cpp on their usual ports at start."),
  media_hosts: z.array(z.string().min(1)).default([]).describe("Hosts (`host`, or `host:port`) of your own that media in messages may be fetched from over plain http, from any port and at private addresses ([media.md](media.md)). All others: https, the usual port, public addresses."),
  limits: z.strictObject({
    body_bytes_max: z.number().int().positive().default(32 * 1024 * 1024).describe("The largest request body."),
    response_cache_bytes_max: z.number().int().nonnegative().default(64 * 1024 * 1024).describe("Memory for answers that callers allow to be given again (docs/response-cache.md); an answer takes at most a sixteenth of it. 0 turns the response cache and single-flight off."),
    free_requests_per_minute: count.default(20).describe("Requests to free endpoints under `:free` and `openrouter/free`, for each workspace. Your own servers and the sandbox are not counted."),
    free_requests_per_day: count.default(50).describe("The same, for each day in UTC."),
    free_requests_per_day_with_credits: count.default(1000).describe("The same for a workspace that was granted 10 credits or more, or that has no limit."),
  }).prefault({}),
  timeouts: z.strictObject({
    connect_ms: milliseconds.default(2_000).describe("To connect to a provider."),
    first_content_ms: milliseconds.default(60_000).describe("From the request to the first content of a stream, all attempts together; of a provider that shows no sign of life."),
    first_content_alive_ms: milliseconds.default(300_000).describe("The same, of a provider that does, and where reasoning is asked for."),
    whole_answer_ms: milliseconds.default(600_000).describe("From the request to the end of an answer that is not streamed, all attempts together."),
    gap_ms: milliseconds.default(45_000).describe("The longest silence in the middle of an answer."),
    keep_alive_ms: milliseconds.default(5_000).describe("How often a waiting caller is sent a comment."),
    reader_ms: milliseconds.default(60_000).describe("How long a caller may leave a stream unread before it is given up."),
    drain_ms: milliseconds.default(30_000).describe("How long a stopping node lets answers finish."),
  }).prefault({}),
});

type ConfigFile = z.infer<typeof fileSchema>;

/** The JSON Schema of the config file, for docs/settings.md. */
export function configFileSchema(): Record<string, unknown> {
  return z.toJSONSchema(fileSchema, { io: "input", unrepresentable: "any" });
}

/** @throws Fault invalid_request naming the setting, what is wrong with it and what would be right. */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const configFile = present(environment["WINDROSE_CONFIG"]);
  const file = configFile === undefined ? fileSchema.parse({}) : readConfigFile(configFile);
  refuseWhatIsNotThere(environment);
  return {
    host: present(environment["HOST"]) ?? "127.0.0.1",
    port: readPort(present(environment["PORT"]) ?? "4100"),
    dataDir: resolve(present(environment["WINDROSE_DATA_DIR"]) ?? "data"),
    configFile,
    bootstrapKey: readBootstrapKey(present(environment["WINDROSE_BOOTSTRAP_KEY"])),
    logLevel: readLogLevel(present(environment["WINDROSE_LOG_LEVEL"]) ?? "warn"),
    providers: file.providers.map(providerOf),
    detectLocalServers: file.detect_local_servers,
    mediaHosts: file.media_hosts,
    bodyBytesMax: file.limits.body_bytes_max,
    responseCacheBytesMax: file.limits.response_cache_bytes_max,
    freeLimits: { perMinute: file.limits.free_requests_per_minute, perDay: file.limits.free_requests_per_day, perDayWithCredits: file.limits.free_requests_per_day_with_credits },
    timeouts: timeoutsOf(file.timeouts),
    credential: (name) => present(environment[name]),
  };
}

export const paths = {
  database: (dataDir: string) => join(dataDir, "windrose.db"),
  journal: (dataDir: string) => join(dataDir, "journal"),
  catalogOverlay: (dataDir: string) => join(dataDir, "catalog.json"),
  operatorSocket: (dataDir: string) => join(dataDir, "operator.sock"),
};

function readConfigFile(file: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Fault("invalid_request", `WINDROSE_CONFIG names ${file}, which cannot be read. Correct the path, or unset it.`, { cause: error });
  }
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    const where = error instanceof Error ? error.message.split("\n")[0] : "";
    throw new Fault("invalid_request", `${file} is neither YAML nor JSON: ${where}`, { cause: error });
  }
  const parsed = fileSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("").replace(/^\./, "");
  throw new Fault("invalid_request", `${file}: ${path === undefined || path === "" ? "" : `${path}: `}${issue?.message ?? "is not valid"}. See docs/settings.md.`);
}

function providerOf(given: ConfigFile["providers"][number]): ConfiguredProvider {
  return defined({
    slug: given.slug,
    name: given.name,
    protocol: given.protocol,
    baseUrl: given.base_url?.replace(/\/+$/, ""),
    credential: given.credential === undefined ? undefined : secret(given.credential),
    credentialEnv: given.credential_env,
    quirks: given.quirks,
    dataPolicy: given.data_policy === undefined ? undefined : defined({ training: given.data_policy.training, retainsPrompts: given.data_policy.retains_prompts, zdr: given.data_policy.zdr }),
    endpoints: given.endpoints?.map((endpoint) => defined({
      model: endpoint.model,
      upstreamModel: endpoint.upstream_model,
      tag: endpoint.tag,
      pricing: endpoint.pricing === undefined ? undefined : defined({
        prompt: endpoint.pricing.prompt, completion: endpoint.pricing.completion, request: endpoint.pricing.request,
        image: endpoint.pricing.image, cacheRead: endpoint.pricing.cache_read, cacheWrite: endpoint.pricing.cache_write,
        cacheWriteHour: endpoint.pricing.cache_write_1h, webSearch: endpoint.pricing.web_search,
        audio: endpoint.pricing.audio, audioOutput: endpoint.pricing.audio_output, imageOutput: endpoint.pricing.image_output,
        search: endpoint.pricing.search, character: endpoint.pricing.character, second: endpoint.pricing.second,
      }),
      contextLength: endpoint.context_length,
      outputTokensMax: endpoint.max_output_tokens,
      quantization: endpoint.quantization,
      supportedParameters: endpoint.supported_parameters,
      inputModalities: endpoint.input_modalities,
      outputModalities: endpoint.output_modalities,
    })),
  });
}

type Defined<Shape> = { [Field in keyof Shape as undefined extends Shape[Field] ? never : Field]: Shape[Field] } & { [Field in keyof Shape as undefined extends Shape[Field] ? Field : never]?: Exclude<Shape[Field], undefined> };

/** The same object without the fields that are undefined. */
function defined<Shape extends object>(shape: Shape): Defined<Shape> {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Defined<Shape>;
}

function timeoutsOf(given: ConfigFile["timeouts"]): Timeouts {
  return {
    connectMs: given.connect_ms,
    firstContentMs: given.first_content_ms,
    firstContentAliveMs: given.first_content_alive_ms,
    wholeAnswerMs: given.whole_answer_ms,
    gapMs: given.gap_ms,
    keepAliveMs: given.keep_alive_ms,
    readerMs: given.reader_ms,
    drainMs: given.drain_ms,
  };
}

/** Settings of the design that this version does not carry out are refused, because ignoring them would mislead. */
function refuseWhatIsNotThere(environment: NodeJS.ProcessEnv): void {
  if (present(environment["DATABASE_URL"]) !== undefined) {
    throw new Fault("invalid_request", "DATABASE_URL is set, but this version has the embedded database only. Unset it.");
  }
  if (![undefined, "1"].includes(present(environment["WINDROSE_WORKERS"]))) {
    throw new Fault("invalid_request", "WINDROSE_WORKERS asks for several processes, which need PostgreSQL; this version runs one. Unset it.");
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Fault("invalid_request", `PORT must be a number from 0 to 65535, not "${text}".`);
  return port;
}

function readBootstrapKey(text: string | undefined): Secret | undefined {
  if (text === undefined) return undefined;
  if (text.length < 24 || /\s/.test(text)) {
    throw new Fault("invalid_request", `WINDROSE_BOOTSTRAP_KEY must be 24 characters or more without spaces; it has ${text.length}. A good one: openssl rand -hex 32`);
  }
  return secret(text);
}

function readLogLevel(text: string): LogLevel {
  const levels: readonly string[] = ["debug", "info", "warn", "error", "silent"];
  if (!levels.includes(text)) throw new Fault("invalid_request", `WINDROSE_LOG_LEVEL must be one of ${levels.join(", ")}, not "${text}".`);
  return text as LogLevel;
}

function present(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}

/**
 * Finds the OpenAI-compatible servers that run on this machine on their usual ports, so that a laptop with a local model
 * needs no configuration at all. Asked once at start; silence, or an answer of another shape, means there is none.
 */

import { readFileSync } from "node:fs";
import type { ConfiguredEndpoint, ConfiguredProvider } from "../catalog/model.ts";
import { getJson } from "./upstream.ts";

/** A row of catalog/local-servers.json. */
interface UsualPlace {
  readonly slug: string;
  readonly port: number;
  /** The `owned_by` that tells this server from whatever else may use the port; null where the port is telling enough. */
  readonly owned_by: string | null;
}

/** A closed port refuses at once; this is for a server on a machine that is busy starting the rest of us. */
const answerMs = 2_000;

/** What is assumed of a server that does not say how much context it was started with. */
const contextLengthUnknown = 8_192;

/** One provider for each server found, with an endpoint for each model it serves, `<provider>/<model>`. Never rejects. */
export async function findLocalServers(usualPlacesFile: string): Promise<readonly ConfiguredProvider[]> {
  const usualPlaces = JSON.parse(readFileSync(usualPlacesFile, "utf8")) as readonly UsualPlace[];
  const found = await Promise.all(usualPlaces.map(askPlace));
  return found.filter((provider) => provider !== undefined);
}

async function askPlace(place: UsualPlace): Promise<ConfiguredProvider | undefined> {
  const baseUrl = `http://127.0.0.1:${place.port}/v1`;
  const models = modelsOf(await getJson(`${baseUrl}/models`, answerMs));
  const endpoints = models.filter((model) => place.owned_by === null || place.owned_by === model.owner).map((model) => endpointOf(place.slug, model));
  return endpoints.length === 0 ? undefined : { slug: place.slug, protocol: "openai-chat", baseUrl, endpoints };
}

interface LocalModel {
  readonly id: string;
  readonly owner: string;
  readonly contextLength: number | undefined;
}

function modelsOf(answer: unknown): readonly LocalModel[] {
  if (!isRecord(answer) || !Array.isArray(answer["data"])) return [];
  return answer["data"].flatMap((one: unknown) => {
    if (!isRecord(one) || typeof one["id"] !== "string" || !/^[\w./:@-]{1,200}$/.test(one["id"])) return [];
    return [{ id: one["id"], owner: typeof one["owned_by"] === "string" ? one["owned_by"] : "", contextLength: contextLengthOf(one) }];
  });
}

/** Two servers say it, each in its own place; the others do not. */
function contextLengthOf(model: Record<string, unknown>): number | undefined {
  const { max_model_len: direct, meta } = model;
  const told = direct ?? (isRecord(meta) ? meta["n_ctx_train"] : undefined);
  return typeof told === "number" && Number.isSafeInteger(told) && told > 0 ? told : undefined;
}

function endpointOf(provider: string, model: LocalModel): ConfiguredEndpoint {
  return { model: `${provider}/${model.id.replaceAll("/", "-")}`, upstreamModel: model.id, contextLength: model.contextLength ?? contextLengthUnknown };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

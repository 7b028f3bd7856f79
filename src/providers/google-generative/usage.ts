/** Google's usageMetadata, made comparable: thoughts stand beside the candidates there, and every modality apart. */

import type { Usage } from "../../wire/chat.ts";
import { asList, asObject, type JsonObject } from "../json.ts";

// No context is longer; a larger figure is a mistake or a lie.
const countMax = 100_000_000;

/**
 * Undefined when the prompt's count is missing or absurd, so that the caller counts for itself. A missing count of the
 * candidates is zero: Google leaves zeros out. What its own tools read (toolUsePromptTokenCount) is not part of the prompt.
 */
export function readUsage(raw: JsonObject | undefined): Usage | undefined {
  const promptTokens = count(raw?.["promptTokenCount"]);
  if (raw === undefined || promptTokens === undefined) return undefined;
  const candidates = count(raw["candidatesTokenCount"]);
  const thoughts = count(raw["thoughtsTokenCount"]);
  if ((raw["candidatesTokenCount"] ?? undefined) !== undefined && candidates === undefined) return undefined;
  const said = candidates ?? 0;
  // The sum tells whether this model counts its thoughts among what it said.
  const isWithin = raw["totalTokenCount"] === promptTokens + said + (count(raw["toolUsePromptTokenCount"]) ?? 0);
  const completionTokens = said + (isWithin ? 0 : (thoughts ?? 0));
  const cachedTokens = atMost(promptTokens, count(raw["cachedContentTokenCount"]));
  const audio = ofModality(raw["promptTokensDetails"], "AUDIO");
  // Audio that was cached is billed as cached.
  const cachedAudio = ofModality(raw["cacheTokensDetails"], "AUDIO") ?? 0;
  return {
    promptTokens,
    completionTokens,
    ...optional("cachedTokens", cachedTokens),
    ...optional("promptAudioTokens", audio === undefined ? undefined : atMost(promptTokens - (cachedTokens ?? 0), Math.max(0, audio - cachedAudio))),
    ...optional("reasoningTokens", atMost(completionTokens, thoughts)),
    ...optional("completionAudioTokens", atMost(said, ofModality(raw["candidatesTokensDetails"], "AUDIO"))),
    ...optional("completionImageTokens", atMost(said, ofModality(raw["candidatesTokensDetails"], "IMAGE"))),
  };
}

function ofModality(details: unknown, modality: string): number | undefined {
  const counts = asList(details).flatMap((item) => {
    const detail = asObject(item);
    return detail?.["modality"] === modality ? (count(detail["tokenCount"]) ?? []) : [];
  });
  return counts.length === 0 ? undefined : counts.reduce((sum, each) => sum + each, 0);
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= countMax ? value : undefined;
}

function atMost(most: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(value, most);
}

function optional<Name extends keyof Usage>(name: Name, value: number | undefined): { [key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: number });
}

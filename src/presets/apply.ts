/**
 * A request with its preset merged into it, on the canonical shape, so that every surface has it. The request wins, field
 * by field and each field as a whole; only `tools` are united. Source: contract §5.1 step 1, §8.6.
 */

import { Fault } from "../base/fault.ts";
import { defaultPreferences } from "../surfaces/preferences.ts";
import { completionsDialect, type ChatParameters, type ChatRequest, type Message, type Tool } from "../wire/chat.ts";
import { isInstruction } from "./content.ts";
import type { PresetSettings } from "./preset.ts";
import { splitReference } from "./reference.ts";

/** @throws Fault invalid_request when neither the request nor the preset names a model. */
export function applyPreset(request: ChatRequest, presetId: string, settings: PresetSettings): ChatRequest {
  const prompted = withSystemPrompt(request.messages, settings.systemPrompt);
  return {
    ...request,
    models: modelsOf(request, settings),
    messages: prompted,
    messagesJson: prompted === request.messages ? request.messagesJson : undefined,
    parameters: parametersOf(request.parameters, usableBy(request, settings.parameters)),
    // The parsers hand out this one object for a request that says nothing of providers.
    provider: request.provider === defaultPreferences ? settings.provider : request.provider,
    gateway: { ...settings.gateway, ...request.gateway, presetId },
  };
}

function modelsOf(request: ChatRequest, settings: PresetSettings): readonly string[] {
  const models = new Set(request.models.flatMap((written) => {
    const { model } = splitReference(written);
    return model === "" ? settings.models : [model];
  }));
  if (models.size > 0) return [...models];
  throw new Fault("invalid_request", "model: the preset names no model. Put one before it, as in author/model@preset/slug.", { metadata: { field: "model" } });
}

/** First of all messages, unless the request has instructions of its own. */
function withSystemPrompt(messages: readonly Message[], systemPrompt: string | null): readonly Message[] {
  return systemPrompt === null || messages.some(isInstruction) ? messages : [{ role: "system", content: systemPrompt }, ...messages];
}

/** Text completions have nowhere to put a call, so that none must be asked for. */
function usableBy({ protocol }: ChatRequest, preset: ChatParameters): ChatParameters {
  if (protocol !== completionsDialect) return preset;
  const { tools: _tools, tool_choice: _choice, ...others } = preset;
  return others;
}

function parametersOf(own: ChatParameters, preset: ChatParameters): ChatParameters {
  const { top_logprobs, ...others } = preset;
  return {
    // A detail of `logprobs`, which without it no surface would have let pass.
    ...(own.logprobs === false || top_logprobs === undefined ? others : preset),
    ...own,
    ...(own.tools === undefined || preset.tools === undefined ? undefined : { tools: united(preset.tools, own.tools) }),
  };
}

/** The preset's tools in their order, each in the request's wording where it brings the same one, then the request's others. */
function united(preset: readonly Tool[], own: readonly Tool[]): readonly Tool[] {
  const wording = new Map(own.map((tool) => [identityOf(tool), tool]));
  return [...new Set([...preset.map((tool) => wording.get(identityOf(tool)) ?? tool), ...own])];
}

/** Functions are told apart by name, advisors and subagents by the name in their parameters, others are one of each type. */
function identityOf(tool: Tool): string {
  switch (tool.type) {
    case "function":
      return `function ${tool.function?.name}`;
    case "openrouter:advisor":
    case "openrouter:subagent":
      return `${tool.type} ${nameIn(tool["parameters"])}`;
    default:
      return tool.type;
  }
}

function nameIn(parameters: unknown): string {
  return typeof parameters === "object" && parameters !== null && "name" in parameters ? String(parameters.name) : "";
}

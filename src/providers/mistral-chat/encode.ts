/** Encodes a request from an allow-list: what is not on it would be answered with 422. */

import type { ChatParameters, ChatRequest, ParameterName, Reasoning, ResponseFormat } from "../../wire/chat.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { acceptedParameters, isListed } from "../choices/parameters.ts";
import { chooseTools } from "../choices/tools.ts";
import { encodeMessages } from "./messages.ts";

type Body = Record<string, unknown>;

const known: ReadonlySet<ParameterName> = new Set([
  "max_tokens", "temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop", "tools", "tool_choice",
  "parallel_tool_calls", "response_format", "prediction", "reasoning",
]);

/** Fields of Mistral's own that a caller may send. */
const passed = ["safe_prompt", "prompt_mode", "reasoning_effort", "random_seed", "document_image_limit", "document_page_limit", "n"];

// Mistral's own bound; others allow 2.
const temperatureMax = 1.5;

export function encodeRequest(request: ChatRequest, target: Target): UpstreamRequest {
  const notes: ParameterNote[] = [];
  const parameters = acceptedParameters(request.parameters, { listed: target.parameters, isKnown: (name) => known.has(name) }, notes);
  const body: Body = {
    model: target.upstreamModel,
    messages: encodeMessages(request.messages, isListed("reasoning", target.parameters)),
    ...(request.stream ? { stream: true } : {}),
    ...encodeReasoning(parameters, target.upstreamModel, notes),
    ...encodePlain(parameters, notes),
    ...encodeTools(parameters, target, notes),
    ...encodeResponseFormat(parameters.response_format, notes),
    ...passedExtra(request.extra, notes),
  };
  return {
    url: `${target.baseUrl}/chat/completions`,
    headers: { "content-type": "application/json", accept: request.stream ? "text/event-stream" : "application/json" },
    body: JSON.stringify(body),
    notes,
  };
}

function encodePlain(parameters: ChatParameters, notes: ParameterNote[]): Body {
  const { max_tokens, temperature, top_p, frequency_penalty, presence_penalty, stop, prediction, seed } = parameters;
  const body: Body = { max_tokens, temperature, top_p, frequency_penalty, presence_penalty, stop, prediction };
  if (seed !== undefined) {
    body["random_seed"] = seed;
    notes.push({ parameter: "seed", action: "translated", detail: "sent as random_seed" });
  }
  if (temperature !== undefined && temperature > temperatureMax) {
    body["temperature"] = temperatureMax;
    notes.push({ parameter: "temperature", action: "translated", detail: `sent as ${temperatureMax}, the most this provider takes` });
  }
  return body;
}

function encodeTools(parameters: ChatParameters, target: Target, notes: ParameterNote[]): Body {
  const forms = isListed("tool_choice", target.parameters) ? (["none", "auto", "required"] as const) : [];
  const { tools, toolChoice } = chooseTools(parameters, forms, notes);
  if (tools === undefined) return {};
  return { tools, tool_choice: toolChoice === "required" ? "any" : toolChoice, parallel_tool_calls: parameters.parallel_tool_calls };
}

function encodeResponseFormat(format: ResponseFormat | undefined, notes: ParameterNote[]): Body {
  if (format === undefined) return {};
  if (format.type !== "grammar" && format.type !== "python") return { response_format: format };
  notes.push({ parameter: "response_format", action: "dropped", detail: `${format.type} is not taken by this provider` });
  return {};
}

/** Magistral thinks in a prompt mode; later models take an effort, which is none or high. */
function encodeReasoning({ reasoning }: ChatParameters, upstreamModel: string, notes: ParameterNote[]): Body {
  if (reasoning === undefined || !asksForReasoning(reasoning)) return {};
  const isOff = reasoning.enabled === false || reasoning.effort === "none" || reasoning.max_tokens === 0;
  if (upstreamModel.startsWith("magistral")) {
    if (!isOff) {
      notes.push({ parameter: "reasoning", action: "translated", detail: "sent as prompt_mode reasoning" });
      return { prompt_mode: "reasoning" };
    }
    // Null switches off the mode that this model has by default.
    return { prompt_mode: null };
  }
  const effort = isOff ? "none" : "high";
  if (reasoning.effort !== effort) notes.push({ parameter: "reasoning", action: "translated", detail: `sent as effort ${effort}` });
  return { reasoning_effort: effort };
}

function asksForReasoning(reasoning: Reasoning): boolean {
  return reasoning.effort !== undefined || reasoning.max_tokens !== undefined || reasoning.enabled !== undefined;
}

function passedExtra(extra: ChatRequest["extra"], notes: ParameterNote[]): Body {
  const body: Body = {};
  for (const [name, value] of Object.entries(extra)) {
    if (passed.includes(name)) body[name] = value;
    else notes.push({ parameter: name, action: "dropped", detail: "not known to this provider" });
  }
  return body;
}

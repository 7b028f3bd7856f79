/** Messages as contents: two roles, system instructions apart, and the results of one turn's calls in one content. */

import { Fault } from "../../base/fault.ts";
import type { ContentPart, Message, ToolCall } from "../../wire/chat.ts";
import type { ParameterNote, Target } from "../adapter.ts";
import { asObject, asText } from "../json.ts";
import { isVertex } from "../vertex.ts";
import { encodeMedia, inlineDataOf, type InlineData, type MediaPart } from "./media.ts";
import { imageId, readGivenBack } from "./signatures.ts";
import type { ModelTraits } from "./traits.ts";

export interface Prompt {
  readonly systemInstruction?: { readonly parts: readonly Part[] };
  readonly contents: readonly Content[];
}

interface Content {
  readonly role: "user" | "model";
  readonly parts: Part[];
}

type Part = (
  | { readonly text: string; readonly thought?: true }
  | MediaPart
  | { readonly functionCall: object }
  | { readonly functionResponse: object }
) & { readonly thoughtSignature?: string };

export interface PromptTarget {
  readonly target: Target;
  readonly traits: ModelTraits;
  /** Said to the model beside the system messages. */
  readonly instruction: string | undefined;
}

/** @throws Fault for content that the endpoint cannot be sent. */
export function encodeMessages(messages: readonly Message[], { target, traits, instruction }: PromptTarget, notes: ParameterNote[]): Prompt {
  const system: Part[] = [];
  const contents: Content[] = [];
  const calls = new Map<string, Call>();
  let results: Result[] = [];
  const flush = (): void => {
    if (results.length > 0) contents.push(encodeResults(results, traits));
    results = [];
  };
  for (const message of messages) {
    if (message.role === "tool") {
      results.push(encodeResult(message, calls, target));
      continue;
    }
    flush();
    if (message.role === "user") contents.push({ role: "user", parts: orNothing(encodeContent(message, target)) });
    else if (message.role === "assistant") {
      const parts = encodeSpeech(message, { target, traits });
      if (parts.length > 0) contents.push({ role: "model", parts });
      message.tool_calls?.forEach((call, position) => calls.set(call.id, { name: nameOf(call), position }));
    } else system.push(...encodeContent(message, target));
  }
  flush();
  if (instruction !== undefined) system.push({ text: instruction });
  if (messages.some(isMarked)) notes.push({ parameter: "cache_control", action: "dropped", detail: "this provider caches by itself" });
  return withSystem(system, contents, traits);
}

/** Where there is no place for instructions, or nothing beside them, the user says them. */
function withSystem(system: Part[], contents: Content[], traits: ModelTraits): Prompt {
  if (system.length === 0) return { contents };
  if (traits.takesSystem && contents.length > 0) return { systemInstruction: { parts: system }, contents };
  const first = contents[0];
  if (first?.role === "user") return { contents: [{ role: "user", parts: [...system, ...first.parts] }, ...contents.slice(1)] };
  return { contents: [{ role: "user", parts: system }, ...contents] };
}

/** A content without parts is refused. */
function orNothing(parts: Part[]): Part[] {
  return parts.length === 0 ? [{ text: "" }] : parts;
}

function isMarked({ content }: Message): boolean {
  return Array.isArray(content) && content.some((part: ContentPart) => part["cache_control"] !== undefined);
}

/** The name of a speaker goes before his words (contract §2.4). */
function encodeContent({ content, name, role }: Message, target: Target): Part[] {
  const speaker = name === undefined || name === "" || role === "assistant" ? "" : `${name}: `;
  if (typeof content === "string") return [{ text: speaker + content }];
  const parts = (content ?? []).map((part) => encodePart(part, target));
  return speaker === "" ? parts : [{ text: speaker }, ...parts];
}

function encodePart(part: ContentPart, target: Target): Part {
  switch (part.type) {
    case "text":
      return { text: part.text };
    case "image_url":
    case "input_audio":
    case "file":
    case "video_url":
      return encodeMedia(part, target);
    default: {
      const { type, refusal }: { readonly type?: unknown; readonly refusal?: unknown } = part;
      if (type === "refusal" && typeof refusal === "string") return { text: refusal };
      throw new Fault("unsupported_parameter", `This endpoint takes no content of type ${String(type).slice(0, 50)}.`, { metadata: { parameter: "messages" } });
    }
  }
}

/** Source: ai.google.dev/gemini-api/docs/thought-signatures, "FAQs": for calls that another model made. */
const unsigned = "skip_thought_signature_validator";

function encodeSpeech(message: Message, { target, traits }: Pick<PromptTarget, "target" | "traits">): Part[] {
  const { thoughts, byId, ofText } = readGivenBack(message.reasoning_details);
  const parts: Part[] = thoughts.map(({ text, signature }) => ({ text, thought: true, ...signed(signature) }));
  const words = encodeContent(message, target).filter((part) => !("text" in part) || part.text !== "");
  if (words.length === 0 && typeof message.refusal === "string" && message.refusal !== "") words.push({ text: message.refusal });
  const last = words.pop();
  parts.push(...words);
  if (last !== undefined) parts.push({ ...last, ...signed(ofText[0]) });
  for (const signature of last === undefined ? ofText : ofText.slice(1)) parts.push({ text: "", thoughtSignature: signature });
  imagesOf(message).forEach((inlineData, position) => parts.push({ inlineData, ...signed(byId.get(imageId(position))) }));
  message.tool_calls?.forEach((call, position) => {
    const signature = byId.get(call.id) ?? (position === 0 && traits.checksSignatures ? unsigned : undefined);
    const functionCall = { ...idOf(call.id, target), name: nameOf(call), args: argumentsOf(call) };
    parts.push({ functionCall, ...signed(signature) });
  });
  return parts;
}

function signed(signature: string | undefined): { readonly thoughtSignature?: string } {
  return signature === undefined ? {} : { thoughtSignature: signature };
}

/** Vertex does not know the field. */
function idOf(id: string, target: Target): { readonly id?: string } {
  return isVertex(target.baseUrl) ? {} : { id };
}

/** Images that the model made in an earlier turn. */
function imagesOf(message: Message): readonly InlineData[] {
  const images = message["images"];
  if (!Array.isArray(images)) return [];
  return images.flatMap((image: unknown) => {
    const url = asObject(asObject(image)?.["image_url"])?.["url"];
    return (typeof url === "string" ? inlineDataOf(url) : undefined) ?? [];
  });
}

function nameOf(call: ToolCall): string {
  return call.function?.name ?? asText(asObject(call["custom"])?.["name"]) ?? "";
}

/** What is not an object is not lost: it stands in one, and so does what a tool took as free text. */
function argumentsOf(call: ToolCall): object {
  const custom = asObject(call["custom"]);
  if (custom !== undefined) return { input: custom["input"] };
  const text = call.function?.arguments ?? "";
  if (text.trim() === "") return {};
  const parsed = parsedJson(text);
  return asObject(parsed) ?? { arguments: parsed ?? text };
}

interface Call {
  readonly name: string;
  readonly position: number;
}

interface Result extends Call {
  readonly ids: { readonly id?: string };
  readonly response: object;
  readonly media: readonly MediaPart[];
}

function encodeResult(message: Message, calls: ReadonlyMap<string, Call>, target: Target): Result {
  const id = message.tool_call_id ?? "";
  const call = calls.get(id) ?? { name: message.name ?? "", position: Infinity };
  if (call.name === "") throw new Fault("invalid_request", "A tool message answers no call of the messages before it.", { metadata: { field: "messages" } });
  const parts = encodeContent({ role: "tool", content: message.content ?? "" }, target);
  const text = parts.map((part) => ("text" in part ? part.text : "")).join("");
  return {
    ...call,
    ids: idOf(id, target),
    response: responseOf(text),
    media: parts.filter((part): part is MediaPart => "inlineData" in part || "fileData" in part),
  };
}

/** A result must be an object. Numbers that JSON.parse would round stay text. */
function responseOf(text: string): object {
  const parsed = /\d{16}/.test(text) || !/^\s*\{/.test(text) ? undefined : asObject(parsedJson(text));
  return parsed ?? { output: text };
}

/** In the order of the calls: where ids are not sent, two calls of one function are told apart by it. */
function encodeResults(results: readonly Result[], traits: ModelTraits): Content {
  const ordered = results.toSorted((a, b) => (a.position === b.position ? 0 : a.position - b.position));
  const parts: Part[] = ordered.map(({ ids, name, response, media }) => {
    const own = traits.combinesTools && media.length > 0 ? { parts: media } : {};
    return { functionResponse: { ...ids, name, response, ...own } };
  });
  // Before that generation media stand beside the results.
  if (!traits.combinesTools) parts.push(...ordered.flatMap((result) => result.media));
  return { role: "user", parts };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

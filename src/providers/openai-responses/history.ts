/** What an assistant said in earlier turns, given back as the items it was: reasoning, words and calls, in their order. */

import type { Message, ToolCall } from "../../wire/chat.ts";
import { inPhases } from "../../wire/phases.ts";
import type { ParameterNote } from "../adapter.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { noteOnce } from "./content.ts";
import { serverItemOf } from "./server-tools.ts";

/** Reasoning goes back only to where it was made: `format` says so. */
export function encodeSpeech(message: Message, format: string, notes: ParameterNote[]): readonly JsonObject[] {
  const words = [...encodeWords(message), ...shownImages(message["images"], notes)];
  const calls = (message.tool_calls ?? []).map(encodeCall);
  const details = joinedDetails(message.reasoning_details ?? []).filter((detail) => detail["format"] === format);
  // Words without calls are the end of their turn, unless they say themselves what they are.
  const others = calls.length === 0 && words.length < 2 ? [] : [...words, ...calls];
  const items = placed(details, others, notes);
  const isKept = items.length > others.length;
  const given = (message.reasoning_details ?? []).length > 0 || asText(message.reasoning) !== undefined || asText(message["reasoning_content"]) !== undefined;
  if (given && !isKept) noteOnce(notes, { parameter: "messages", action: "dropped", detail: "reasoning that is not this provider's own, or cannot be shown to be" });
  return others.length === 0 ? [...items, ...words] : items;
}

/** A message for each phase of what was said. */
function encodeWords({ content, refusal, phases, ...message }: Message): readonly JsonObject[] {
  if (typeof content === "string" && phases !== undefined) {
    const spoken = inPhases(content, phases).filter(({ text }) => text !== "").map(({ phase, text }) => worded([{ type: "output_text", text }], phase));
    return [...spoken, ...(asText(refusal) === undefined ? [] : [worded([{ type: "refusal", refusal }], undefined)])];
  }
  const texts = typeof content === "string" ? [content] : (content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : []));
  const parts = texts.filter((text) => text !== "").map((text): JsonObject => ({ type: "output_text", text }));
  const refused = asText(refusal);
  if (refused !== undefined) parts.push({ type: "refusal", refusal: refused });
  const phase = asText(message["phase"]);
  return parts.length === 0 ? [] : [worded(parts, phase)];
}

function worded(parts: readonly JsonObject[], phase: string | undefined): JsonObject {
  return { role: "assistant", content: parts, ...(phase === undefined ? {} : { phase }) };
}

/** What was drawn is known by ids that only a memory upstream could read: so it is shown again. */
function shownImages(images: unknown, notes: ParameterNote[]): readonly JsonObject[] {
  const urls = asList(images).flatMap((image) => asText(asObject(asObject(image)?.["image_url"])?.["url"]) ?? []);
  if (urls.length === 0) return [];
  noteOnce(notes, { parameter: "messages", action: "translated", detail: "images of earlier answers are shown as the user's" });
  return [{ role: "user", content: urls.map((url) => ({ type: "input_image", image_url: url, detail: "auto" })) }];
}

function encodeCall(call: ToolCall): JsonObject {
  const custom = asObject(call["custom"]);
  const beside = Object.fromEntries(["namespace", "caller"].filter((field) => call[field] !== undefined).map((field) => [field, call[field]]));
  if (custom !== undefined) return { type: "custom_tool_call", call_id: call.id, name: custom["name"], input: custom["input"], ...beside };
  // Arguments that are nothing are not JSON, and are refused.
  return { type: "function_call", call_id: call.id, name: call.function.name, arguments: call.function.arguments || "{}", ...beside };
}

/** Clients hand back the pieces of a stream as they came: those of one text are joined. */
function joinedDetails(details: readonly unknown[]): readonly JsonObject[] {
  const joined: JsonObject[] = [];
  for (const item of details) {
    const detail = asObject(item);
    if (detail === undefined) continue;
    const last = joined.at(-1);
    const field = detail["type"] === "reasoning.summary" ? "summary" : detail["type"] === "reasoning.text" ? "text" : undefined;
    const isPiece = last !== undefined && last["type"] === detail["type"] && typeof detail["index"] === "number" && detail["index"] === last["index"];
    if (isPiece && field !== undefined) joined[joined.length - 1] = { ...last, [field]: (asText(last[field]) ?? "") + (asText(detail[field]) ?? "") };
    else joined.push(detail);
  }
  return joined;
}

interface Thought {
  readonly id: string | undefined;
  readonly summary: string[];
  readonly content: string[];
  encrypted: string | undefined;
}

/**
 * The items of the details, and the others where they stood: details are numbered together with what stood between them,
 * so that a gap in the numbers is another item's place.
 */
function placed(details: readonly JsonObject[], others: readonly JsonObject[], notes: ParameterNote[]): readonly JsonObject[] {
  const items: JsonObject[] = [];
  const waiting = [...others];
  let last = -1;
  let open: Thought | undefined;

  function close(): void {
    if (open === undefined) return;
    const item = encodeThought(open);
    if (item !== undefined) items.push(item);
    else noteOnce(notes, { parameter: "messages", action: "dropped", detail: "summaries of reasoning whose encrypted content is not there" });
    open = undefined;
  }

  for (const detail of details) {
    const index = detail["index"];
    const gap = typeof index === "number" && index > last ? index - last - 1 : 0;
    if (typeof index === "number") last = Math.max(last, index);
    const id = asText(detail["id"]);
    const goesOn = open !== undefined && open.encrypted === undefined && (id === undefined || open.id === undefined || open.id === id) && detail["type"] !== "reasoning.server_tool_call";
    if (!goesOn) close();
    if (open === undefined) items.push(...waiting.splice(0, gap));
    if (detail["type"] === "reasoning.server_tool_call") {
      const item = serverItemOf(detail);
      if (item !== undefined) items.push(item);
      continue;
    }
    open ??= { id, summary: [], content: [], encrypted: undefined };
    if (detail["type"] === "reasoning.summary") open.summary.push(asText(detail["summary"]) ?? "");
    else if (detail["type"] === "reasoning.text") open.content.push(asText(detail["text"]) ?? "");
    else if (detail["type"] === "reasoning.encrypted") open.encrypted = asText(detail["data"]);
  }
  close();
  return [...items, ...waiting];
}

/** Undefined for one that the upstream would look for among what it stores, and not find: it stores nothing. */
function encodeThought({ id, summary, content, encrypted }: Thought): JsonObject | undefined {
  if (encrypted === undefined && content.length === 0) return undefined;
  return {
    type: "reasoning",
    ...(id === undefined ? {} : { id }),
    summary: summary.map((text) => ({ type: "summary_text", text })),
    ...(content.length === 0 ? {} : { content: content.map((text) => ({ type: "reasoning_text", text })) }),
    ...(encrypted === undefined ? {} : { encrypted_content: encrypted }),
  };
}

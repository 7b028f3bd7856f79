/**
 * Input items to canonical messages (contract §1.11). What one turn of the assistant is in this dialect, a row of items
 * (reasoning, message, calls), is one message elsewhere: the row is gathered until somebody else speaks.
 */

import type { Message, ToolCall } from "../../wire/chat.ts";
import type { Phase, PhaseName } from "../../wire/phases.ts";
import { isAbsent } from "../body.ts";
import { depthChecked, invalid, isRecord, list, oneOf, record, text, type Fields } from "../check.ts";
import { readContent, readSpeech } from "./content.ts";
import { dataUrlOf } from "./image.ts";
import { readReasoningItem, wordsOf } from "./reasoning.ts";

const itemsMax = 10_000;
const anyText = text();
const phaseName = oneOf(["commentary", "final_answer"]);
const role = oneOf(["user", "assistant", "system", "developer"]);

/** @throws Fault invalid_request naming the item and what was expected. */
export function readInput(input: unknown): readonly Message[] {
  if (typeof input === "string") return [{ role: "user", content: anyText(input, "input") }];
  if (isAbsent(input)) throw invalid("input", "is required: a string or an array of items");
  if (!Array.isArray(input)) throw invalid("input", "must be a string or an array of items");
  if (input.length === 0) throw invalid("input", "must hold at least one item");
  if (input.length > itemsMax) throw invalid("input", `must hold at most ${itemsMax.toLocaleString("en")} items; this has ${input.length.toLocaleString("en")}`);
  const messages: Message[] = [];
  let turn: Turn | undefined;
  const endTurn = (): void => {
    if (turn !== undefined) messages.push(messageOf(turn));
    turn = undefined;
  };
  input.forEach((given, index) => {
    const path = `input[${index}]`;
    if (!isRecord(given)) throw invalid(path, "must be an object");
    const item = readItem(given, path);
    if (item.kind === "message") {
      endTurn();
      messages.push(item.message);
      return;
    }
    // Two messages in a row are two, unless calls stand between them, which must not be parted from their outputs.
    if (item.kind === "speech" && turn?.hasSpoken === true && turn.calls.length === 0) {
      const { late } = turn;
      turn.late = [];
      endTurn();
      turn = openTurn();
      for (const reasoning of late) join(turn, reasoning);
    }
    join((turn ??= openTurn()), item);
  });
  endTurn();
  return messages;
}

/** What belongs to a turn of the assistant. */
type Piece =
  | { readonly kind: "speech"; readonly content: string; readonly refusal: string | undefined; readonly phase: PhaseName | undefined }
  | { readonly kind: "call"; readonly call: ToolCall }
  | { readonly kind: "image"; readonly url: string }
  | Thought;

interface Thought {
  readonly kind: "reasoning";
  readonly item: Fields;
  readonly path: string;
}

type Item = Piece | { readonly kind: "message"; readonly message: Message };

interface Turn {
  readonly details: Fields[];
  /** Reasoning after what was said: it leads to the calls that follow, or to another message. */
  late: Thought[];
  readonly calls: ToolCall[];
  readonly images: object[];
  /** How much stands in it so far. */
  blocks: number;
  hasSpoken: boolean;
  content: string;
  refusal: string | undefined;
  readonly phases: Phase[];
}

function openTurn(): Turn {
  return { details: [], late: [], calls: [], images: [], blocks: 0, hasSpoken: false, content: "", refusal: undefined, phases: [] };
}

function join(turn: Turn, item: Piece): void {
  if (item.kind === "reasoning") {
    if (turn.hasSpoken && turn.calls.length === 0) turn.late.push(item);
    else think(turn, item);
    return;
  }
  settleThoughts(turn);
  turn.blocks++;
  switch (item.kind) {
    case "speech":
      turn.hasSpoken = true;
      if (item.phase !== undefined) turn.phases.push({ phase: item.phase, at: turn.content.length });
      turn.content += item.content;
      turn.refusal = item.refusal === undefined ? turn.refusal : (turn.refusal ?? "") + item.refusal;
      return;
    case "call":
      turn.calls.push(item.call);
      return;
    case "image":
      turn.images.push({ type: "image_url", image_url: { url: item.url } });
  }
}

function think(turn: Turn, { item, path }: Thought): void {
  const details = readReasoningItem(item, path, { details: turn.details.length, blocks: turn.blocks });
  turn.details.push(...details);
  turn.blocks += details.length;
}

function settleThoughts(turn: Turn): void {
  for (const thought of turn.late) think(turn, thought);
  turn.late = [];
}

function messageOf(turn: Turn): Message {
  settleThoughts(turn);
  const { details, calls, images, content, refusal, phases } = turn;
  const words = wordsOf(details);
  return {
    role: "assistant",
    content: content === "" && calls.length > 0 ? null : content,
    ...(refusal === undefined ? undefined : { refusal }),
    ...(words === "" ? undefined : { reasoning: words }),
    ...(details.length === 0 ? undefined : { reasoning_details: details }),
    ...(phases.length === 0 ? undefined : { phases }),
    ...(images.length === 0 ? undefined : { images }),
    ...(calls.length === 0 ? undefined : { tool_calls: calls }),
  };
}

function readItem(item: Fields, path: string): Item {
  switch (item["type"] ?? "message") {
    case "message":
      return readMessage(item, path);
    case "reasoning":
      return { kind: "reasoning", item, path };
    case "function_call":
      return { kind: "call", call: functionCall(item, path) };
    case "custom_tool_call":
      return { kind: "call", call: customCall(item, path) };
    case "function_call_output":
    case "custom_tool_call_output":
      return { kind: "message", message: { role: "tool", tool_call_id: anyText(item["call_id"], `${path}.call_id`), content: readOutput(item["output"], `${path}.output`) } };
    case "image_generation_call":
      return { kind: "image", url: dataUrlOf(text(Number.MAX_SAFE_INTEGER)(item["result"], `${path}.result`)) };
    case "item_reference":
      throw invalid(path, "refers to an item by its id, and none are stored here; send the item itself");
    default:
      throw invalid(
        `${path}.type`,
        "must be one of message, reasoning, function_call, function_call_output, custom_tool_call, custom_tool_call_output, image_generation_call; items of tools that run elsewhere cannot be handed on",
      );
  }
}

function readMessage(item: Fields, path: string): Item {
  const speaker = role(item["role"], `${path}.role`);
  if (speaker === "assistant") {
    return { kind: "speech", ...readSpeech(item["content"], `${path}.content`), phase: isAbsent(item["phase"]) ? undefined : phaseName(item["phase"], `${path}.phase`) };
  }
  return { kind: "message", message: { role: speaker, content: readContent(item["content"], `${path}.content`) } };
}

function functionCall(item: Fields, path: string): ToolCall {
  const { call_id: id, name, arguments: given } = item;
  return {
    id: anyText(id, `${path}.call_id`), type: "function",
    function: { name: anyText(name, `${path}.name`), arguments: anyText(given, `${path}.arguments`) },
    ...besideOf(item, path),
  };
}

/** As `/chat/completions` has it: the type says where to look. */
function customCall(item: Fields, path: string): ToolCall {
  const call: unknown = {
    id: anyText(item["call_id"], `${path}.call_id`), type: "custom",
    custom: { name: anyText(item["name"], `${path}.name`), input: anyText(item["input"], `${path}.input`) },
    ...besideOf(item, path),
  };
  return call as ToolCall;
}

/** What a provider of this dialect says of a call, and wants back: whose tool it is, and which code called it. */
function besideOf({ namespace, caller }: Fields, path: string): Fields {
  return {
    ...(isAbsent(namespace) ? undefined : { namespace: anyText(namespace, `${path}.namespace`) }),
    ...(isAbsent(caller) ? undefined : { caller: record(caller, `${path}.caller`) }),
  };
}

/** A tool may give anything; what is neither text nor parts is sent as its JSON. */
function readOutput(output: unknown, path: string): NonNullable<Message["content"]> {
  if (typeof output === "string") return anyText(output, path);
  if (output === undefined) throw invalid(path, "is required: a string or an array of parts");
  const isParts = Array.isArray(output) && output.length > 0 && output.every((part) => isRecord(part) && typeof part["type"] === "string");
  return isParts ? readContent(list(output, path), path) : JSON.stringify(depthChecked(output, path));
}

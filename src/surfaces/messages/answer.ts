/** A whole answer as a message. Source: contract §1.12. */

import { original, originalOf, type AssistantMessage, type ChatAnswer, type Delta } from "../../wire/chat.ts";
import { isRecord, type Fields } from "../check.ts";
import type { AnswerHead, WholeAnswer } from "../surface.ts";
import { stopFields } from "./stop.ts";
import { usageView } from "./usage.ts";
import { createBlockWriter, type BlockSink } from "./writer.ts";

export function encodeAnswer({ head, answer, closing: { bill, routing } }: WholeAnswer): string {
  const source = originalOf(answer[original], answer.choices);
  const said = source ?? messageOf(answer);
  const usage = isRecord(said["usage"]) ? said["usage"] : undefined;
  return JSON.stringify({
    ...ownFields(head),
    stop_sequence: null, stop_details: null, container: null,
    ...said,
    ...ownFields(head),
    usage: usageView(bill, answer.serviceTier, usage),
    openrouter_metadata: routing,
  });
}

/** What we say of every message ourselves, whoever made it. */
export function ownFields(head: AnswerHead): Fields {
  return { id: head.generationId, type: "message", role: "assistant", model: head.model, provider: head.providerName };
}

function messageOf({ choices, extra }: ChatAnswer): Fields {
  const [choice] = choices;
  const content: Fields[] = [];
  const writer = createBlockWriter(collecting(content));
  if (choice !== undefined) writer.say(deltaOf(choice.message));
  writer.finish();
  const ending = { finish: choice?.finish_reason ?? null, native: choice?.native_finish_reason ?? null, hasCalls: writer.hasCalls(), refusal: writer.refusal() };
  return { ...extra, usage: undefined, content, ...stopFields(ending, extra) };
}

/** A message is one delta that says all. */
function deltaOf({ tool_calls: calls, ...message }: AssistantMessage): Delta {
  return { ...message, ...(calls === undefined ? {} : { tool_calls: calls.map((call, index) => ({ ...call, index })) }) };
}

/** Puts the deltas of a block together as clients do. */
function collecting(content: Fields[]): BlockSink {
  const inputs = new Map<number, string>();
  return {
    start: (index, block) => void (content[index] = { ...block }),
    extend: (index, delta) => {
      const block = content[index] as Fields;
      switch (delta["type"]) {
        case "text_delta":
          block["text"] = String(block["text"]) + String(delta["text"]);
          return;
        case "thinking_delta":
          block["thinking"] = String(block["thinking"]) + String(delta["thinking"]);
          return;
        case "signature_delta":
          block["signature"] = delta["signature"];
          return;
        case "citations_delta":
          block["citations"] = [...(Array.isArray(block["citations"]) ? block["citations"] : []), delta["citation"]];
          return;
        case "input_json_delta": {
          const json = (inputs.get(index) ?? "") + String(delta["partial_json"]);
          inputs.set(index, json);
          return;
        }
        default:
      }
    },
    stop: (index) => {
      const json = inputs.get(index);
      if (json !== undefined) (content[index] as Fields)["input"] = inputOf(json);
    },
  };
}

/** Arguments that are not a JSON object are told as the text `arguments`: an input is an object here. */
function inputOf(json: string): Fields {
  try {
    const input: unknown = JSON.parse(json);
    if (isRecord(input)) return input;
  } catch {
    // Told as it is.
  }
  return { arguments: json };
}

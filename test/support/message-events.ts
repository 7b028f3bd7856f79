/** A stream of the Messages dialect read as its clients read it, and more strictly: blocks come one after the other. */

import { assert } from "../../src/base/assert.ts";
import type { Json } from "./caller.ts";

/** The events of a text, each of which names itself twice. */
export function readEvents(text: string): Json[] {
  return text.split("\n\n").filter((event) => event !== "").map((event) => {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
    assert(data !== undefined, `not an event of the dialect: ${event}`);
    const read = JSON.parse(data) as Json;
    assert(read.type === name, `an event of type ${read.type} is called ${name}`);
    return read;
  });
}

/** The message that these events tell. */
export function gatherMessage(events: readonly Json[]): Json {
  const said = events.filter((event) => event.type !== "ping");
  assert(said[0]?.type === "message_start" && said.at(-1)?.type === "message_stop", "a stream has a start and a stop");
  const message = { ...said[0].message, content: [...said[0].message.content] };
  let open: number | undefined;
  const inputs = new Map<number, string>();
  for (const event of said.slice(1)) {
    switch (event.type) {
      case "content_block_start":
        assert(open === undefined && event.index === message.content.length, "blocks are numbered, and one is open at a time");
        open = event.index;
        message.content.push({ ...event.content_block });
        break;
      case "content_block_delta":
        assert(event.index === open, "deltas belong to the open block");
        extend(message.content[event.index], event.delta, inputs, event.index);
        break;
      case "content_block_stop":
        assert(event.index === open, "the open block is stopped");
        open = undefined;
        break;
      case "message_delta": {
        assert(open === undefined, "blocks end before the message does");
        const { type: _type, delta, usage, ...beside } = event;
        Object.assign(message, beside, delta, { usage: { ...message.usage, ...usage } });
        break;
      }
      case "message_stop":
        if (event.openrouter_metadata !== undefined) message.openrouter_metadata = event.openrouter_metadata;
        break;
      default:
        assert(event.type !== "message_start" && event.type !== "error", `${event.type} within a message`);
    }
  }
  for (const [index, json] of inputs) message.content[index].input = JSON.parse(json === "" ? "{}" : json);
  return message;
}

function extend(block: Json, delta: Json, inputs: Map<number, string>, index: number): void {
  switch (delta.type) {
    case "text_delta":
      block.text += delta.text;
      return;
    case "thinking_delta":
      block.thinking += delta.thinking;
      return;
    case "signature_delta":
      block.signature = delta.signature;
      return;
    case "citations_delta":
      block.citations = [...(block.citations ?? []), delta.citation];
      return;
    case "input_json_delta":
      inputs.set(index, (inputs.get(index) ?? "") + delta.partial_json);
      return;
    case "compaction_delta":
      block.content = delta.content;
      return;
    default:
      throw new RangeError(`a delta of type ${delta.type}`);
  }
}

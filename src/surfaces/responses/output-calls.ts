/** Tool calls while they are being made, several at once. */

import type { ToolCallDelta } from "../../wire/chat.ts";
import { isRecord, type Fields } from "../check.ts";
import type { CustomCallItem, FunctionCallItem, ItemStatus } from "./items.ts";
import type { Floor } from "./output.ts";

export interface OpenCalls {
  readonly say: (piece: ToolCallDelta) => void;
  /** The status is that of the last one; those before it are complete. */
  readonly close: (status: ItemStatus) => void;
}

interface OpenCall {
  readonly item: FunctionCallItem;
  readonly outputIndex: number;
  readonly deltaOpening: string;
}

/** A call is announced with its name, which may come after its first arguments. */
interface UnnamedCall {
  readonly callId: string;
  readonly beside: object;
  text: string;
}

export function openCalls({ tell, opening, tellDelta, newId, add }: Floor): OpenCalls {
  const calls = new Map<number, OpenCall | UnnamedCall>();

  const begin = (index: number, name: string, { callId, beside, text }: UnnamedCall): void => {
    const item: FunctionCallItem = { id: newId("fc"), type: "function_call", status: "in_progress", call_id: callId, name, arguments: "", ...beside };
    const outputIndex = add(item);
    const call = { item, outputIndex, deltaOpening: opening("response.function_call_arguments.delta", { item_id: item.id, output_index: outputIndex }) };
    calls.set(index, call);
    extend(call, text);
  };
  const extend = ({ item, deltaOpening }: OpenCall, text: string): void => {
    if (text === "") return;
    item.arguments += text;
    tellDelta(deltaOpening, text);
  };
  /** Its input comes as a whole. */
  const sayCustom = (callId: string, { name, input }: Fields, beside: object): void => {
    const item: CustomCallItem = { id: newId("ctc"), type: "custom_tool_call", status: "in_progress", call_id: callId, name: textOf(name), input: "", ...beside };
    const place = { item_id: item.id, output_index: add(item) };
    item.input = textOf(input);
    tell("response.custom_tool_call_input.delta", { ...place, delta: item.input });
    tell("response.custom_tool_call_input.done", { ...place, input: item.input });
    item.status = "completed";
    tell("response.output_item.done", { output_index: place.output_index, item });
  };

  return {
    say(piece) {
      const { index, id, function: called } = piece;
      const { custom, namespace, caller } = piece as unknown as Fields;
      const beside = { ...(typeof namespace === "string" ? { namespace } : undefined), ...(isRecord(caller) ? { caller } : undefined) };
      if (isRecord(custom)) {
        sayCustom(id ?? `call_${index}`, custom, beside);
        return;
      }
      let call = calls.get(index);
      if (call === undefined) calls.set(index, (call = { callId: id ?? `call_${index}`, beside, text: "" }));
      const text = called?.arguments ?? "";
      if ("item" in call) {
        extend(call, text);
      } else {
        call.text += text;
        if (called?.name !== undefined && called.name !== "") begin(index, called.name, call);
      }
    },
    close(status) {
      for (const [index, call] of calls) if (!("item" in call)) begin(index, "", call);
      let left = calls.size;
      for (const call of calls.values()) {
        left--;
        if (!("item" in call)) continue;
        const { item, outputIndex } = call;
        tell("response.function_call_arguments.done", { item_id: item.id, output_index: outputIndex, name: item.name, arguments: item.arguments });
        item.status = left === 0 ? status : "completed";
        tell("response.output_item.done", { output_index: outputIndex, item });
      }
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

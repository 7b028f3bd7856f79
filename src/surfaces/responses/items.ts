/** The items of a response's `output`, as they are written. Source: contract Appendix A, "Responses API". */

import type { PhaseName } from "../../wire/phases.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

export interface TextPart {
  readonly type: "output_text";
  text: string;
  readonly annotations: object[];
  readonly logprobs: object[];
}

export interface RefusalPart {
  readonly type: "refusal";
  refusal: string;
}

export interface MessageItem {
  readonly id: string;
  readonly type: "message";
  readonly role: "assistant";
  status: ItemStatus;
  readonly content: (TextPart | RefusalPart)[];
  readonly phase?: PhaseName;
}

export interface ReasoningItem {
  readonly id: string;
  readonly type: "reasoning";
  status: ItemStatus;
  readonly summary: { readonly type: "summary_text"; text: string }[];
  content?: { readonly type: "reasoning_text"; text: string }[];
  encrypted_content?: string;
  signature?: string;
  format?: string;
}

export interface FunctionCallItem {
  readonly id: string;
  readonly type: "function_call";
  status: ItemStatus;
  readonly call_id: string;
  readonly name: string;
  arguments: string;
  readonly namespace?: string;
  readonly caller?: object;
}

export interface CustomCallItem {
  readonly id: string;
  readonly type: "custom_tool_call";
  status: ItemStatus;
  readonly call_id: string;
  readonly name: string;
  input: string;
  readonly namespace?: string;
  readonly caller?: object;
}

export interface ImageItem {
  readonly id: string;
  readonly type: "image_generation_call";
  status: ItemStatus;
  readonly result: string;
}

export type OutputItem = MessageItem | ReasoningItem | FunctionCallItem | CustomCallItem | ImageItem;

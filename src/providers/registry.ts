/** The protocols that upstreams may speak: one line each. */

import type { ChatAdapter } from "./adapter.ts";
import { anthropicMessages } from "./anthropic-messages/adapter.ts";
import { bedrockConverse } from "./bedrock-converse/adapter.ts";
import { cohereV2 } from "./cohere-v2/adapter.ts";
import { googleGenerative } from "./google-generative/adapter.ts";
import { mistralChat } from "./mistral-chat/adapter.ts";
import { openaiChat } from "./openai-chat/adapter.ts";
import { openaiResponses } from "./openai-responses/adapter.ts";

const adapters: ReadonlyMap<string, ChatAdapter> = new Map([openaiChat, mistralChat, anthropicMessages, googleGenerative, openaiResponses, cohereV2, bedrockConverse].map((adapter) => [adapter.protocol, adapter]));

/** The protocols that have an adapter. */
export const protocols: ReadonlySet<string> = new Set(adapters.keys());

export function adapterFor(protocol: string): ChatAdapter | undefined {
  return adapters.get(protocol);
}

/**
 * Which conversation a request belongs to, and what an answer leaves in its endpoint's cache: what sticky routing goes by.
 * Source: contract §5.8.
 */

import { hash } from "node:crypto";
import type { Endpoint } from "../catalog/model.ts";
import { isEmpty, keep, recall, stickyKey, stickyModel, type Stay, type Sticky } from "../routing/sticky.ts";
import type { ChatRequest, ContentPart, Message, Usage } from "../wire/chat.ts";

export interface Conversation {
  readonly workspaceId: string;
  /** The same for all requests of the conversation; nothing can be read from it but a name that the caller gave. */
  readonly key: string;
  /** The caller named it as a session. */
  readonly isExplicit: boolean;
}

/**
 * By the caller's own name for it (`session_id`, which the `x-session-id` header stands in for, or `prompt_cache_key`), else
 * by how it begins: the first instructions, and the first message that is none. Of each no more than 2,048 characters are
 * read, and its length.
 */
export function conversationOf({ messages, parameters, gateway }: ChatRequest, workspaceId: string): Conversation {
  if (gateway.sessionId !== undefined) return { workspaceId, key: `session ${gateway.sessionId}`, isExplicit: true };
  if (parameters.prompt_cache_key !== undefined) return { workspaceId, key: `cache ${digest([parameters.prompt_cache_key])}`, isExplicit: false };
  const beginning = [messages.find(isInstruction), messages.find((message) => !isInstruction(message))];
  return { workspaceId, key: `begins ${digest(beginning.map(headOf))}`, isExplicit: false };
}

/** Where the conversation was last answered, for the first of the models that has an answer. For `decide`. */
export function stayOf(sticky: Sticky, { workspaceId, key }: Conversation, models: readonly string[], now: number): Stay | undefined {
  for (const model of models) {
    const stay = recall(sticky, stickyKey(workspaceId, model, key), now);
    if (stay !== undefined) return stay;
  }
  return undefined;
}

/** The model that the router (its slug) chose for this conversation. It may no longer be one that the router may choose. */
export function routedModelOf(sticky: Sticky, { workspaceId, key }: Conversation, router: string, now: number): string | undefined {
  return stickyModel(sticky, stickyKey(workspaceId, router, key), now);
}

/** What is remembered of a conversation, as planning asks for it: worked out only when there is something to remember. */
export function memoryOf(sticky: Sticky, conversation: () => Conversation, now: number): Memory {
  if (isEmpty(sticky)) return {};
  return {
    stay: (models) => stayOf(sticky, conversation(), models, now),
    routed: (router) => routedModelOf(sticky, conversation(), router, now),
  };
}

export interface Memory {
  readonly stay?: (models: readonly string[]) => Stay | undefined;
  readonly routed?: (router: string) => string | undefined;
}

/** The conversation of a request, worked out when it is first asked for. */
export function conversationIn(request: ChatRequest, workspaceId: string): () => Conversation {
  let known: Conversation | undefined;
  return () => (known ??= conversationOf(request, workspaceId));
}

export interface Success {
  readonly endpoint: Pick<Endpoint, "id" | "model" | "price">;
  /** As the upstream reported it. */
  readonly usage: Usage | undefined;
  /** The router slug that chose the model. */
  readonly router: string | undefined;
}

/** After an answer that ended well. */
export function keepStay(sticky: Sticky, conversation: () => Conversation, { endpoint, usage, router }: Success, now: number): void {
  const { id: endpointId, model, price } = endpoint;
  const isCheaper = price.cacheRead !== undefined && price.cacheRead < price.prompt;
  if (!isCheaper && router === undefined) return;
  const { workspaceId, key, isExplicit } = conversation();
  const answered = { endpointId, model, cachedTokens: isCheaper ? cachedAfter(usage, isExplicit) : 0, isExplicit };
  if (isCheaper) keep(sticky, stickyKey(workspaceId, model, key), answered, now);
  if (router !== undefined) keep(sticky, stickyKey(workspaceId, router, key), answered, now);
}

/**
 * Tokens that the next prompt may find in the cache. Where writing is counted, what was read and written; else a cache that
 * had a part in the answer has taken the whole prompt in, and for a named session that is taken for granted.
 */
function cachedAfter(usage: Usage | undefined, isExplicit: boolean): number {
  if (usage === undefined) return 0;
  const { promptTokens, cachedTokens = 0, cacheWriteTokens } = usage;
  if (cacheWriteTokens !== undefined && cachedTokens + cacheWriteTokens > 0) return Math.min(promptTokens, cachedTokens + cacheWriteTokens);
  return cachedTokens > 0 || isExplicit ? promptTokens : 0;
}

const headCharsMax = 2048;

function isInstruction({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

/** What it begins with, as far as that tells two apart cheaply. */
function headOf(message: Message | undefined): string {
  const content = message?.content;
  if (typeof content === "string") return `${content.length} ${content.slice(0, headCharsMax)}`;
  if (!Array.isArray(content)) return "";
  let head = `${content.length} parts`;
  for (const part of content as readonly ContentPart[]) {
    if (head.length >= headCharsMax) break;
    const text = textOf(part);
    head += `\n${part.type} ${text.length} ${text.slice(0, headCharsMax - head.length)}`;
  }
  return head;
}

function textOf(part: ContentPart): string {
  switch (part.type) {
    case "text": return part.text;
    case "image_url": return part.image_url.url;
    case "input_audio": return part.input_audio.data;
    case "file": return part.file.file_data ?? part.file.file_id ?? "";
    case "video_url": return part.video_url.url;
    // A kind of part that only the upstream knows: one conversation with others of the kind.
    default: return "";
  }
}

/** Two callers of one workspace who meant to would meet in one conversation, and be sent to one endpoint: no more than that hangs on it. */
function digest(texts: readonly string[]): string {
  return hash("sha256", texts.map((text) => text.slice(0, 2 * headCharsMax)).join("\u0000"), "base64url");
}

/** The dialect of OpenAI's Chat Completions, and of everybody who speaks it with an accent (see quirks.ts). */

import type { ChatRequest, Usage } from "../../wire/chat.ts";
import type { ChatAdapter, Target } from "../adapter.ts";
import { decodeAnswer, type ChoiceDialect } from "../choices/answer.ts";
import { openChoiceStream } from "../choices/stream.ts";
import { countedSearches, readUsage } from "../choices/usage.ts";
import { asObject } from "../json.ts";
import { alwaysSearches } from "../quirks.ts";
import { upstreamFault } from "../upstream-fault.ts";
import { encodeRequest } from "./encode.ts";
import { chatChoice, encodeText, promptOf } from "./text.ts";

export const openaiChat: ChatAdapter = {
  protocol: "openai-chat",
  encodeRequest: (request, target) => {
    const prompt = promptOf(request, target);
    return prompt === undefined ? encodeRequest(request, target) : encodeText(prompt, request, target);
  },
  decodeResponse: (body, request, target) => decodeAnswer(body, dialectOf(request, target)),
  openStream: (request, target) => openChoiceStream(dialectOf(request, target)),
  continues: ({ quirks }) => quirks.prefill !== undefined,
  fetchesUrl: (kind, _url, { quirks }) => quirks.fetches.includes(kind),
  decodeError: upstreamFault,
};

function dialectOf(request: ChatRequest, target: Target): ChoiceDialect {
  const { envelope, reasoningTokens } = target.quirks;
  const readChoice = promptOf(request, target) === undefined ? undefined : chatChoice;
  return { usageOf: (raw) => withSearch(readUsage(raw, reasoningTokens), raw, target), envelope, readChoice };
}

function withSearch(usage: Usage | undefined, raw: unknown, target: Target): Usage | undefined {
  return usage === undefined || countedSearches(asObject(raw) ?? {}) !== undefined || !alwaysSearches(target) ? usage : { ...usage, webSearches: 1 };
}

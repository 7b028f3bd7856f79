/** The dialect of OpenAI's Chat Completions, and of everybody who speaks it with an accent (see quirks.ts). */

import type { ChatAdapter } from "../adapter.ts";
import { decodeAnswer, type ChoiceDialect } from "../choices/answer.ts";
import { openChoiceStream } from "../choices/stream.ts";
import { readUsage } from "../choices/usage.ts";
import type { Quirks } from "../quirks.ts";
import { upstreamFault } from "../upstream-fault.ts";
import { encodeRequest } from "./encode.ts";

export const openaiChat: ChatAdapter = {
  protocol: "openai-chat",
  encodeRequest,
  decodeResponse: (body, _request, target) => decodeAnswer(body, dialectOf(target.quirks)),
  openStream: (_request, target) => openChoiceStream(dialectOf(target.quirks)),
  continues: ({ quirks }) => quirks.prefill !== undefined,
  decodeError: upstreamFault,
};

function dialectOf(quirks: Quirks): ChoiceDialect {
  return { usageOf: (raw) => readUsage(raw, quirks.reasoningTokens), envelope: quirks.envelope };
}

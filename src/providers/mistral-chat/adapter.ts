/**
 * Mistral's dialect: one step from OpenAI's, but strict (unknown fields are answered with 422) and with its own words for
 * the seed, tool ids, forced tools and reasoning. Source: https://docs.mistral.ai/api and recorded answers.
 */

import type { ChatAdapter } from "../adapter.ts";
import { decodeAnswer, type ChoiceDialect } from "../choices/answer.ts";
import { prefillOf } from "../choices/prefill.ts";
import { openChoiceStream } from "../choices/stream.ts";
import { readUsage } from "../choices/usage.ts";
import { upstreamFault } from "../upstream-fault.ts";
import { encodeRequest } from "./encode.ts";
import { answerWithoutPrefix, streamWithoutPrefix } from "./prefix.ts";

export const mistralChat: ChatAdapter = {
  protocol: "mistral-chat",
  encodeRequest,
  decodeResponse: (body, request) => {
    const answer = decodeAnswer(body, dialect);
    const prefix = prefillOf(request.messages);
    return prefix === undefined ? answer : answerWithoutPrefix(answer, prefix);
  },
  openStream: (request) => {
    const decoder = openChoiceStream(dialect);
    const prefix = prefillOf(request.messages);
    return prefix === undefined ? decoder : streamWithoutPrefix(decoder, prefix);
  },
  continues: () => true,
  fetchesUrl: (kind) => kind !== "video",
  decodeError: upstreamFault,
};

const dialect: ChoiceDialect = { usageOf: (raw) => readUsage(raw, "within"), envelope: undefined };

/**
 * OpenAI's Responses dialect, and that of others who took it over (Azure, xAI, local servers): a conversation is a list of
 * items, and so is an answer. Nothing is stored upstream: reasoning travels encrypted, with the conversation.
 * Source: https://platform.openai.com/docs/api-reference/responses, https://www.openresponses.org and recorded answers.
 */

import { textLimits } from "../../wire/sse.ts";
import type { ChatAdapter } from "../adapter.ts";
import { upstreamFault } from "../upstream-fault.ts";
import { decodeAnswer } from "./answer.ts";
import { encodeRequest } from "./encode.ts";
import { openResponseStream } from "./stream.ts";

export const openaiResponses: ChatAdapter = {
  protocol: "openai-responses",
  // The last event repeats the whole answer, and three of them the instructions and the tools.
  limits: { ...textLimits, lineBytesMax: textLimits.eventBytesMax },
  encodeRequest,
  decodeResponse: (body, _request, target) => decodeAnswer(body, target.quirks.reasoningFormat),
  openStream: (_request, target) => openResponseStream(target.quirks.reasoningFormat),
  continues: () => false,
  fetchesUrl: (kind) => kind === "image" || kind === "file",
  decodeError: upstreamFault,
};

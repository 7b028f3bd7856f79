/**
 * OpenAI's Responses dialect, and that of others who took it over (Azure, xAI, local servers): a conversation is a list of
 * items, and so is an answer. Nothing is stored upstream: reasoning travels encrypted, with the conversation.
 * Source: https://platform.openai.com/docs/api-reference/responses, https://www.openresponses.org and recorded answers.
 */

import type { ChatAdapter } from "../adapter.ts";
import { upstreamFault } from "../upstream-fault.ts";
import { decodeAnswer } from "./answer.ts";
import { encodeRequest } from "./encode.ts";
import { openResponseStream } from "./stream.ts";

export const openaiResponses: ChatAdapter = {
  protocol: "openai-responses",
  encodeRequest,
  decodeResponse: (body, _request, target) => decodeAnswer(body, target.quirks.reasoningFormat),
  openStream: (_request, target) => openResponseStream(target.quirks.reasoningFormat),
  continues: () => false,
  decodeError: upstreamFault,
};

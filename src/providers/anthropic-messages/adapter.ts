/**
 * Anthropic's dialect, and that of others who took it over: content in blocks, the system apart, reasoning that is signed.
 * Source: https://platform.claude.com/docs/en/api/messages and recorded answers.
 */

import type { ChatAdapter } from "../adapter.ts";
import { upstreamFault } from "../upstream-fault.ts";
import { decodeAnswer } from "./answer.ts";
import { encodeRequest } from "./encode.ts";
import { protocol } from "./protocol.ts";
import { traitsOf } from "./models.ts";
import { openMessageStream } from "./stream.ts";

export const anthropicMessages: ChatAdapter = {
  protocol,
  encodeRequest,
  decodeResponse: decodeAnswer,
  openStream: (request) => openMessageStream(request.protocol === protocol),
  continues: ({ upstreamModel }) => traitsOf(upstreamModel).continues,
  fetchesUrl: (kind) => kind === "image" || kind === "file",
  decodeError: upstreamFault,
};

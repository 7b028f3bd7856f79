/** Cohere's Chat, second version. Source: https://docs.cohere.com/reference/chat and recorded answers. */

import type { ChatAdapter } from "../adapter.ts";
import { decodeAnswer } from "./answer.ts";
import { encodeRequest } from "./encode.ts";
import { decodeError } from "./errors.ts";
import { openChatStream } from "./stream.ts";

export const cohereV2: ChatAdapter = {
  protocol: "cohere-v2",
  encodeRequest,
  decodeResponse: decodeAnswer,
  openStream: openChatStream,
  // A conversation must end with what the user or a tool said.
  continues: () => false,
  fetchesUrl: (kind) => kind === "image",
  decodeError,
};

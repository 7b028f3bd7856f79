/** The Gemini API's generateContent, at AI Studio and at Vertex. */

import type { ChatAdapter } from "../adapter.ts";
import { decodeAnswer } from "./answer.ts";
import { encodeRequest } from "./encode.ts";
import { decodeError } from "./errors.ts";
import { opensUrl } from "./media.ts";
import { openCandidateStream } from "./stream.ts";

export const googleGenerative: ChatAdapter = {
  protocol: "google-generative",
  encodeRequest,
  decodeResponse: decodeAnswer,
  openStream: (request) => openCandidateStream({ keepsText: request.parameters.web_search_options !== undefined }),
  // It answers a trailing message of the model's own with a turn that may or may not go on with it.
  continues: () => false,
  fetchesUrl: (_kind, url, target) => opensUrl(url, target),
  decodeError,
};

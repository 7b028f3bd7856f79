/**
 * AWS Bedrock's Converse: one dialect for the models of many makers, with the words of each maker's own beside it. Its
 * streams are binary. Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */

import type { ChatAdapter } from "../adapter.ts";
import { decodeAnswer } from "./answer.ts";
import { encodeRequest } from "./encode.ts";
import { decodeError } from "./errors.ts";
import { traitsOf } from "./models.ts";
import { openConverseStream } from "./stream.ts";

export const bedrockConverse: ChatAdapter = {
  protocol: "bedrock-converse",
  framing: "aws-eventstream",
  encodeRequest,
  decodeResponse: (body, _request, target) => decodeAnswer(body, target),
  openStream: (_request, target) => openConverseStream(target),
  continues: ({ upstreamModel }) => traitsOf(upstreamModel).continues,
  fetchesUrl: () => false,
  decodeError,
};

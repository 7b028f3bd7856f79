/**
 * `POST /messages/count_tokens`: how long a prompt is. No provider is asked, so it is an estimate, from the same bounds that
 * routing plans with; the provider's own count is in the usage of an answer.
 */

import { estimateOf, promptSize } from "../routing/prompt-size.ts";
import { accept, crossOriginHeaders, type InferenceDeps, type InferenceRequest } from "./inference.ts";

/** Rejects with a Fault as long as nothing has been sent. */
export async function countTokens(deps: InferenceDeps, { surface, requestId, message, response }: InferenceRequest): Promise<void> {
  const { request } = await accept(deps, { surface, message });
  const text = JSON.stringify({ input_tokens: estimateOf(promptSize(request)), estimated: true });
  response.writeHead(200, [
    "x-request-id", requestId, ...crossOriginHeaders(message), "content-type", "application/json", "cache-control", "no-store", "content-length", String(Buffer.byteLength(text)),
  ]);
  response.end(text);
}

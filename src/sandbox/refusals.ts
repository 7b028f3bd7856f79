/** Ways to refuse a request, in the words and shapes of real providers. */

export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly param?: string;
  readonly code?: string;
}

export const refusals = {
  "400": { status: 400, message: "The request was refused as invalid.", type: "invalid_request_error" },
  "401": { status: 401, message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key" },
  "402": { status: 402, message: "Insufficient balance.", type: "insufficient_balance_error", code: "insufficient_balance" },
  "403": { status: 403, message: "You do not have access to this resource.", type: "permission_error", code: "permission_denied" },
  "404": { status: 404, message: "The model does not exist or you do not have access to it.", type: "invalid_request_error", param: "model", code: "model_not_found" },
  "413": { status: 413, message: "The request is too large.", type: "invalid_request_error", code: "request_too_large" },
  "422": { status: 422, message: "The request could not be processed.", type: "invalid_request_error" },
  "429": { status: 429, message: "Rate limit reached for requests. Please try again later.", type: "requests", code: "rate_limit_exceeded" },
  "500": { status: 500, message: "The server had an error while processing your request.", type: "server_error" },
  "502": { status: 502, message: "Bad gateway.", type: "server_error" },
  "503": { status: 503, message: "The service is temporarily unavailable.", type: "server_error", code: "service_unavailable" },
  "504": { status: 504, message: "The upstream took too long to answer.", type: "server_error" },
  overloaded: { status: 529, message: "The engine is currently overloaded, please try again later.", type: "overloaded_error", code: "overloaded" },
  quota: { status: 429, message: "You exceeded your current quota, please check your plan and billing details.", type: "insufficient_quota", code: "insufficient_quota" },
  context: {
    status: 400, type: "invalid_request_error", param: "messages", code: "context_length_exceeded",
    message: "This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens. Please reduce the length of the messages.",
  },
  moderation: { status: 400, message: "Your request was rejected by the safety system.", type: "invalid_request_error", param: "messages", code: "content_policy_violation" },
  html: { status: 502, message: "", type: "" },
  redirect: { status: 302, message: "", type: "" },
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof refusals;

/** The error object that OpenAI-compatible providers send. */
export function errorBody(refusal: Omit<Refusal, "status">): string {
  const { message, type, param, code } = refusal;
  return JSON.stringify({ error: { message, type, param: param ?? null, code: code ?? null } });
}

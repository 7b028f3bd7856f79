/** What is sent, before any thought of time: status, headers, the frames in order, and how it ends. */

import type { Answer } from "./answer.ts";
import type { Behaviour, Disturbance } from "./directives.ts";
import { errorBody, refusals } from "./refusals.ts";
import type { SandboxRequest } from "./request.ts";

export interface Script {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent one at a time. Built by joining, so that frames of a stream share their common part in memory. */
  readonly frames: readonly string[];
  /** "silence" leaves the connection open, "reset" destroys it. */
  readonly ending: "end" | "silence" | "reset";
}

export interface AnswerHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly disturbance: Disturbance | undefined;
}

export function refusalScript(refusal: NonNullable<Behaviour["refusal"]>): Script {
  const { status, ...error } = refusals[refusal.name];
  const retryAfter: Record<string, string> = refusal.retryAfterSeconds === undefined ? {} : { "retry-after": String(refusal.retryAfterSeconds) };
  if (refusal.name === "html") {
    const page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";
    return { status, headers: { "content-type": "text/html", ...retryAfter }, frames: [page], ending: "end" };
  }
  if (refusal.name === "redirect") return { status, headers: { location: "/elsewhere", ...retryAfter }, frames: [""], ending: "end" };
  return errorScript(status, errorBody(error), retryAfter);
}

export function errorScript(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Script {
  return { status, headers: { ...json, ...headers }, frames: [body], ending: "end" };
}

export function answerScript(request: SandboxRequest, answer: Answer, head: AnswerHead): Script {
  const said = head.disturbance === "empty" ? withoutWords(answer) : answer;
  return request.stream ? streamScript(request, said, head) : wholeScript(request, said, head);
}

const json = { "content-type": "application/json" };
const eventStream = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
const midAnswerError = errorBody({ message: refusals["500"].message, type: refusals["500"].type });

function wholeScript(request: SandboxRequest, answer: Answer, head: AnswerHead): Script {
  const body = JSON.stringify({
    id: head.id, object: "chat.completion", created: head.created, model: request.model, system_fingerprint: fingerprint,
    choices: [{ index: 0, message: messageOf(request, answer), logprobs: null, finish_reason: answer.finish }],
    ...usageFields(answer, head.disturbance),
  });
  const half = body.slice(0, body.length / 2);
  const send = (frames: readonly string[], ending: Script["ending"]): Script => ({ status: 200, headers: json, frames, ending });
  switch (head.disturbance) {
    case "stall": return send([], "silence");
    case "reset": return send([], "reset");
    case "stall-mid": return send([half], "silence");
    case "cut": return send([half], "reset");
    case "truncate": return send([half], "end");
    case "garbled": return send(["{\"id\":\"chatcmpl-\u0000"], "end");
    // A whole answer has no middle.
    case "error-first": case "error-mid": return send([midAnswerError], "end");
    default: return send([body], "end");
  }
}

function streamScript(request: SandboxRequest, answer: Answer, head: AnswerHead): Script {
  const chunk = JSON.stringify({
    id: head.id, object: "chat.completion.chunk", created: head.created, model: request.model, system_fingerprint: fingerprint,
  }).slice(0, -1);
  const [before, between, after] = [`data: ${chunk},"choices":[{"index":0,"delta":`, `,"logprobs":null,"finish_reason":`, "}]}\n\n"];
  const spoken = deltasOf(request, answer).map((delta) => `${before + JSON.stringify(delta) + between}null${after}`);
  const finish = `${before}{}${between}"${answer.finish}"${after}`;
  const usage = usageFields(answer, head.disturbance);
  const counted = request.includeUsage && usage.usage !== undefined ? [`data: ${chunk},"choices":[],"usage":${JSON.stringify(usage.usage)}}\n\n`] : [];
  // The role, and half of what follows it.
  const half = spoken.slice(0, 1 + Math.ceil((spoken.length - 1) / 2));
  const error = `data: ${midAnswerError}\n\n`;
  const send = (frames: readonly string[], ending: Script["ending"]): Script => ({ status: 200, headers: eventStream, frames, ending });
  switch (head.disturbance) {
    case "stall": return send([], "silence");
    case "reset": return send([], "reset");
    case "stall-mid": return send(half, "silence");
    case "cut": return send(half, "reset");
    case "truncate": return send(spoken, "end");
    case "no-done": return send([...spoken, finish, ...counted], "end");
    case "error-first": return send([error], "end");
    case "error-mid": return send([...half, error], "end");
    case "garbled": return send(["data: {\"id\":\"chatcmpl-\u0000\n\n"], "end");
    default: return send([...spoken, finish, ...counted, "data: [DONE]\n\n"], "end");
  }
}

const fingerprint = "fp_windrose_sandbox";

function withoutWords(answer: Answer): Answer {
  return { ...answer, reasoning: [], content: [], calls: [], finish: "stop", usage: { ...answer.usage, completionTokens: 0, reasoningTokens: 0 } };
}

function messageOf(request: SandboxRequest, answer: Answer): object {
  const { calls } = answer;
  return {
    role: "assistant",
    content: calls.length > 0 ? null : answer.content.join(""),
    refusal: null,
    ...(request.reasoning === "shown" && answer.reasoning.length > 0 ? { reasoning: answer.reasoning.join("") } : {}),
    ...(calls.length > 0 ? { tool_calls: calls.map((call) => ({ id: call.id, type: "function", function: { name: call.name, arguments: call.arguments.join("") } })) } : {}),
  };
}

/** The role, then a token or so in each. */
function deltasOf(request: SandboxRequest, answer: Answer): object[] {
  const deltas: object[] = [{ role: "assistant", content: answer.calls.length > 0 ? null : "" }];
  if (request.reasoning === "shown") for (const reasoning of answer.reasoning) deltas.push({ reasoning });
  for (const content of answer.content) deltas.push({ content });
  for (const [index, call] of answer.calls.entries()) {
    deltas.push({ tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] });
    for (const piece of call.arguments) deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  return deltas;
}

function usageFields(answer: Answer, disturbance: Disturbance | undefined): { usage?: object } {
  const { promptTokens, completionTokens, reasoningTokens } = answer.usage;
  if (disturbance === "no-usage") return {};
  if (disturbance === "bad-usage") return { usage: { prompt_tokens: -promptTokens, completion_tokens: 1e15, total_tokens: null } };
  return {
    usage: {
      prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
    },
  };
}

import type { Json } from "../../../support/caller.ts";
import { counted, type Made, type Said, type Sent, type Turn } from "../scene.ts";
import { inPieces, textOf, type Protocol } from "./protocol.ts";

const about = {
  usageMetadata: { promptTokenCount: counted.prompt, cachedContentTokenCount: counted.cached, candidatesTokenCount: counted.completion, totalTokenCount: counted.prompt + counted.completion },
  modelVersion: "m", responseId: "response-1",
};
const answer = (parts: readonly object[], isLast: boolean): object => ({ candidates: [{ index: 0, content: { role: "model", parts }, ...(isLast ? { finishReason: "STOP" } : {}) }], ...about });
const callPart = ({ name, arguments: args }: Made): object => ({ functionCall: { name, args } });

function whole({ text, calls = [] }: Said): object {
  return answer([...(text === undefined ? [] : [{ text }]), ...calls.map(callPart)], true);
}

function lines({ text = "", calls = [] }: Said): readonly string[] {
  const parts = [...inPieces(text).map((piece) => [{ text: piece }]), ...(calls.length === 0 ? [] : [calls.map(callPart)])];
  return [...parts.map((part) => answer(part, false)), answer([{ text: "" }], true)].map((event) => JSON.stringify(event));
}

/** Answers come in the order of their calls: names alone do not tell two calls of one tool apart. */
function read(body: Json): Sent {
  let open: Omit<Made, "id">[] = [];
  const turns = body.contents.flatMap(({ role, parts }: Json): Turn[] => {
    const calls = parts.filter((part: Json) => part.functionCall !== undefined).map(({ functionCall: { name, args } }: Json) => ({ name, arguments: args }));
    if (calls.length > 0) open = [...calls];
    const results = parts.filter((part: Json) => part.functionResponse !== undefined).map(({ functionResponse: { name, response } }: Json): Turn => ({ resultOf: { arguments: {}, ...open.shift(), name }, result: response }));
    const words = textOf(parts);
    return [...results, ...(words === "" ? [] : [{ from: role === "model" ? "assistant" as const : "user" as const, text: words }]), ...(calls.length === 0 ? [] : [{ calls }])];
  });
  const system = textOf(body.systemInstruction?.parts);
  return {
    turns: [...(system === "" ? [] : [{ from: "system" as const, text: system }]), ...turns],
    tools: (body.tools?.[0]?.functionDeclarations ?? []).map(({ name, parametersJsonSchema, parameters }: Json) => ({ name, parameters: parametersJsonSchema ?? parameters })),
    schema: body.generationConfig?.responseJsonSchema,
  };
}

export const googleGenerative: Protocol = {
  name: "google-generative", upstreamModel: "gemini-3-pro-preview", recorded: { stream: "google-ai-studio/text.chunks.txt", whole: "google-ai-studio/text.json" },
  credential: "a-credential", mediaType: "text/event-stream", whole, lines, frame: (line) => `data: ${line}\r\n\r\n`, read,
};

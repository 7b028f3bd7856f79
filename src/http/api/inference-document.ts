/**
 * The inference routes in our OpenAPI document. They are answered without the framework whose schemas make the rest of it, and check
 * their bodies by hand; what stands here is what a reader needs: the fields by name, type and meaning. Others are taken too, and sent on.
 */

import { assert } from "../../base/assert.ts";
import type { OperationName } from "./unknown-route.ts";

type Schema = Readonly<Record<string, unknown>>;

interface InferenceOperation {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly body: Schema;
  readonly example: Schema;
  readonly answer: Schema;
  /** An answer that is not JSON, by its type. */
  readonly answerType?: string;
  /** Bodies that are taken besides JSON. */
  readonly alsoTakes?: string;
  readonly streams?: boolean;
}

/** Path items of these operations, for the document. Asserts that each is described here. */
export function inferencePaths(operations: readonly OperationName[]): Readonly<Record<string, object>> {
  return Object.fromEntries(operations.map((name) => {
    const operation = described[name];
    assert(operation !== undefined, `${name} is described in the document`);
    return [name.slice("POST ".length), { post: pathItem(operation) }];
  }));
}

function pathItem({ summary, description, tag, body, example, answer, answerType = "application/json", alsoTakes, streams = false }: InferenceOperation): object {
  return {
    tags: [tag], summary, ...(description === undefined ? {} : { description }), security: [{ bearer: [] }],
    requestBody: { required: true, content: { "application/json": { schema: body, example }, ...(alsoTakes === undefined ? {} : { [alsoTakes]: { schema: body } }) } },
    responses: {
      200: {
        description: streams ? "The answer; with `stream: true` events of it" : "The answer",
        content: { [answerType]: { schema: answer }, ...(streams ? { "text/event-stream": { schema: { type: "string", description: "Server-sent events, with comments while nothing is said" } } } : {}) },
      },
      default: { description: "What went wrong, in the words of the route's dialect", content: { "application/json": { schema: { type: "object" } } } },
    },
  };
}

const string = (description: string): Schema => ({ type: "string", description });
const integer = (description: string): Schema => ({ type: "integer", description });
const number = (description: string): Schema => ({ type: "number", description });
const truth = (description: string): Schema => ({ type: "boolean", description });
const any = (description: string): Schema => ({ type: "object", description });
const listOf = (items: Schema, description?: string): Schema => ({ type: "array", items, ...(description === undefined ? {} : { description }) });
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = [], description?: string): Schema => ({ type: "object", properties, ...(required.length === 0 ? {} : { required }), ...(description === undefined ? {} : { description }) });

const names = {
  model: string("A slug, `author/slug`, with any suffix; `openrouter/auto`, `~author/family-latest`, `@preset/name`"),
  models: listOf({ type: "string" }, "Tried one after the other, after `model`"),
};

const provider = object({
  order: listOf({ type: "string" }, "Providers or endpoints to try first, in this order"),
  only: listOf({ type: "string" }, "No others"),
  ignore: listOf({ type: "string" }, "Not these"),
  allow_fallbacks: truth("Default true"),
  require_parameters: truth("Only endpoints that take every parameter of the request"),
  data_collection: { type: "string", enum: ["allow", "deny"], description: "deny: no provider that stores prompts or trains on them" },
  zdr: truth("Only endpoints that keep nothing"),
  enforce_distillable_text: truth("Only models whose text may be used to train others"),
  quantizations: listOf({ type: "string" }, "Such as fp8, bf16"),
  sort: { anyOf: [{ type: "string", enum: ["price", "throughput", "latency", "exacto"] }, { type: "object" }], description: "Sorts instead of balancing; an object may say the `partition` too" },
  max_price: any("Dollars per million tokens: `prompt`, `completion`, `audio`; each: `request`, `image`"),
  preferred_min_throughput: { anyOf: [{ type: "number" }, { type: "object" }], description: "Tokens per second, at p50 or by percentile" },
  preferred_max_latency: { anyOf: [{ type: "number" }, { type: "object" }], description: "Seconds to the first content, at p50 or by percentile" },
  hedge: truth("Windrose: ask a second endpoint when the first is slow"),
  continue: truth("Windrose: let another endpoint finish a text that breaks off"),
  validate_tools: truth("Windrose: pass no tool call on that does not fit its tool"),
}, [], "What routing has to keep to");

const sampling = {
  temperature: number("0 to 2"),
  top_p: number("0 to 1"),
  top_k: integer("0 for no limit"),
  min_p: number("0 to 1"),
  frequency_penalty: number("-2 to 2"),
  presence_penalty: number("-2 to 2"),
  repetition_penalty: number("0 to 2"),
  seed: integer("The same seed asks for the same answer"),
  stop: { anyOf: [{ type: "string" }, listOf({ type: "string" })], description: "Where the answer ends" },
};

const routing = { stream: truth("Send the answer as it is made"), provider };
const usage = object({ prompt_tokens: integer("Of the request"), completion_tokens: integer("Of the answer, reasoning included"), total_tokens: integer("Both"), cost: number("US dollars, exactly as booked") });
const message = object({ role: { type: "string", enum: ["system", "developer", "user", "assistant", "tool"] }, content: { anyOf: [{ type: "string" }, listOf({ type: "object" })], description: "Text, or parts: text, image_url, file, input_audio, video_url" } }, ["role"]);
const hello = [{ role: "user", content: "Hello" }];
const model = "mistralai/ministral-8b";

const dimensions = integer("Of each vector, where the model can choose");
const image = object({ ...names, prompt: string("What to draw"), n: integer("1 to 10"), size: string("Such as 1024x1024"), resolution: { type: "string", enum: ["512", "1K", "2K", "4K"] }, aspect_ratio: string("Such as 16:9"), quality: { type: "string", enum: ["auto", "low", "medium", "high"] }, background: { type: "string", enum: ["auto", "transparent", "opaque"] }, output_format: { type: "string", enum: ["png", "jpeg", "webp", "svg"] }, input_references: listOf({ type: "object" }, "Pictures to work from, at most 16"), seed: integer("The same seed asks for the same picture"), provider }, ["model", "prompt"]);
const images: InferenceOperation = {
  summary: "Pictures from words", tag: "Images", body: image, example: { model: "google/gemini-2.5-flash-image", prompt: "A compass rose, engraved" }, streams: true,
  answer: object({ created: integer("Seconds since the epoch"), data: listOf(object({ b64_json: string("The picture, in base64") })), usage }),
};

const described: Readonly<Record<OperationName, InferenceOperation>> = {
  "POST /chat/completions": {
    summary: "A chat completion", tag: "Chat", streams: true,
    description: "OpenAI's dialect, with OpenRouter's additions. Any OpenAI or OpenRouter client speaks it.",
    body: object({
      ...names, messages: listOf(message, "The conversation"), ...routing, max_tokens: integer("At most this many tokens of answer"), ...sampling,
      tools: listOf({ type: "object" }, "Functions that the model may call"), tool_choice: { anyOf: [{ type: "string", enum: ["auto", "none", "required"] }, { type: "object" }] }, parallel_tool_calls: truth("Several calls at once"),
      response_format: any("`json_object`, or `json_schema` with a schema"), reasoning: any("`effort`, `max_tokens`, `exclude`, `enabled`"), logprobs: truth("Of each token"), top_logprobs: integer("0 to 20"),
      plugins: listOf({ type: "object" }), preset: string("The name of a preset"), session_id: string("Keeps a conversation where its prompt is cached"), service_tier: string("flex, priority"), user: string("Your own name for the end user"),
    }, ["messages"]),
    example: { model, messages: hello, max_tokens: 60 },
    answer: object({ id: string("`gen-…`: ask GET /generation for what it took"), model: string("That answered"), provider: string("That answered"), choices: listOf(object({ index: integer("From 0"), message: any("`content`, `tool_calls`, `reasoning`"), finish_reason: string("stop, length, tool_calls, content_filter, error") })), usage }),
  },
  "POST /completions": {
    summary: "A text completion", tag: "Chat", streams: true, description: "OpenAI's older dialect: a prompt instead of messages.",
    body: object({ ...names, prompt: { anyOf: [{ type: "string" }, listOf({ type: "string" })], description: "The text to go on from" }, ...routing, max_tokens: integer("At most this many tokens of answer"), ...sampling, suffix: string("What comes after the gap") }, ["model", "prompt"]),
    example: { model, prompt: "The four winds are", max_tokens: 40 },
    answer: object({ id: string("`gen-…`"), model: string("That answered"), choices: listOf(object({ text: string("The continuation"), finish_reason: string("stop, length") })), usage }),
  },
  "POST /responses": {
    summary: "A response", tag: "Responses", streams: true, description: "OpenAI's Responses dialect, stateless: nothing is stored, so send the whole conversation.",
    body: object({ ...names, input: { anyOf: [{ type: "string" }, listOf({ type: "object" })], description: "Text, or items: messages, calls and their outputs, reasoning" }, instructions: string("The system prompt"), ...routing, max_output_tokens: integer("At most this many tokens of answer"), temperature: sampling.temperature, top_p: sampling.top_p, tools: listOf({ type: "object" }), tool_choice: { anyOf: [{ type: "string" }, { type: "object" }] }, reasoning: any("`effort`, `summary`"), text: any("`format`: a JSON schema; `verbosity`"), metadata: any("Given back as it is") }, ["input"]),
    example: { model, input: "Hello", max_output_tokens: 60 },
    answer: object({ id: string("`gen-…`"), status: string("completed, incomplete, failed"), output: listOf({ type: "object" }, "Messages, calls, reasoning"), usage: any("`input_tokens`, `output_tokens`, `cost`") }),
  },
  "POST /messages": {
    summary: "A message", tag: "Messages", streams: true, description: "Anthropic's dialect, for every model. Its clients take the base URL without /v1; the key may come in `x-api-key`.",
    body: object({ ...names, max_tokens: integer("At most this many tokens of answer"), messages: listOf(any("`role` and `content`"), "Turns of user and assistant"), system: { anyOf: [{ type: "string" }, listOf({ type: "object" })], description: "The system prompt" }, ...routing, temperature: sampling.temperature, top_p: sampling.top_p, top_k: sampling.top_k, stop_sequences: listOf({ type: "string" }), tools: listOf({ type: "object" }), tool_choice: any("`type`: auto, any, tool, none"), thinking: any("`type`, `budget_tokens`") }, ["model", "max_tokens", "messages"]),
    example: { model, max_tokens: 60, messages: hello },
    answer: object({ id: string("`gen-…`"), role: string("assistant"), content: listOf(any("`text`, `tool_use`, `thinking`")), stop_reason: string("end_turn, max_tokens, tool_use, stop_sequence"), usage: any("`input_tokens`, `output_tokens`, `cost`") }),
  },
  "POST /messages/count_tokens": {
    summary: "The size of a prompt, estimated", tag: "Messages", description: "No provider is asked and nothing is charged.",
    body: object({ ...names, messages: listOf({ type: "object" }), system: string("The system prompt"), tools: listOf({ type: "object" }) }, ["model", "messages"]),
    example: { model, messages: hello }, answer: object({ input_tokens: integer("Of the prompt"), estimated: truth("Always true") }),
  },
  "POST /embeddings": {
    summary: "Vectors of texts", tag: "Embeddings",
    body: object({ ...names, input: { anyOf: [{ type: "string" }, listOf({ type: "string" })], description: "A text, or several" }, dimensions, encoding_format: { type: "string", enum: ["float", "base64"] }, input_type: string("What they are for, where the model cares"), provider }, ["model", "input"]),
    example: { model: "mistralai/mistral-embed", input: ["A compass rose", "A wind rose"] },
    answer: object({ data: listOf(object({ index: integer("Of the text"), embedding: listOf({ type: "number" }) })), model: string("That answered"), usage }),
  },
  "POST /rerank": {
    summary: "Documents in the order of their relevance", tag: "Rerank",
    body: object({ ...names, query: string("What is looked for"), documents: listOf({ type: "string" }, "What is sorted"), top_n: integer("The best so many"), provider }, ["model", "query", "documents"]),
    example: { model: "nvidia/llama-nemotron-rerank-vl-1b-v2", query: "sailing", documents: ["A ship under sail", "A steam engine"] },
    answer: object({ results: listOf(object({ index: integer("Of the document"), relevance_score: number("0 to 1") })), usage: any("What it cost") }),
  },
  "POST /images": images,
  "POST /images/generations": { ...images, description: "The same, where OpenAI's clients look for it." },
  "POST /audio/speech": {
    summary: "Speech from words", tag: "Audio", answerType: "audio/*",
    body: object({ ...names, input: string("What to say"), voice: string("One of the model's"), response_format: { type: "string", enum: ["mp3", "pcm"] }, speed: number("0.1 to 10"), provider }, ["model", "input"]),
    example: { model: "google/gemini-2.5-flash-preview-tts", input: "Fair winds.", voice: "Kore", response_format: "pcm" }, answer: { type: "string", description: "The sound itself" },
  },
  "POST /audio/transcriptions": {
    summary: "Words from speech", tag: "Audio", alsoTakes: "multipart/form-data",
    body: object({ ...names, input_audio: object({ data: string("The sound, in base64"), format: string("Such as wav, mp3") }, ["data", "format"], "In a form: the file, as `file`"), language: string("Such as en"), prompt: string("Words to expect"), temperature: sampling.temperature, response_format: { type: "string", enum: ["json", "verbose_json"] }, provider }, ["model", "input_audio"]),
    example: { model: "openai/whisper-large-v3", input_audio: { data: "…", format: "wav" } }, answer: object({ text: string("What was said"), usage: any("What it cost") }),
  },
};

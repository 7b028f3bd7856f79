/** The samples of models that converse. */

import { javascript } from "./literals.ts";
import { anthropicProgram, camelCased, curl, fetchProgram, install, openaiProgram, openrouterProgram, pythonArguments, pythonProgram, readJson, readStream, type Value } from "./programs.ts";
import type { Sample, SampleWish } from "./samples.ts";

export function chatSamples(wish: SampleWish): readonly Sample[] {
  const body = chatBody(wish);
  return [
    { id: "curl", label: "curl", code: curl(wish, "/chat/completions", body) },
    { id: "python", label: "Python", install: install.python, code: pythonChat(wish, body) },
    { id: "typescript", label: "TypeScript", install: install.typescript, code: openaiChat(wish, body) },
    { id: "fetch", label: "fetch", code: fetchProgram(wish, { path: "/chat/completions", body }, wish.mode === "stream" ? readStream : [...readJson, `console.log(answer.choices[0].message.${shownOf(wish)});`]) },
    { id: "openrouter", label: "OpenRouter SDK", install: install.openrouter, code: openrouterChat(wish, body) },
    // Anthropic's dialect knows JSON by a schema alone.
    ...(wish.mode === "json" && !wish.takesSchema ? [] : [{ id: "anthropic", label: "Anthropic SDK", install: install.anthropic, code: anthropicChat(wish) } as const]),
  ];
}

const question = "What is the meaning of life?";
const drawingQuestion = "Draw a compass rose on an old chart.";
const weatherQuestion = "What is the weather in Paris?";
const cityQuestion = "Which city is the capital of France?";
const pictureQuestion = "What is in this picture?";
/** Eight by eight pixels of red. */
const picture = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mPYrCaHFTEMLQkARnA9wT0fC4MAAAAASUVORK5CYII=";
const weatherParameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const citySchema = { type: "object", properties: { city: { type: "string" }, country: { type: "string" } }, required: ["city", "country"], additionalProperties: false };

function chatBody({ slug, mode, takesSchema, givesImages }: SampleWish): Value {
  const asked = (content: unknown) => ({ model: slug, messages: [{ role: "user", content }] });
  switch (mode) {
    case "plain": return givesImages ? { ...asked(drawingQuestion), modalities: ["image", "text"] } : asked(question);
    case "stream": return { ...asked(question), stream: true };
    case "tools": return {
      ...asked(weatherQuestion),
      tools: [{ type: "function", function: { name: "get_weather", description: "The weather in a city", parameters: weatherParameters } }],
    };
    case "json": return !takesSchema ? { ...asked(`${cityQuestion} Answer in JSON.`), response_format: { type: "json_object" } } : { ...asked(cityQuestion), response_format: { type: "json_schema", json_schema: { name: "capital", strict: true, schema: citySchema } } };
    case "image": return asked([{ type: "text", text: pictureQuestion }, { type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } }]);
  }
}

/** What of the message is printed. */
function shownOf({ mode, givesImages }: SampleWish): string {
  return mode === "tools" ? "tool_calls" : mode === "plain" && givesImages ? "images" : "content";
}

function pythonChat(wish: SampleWish, body: Value): string {
  const call = `client.chat.completions.create(${pythonArguments(body)})`;
  return pythonProgram(wish, wish.mode === "stream"
    ? [`stream = ${call}`, "for chunk in stream:", "    if chunk.choices:", '        print(chunk.choices[0].delta.content or "", end="", flush=True)']
    : [`completion = ${call}`, `print(completion.choices[0].message.${shownOf(wish)})`]);
}

const printStream = ["for await (const chunk of stream) {", '  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");', "}"];

function openaiChat(wish: SampleWish, body: Value): string {
  const call = `await client.chat.completions.create(${javascript(body)});`;
  return openaiProgram(wish, wish.mode === "stream" ? [`const stream = ${call}`, ...printStream] : [`const completion = ${call}`, `console.log(completion.choices[0].message.${shownOf(wish)});`]);
}

function openrouterChat(wish: SampleWish, body: Value): string {
  const call = `await client.chat.send({ chatRequest: ${javascript(camelCased(body))} })`;
  return openrouterProgram(wish, wish.mode === "stream"
    ? [`const stream = ${call};`, ...printStream]
    : [`const completion = ${call};`, `console.log(completion.choices[0].message.${wish.mode === "tools" ? "toolCalls" : shownOf(wish)});`]);
}

function anthropicBody({ slug, mode }: SampleWish): Value {
  const asked = (content: unknown) => ({ model: slug, max_tokens: 1024, messages: [{ role: "user", content }] });
  switch (mode) {
    case "plain":
    case "stream": return asked(question);
    case "tools": return { ...asked(weatherQuestion), tools: [{ name: "get_weather", description: "The weather in a city", input_schema: weatherParameters }] };
    case "json": return { ...asked(cityQuestion), output_config: { format: { type: "json_schema", schema: citySchema } } };
    case "image": return asked([{ type: "text", text: pictureQuestion }, { type: "image", source: { type: "base64", media_type: "image/png", data: picture } }]);
  }
}

function anthropicChat(wish: SampleWish): string {
  const body = javascript(anthropicBody(wish));
  const ending = wish.mode === "stream"
    ? [`const stream = client.messages.stream(${body});`, 'stream.on("text", (text) => process.stdout.write(text));', "await stream.finalMessage();"]
    : [`const message = await client.messages.create(${body});`, ...(wish.mode === "tools" ? ["console.log(message.content);"] : ["for (const block of message.content) {", '  if (block.type === "text") console.log(block.text);', "}"])];
  return anthropicProgram(wish, ending);
}

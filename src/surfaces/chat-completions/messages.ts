/**
 * The messages of a request (contract §2.4). Checked in place and handed on by reference: nothing of a message is lost but
 * its nulls, which many clients write for what is not there.
 */

import type { Message } from "../../wire/chat.ts";
import { depthChecked, invalid, isRecord, list, oneOf, record, text, type Fields } from "../check.ts";

const messagesMax = 2_000;
const role = oneOf(["system", "developer", "user", "assistant", "tool"]);
const anyText = text();

export function readMessages(fields: Fields): readonly Message[] {
  const { messages, prompt } = fields;
  if (messages === undefined || messages === null) {
    if (prompt === undefined || prompt === null) throw invalid("messages", "is required: an array of at least one message");
    return [{ role: "user", content: anyText(prompt, "prompt") }];
  }
  const items = list(messages, "messages");
  if (items.length === 0) throw invalid("messages", "must hold at least one message");
  if (items.length > messagesMax) throw invalid("messages", `must hold at most ${messagesMax.toLocaleString("en")} messages; this has ${items.length.toLocaleString("en")}`);
  return items.map((item, index) => readMessage(item, `messages[${index}]`));
}

function readMessage(given: unknown, path: string): Message {
  if (!isRecord(given)) throw invalid(path, "must be an object with a role and content");
  const value = Object.values(given).includes(null) ? withoutNulls(given) : given;
  checkMessage(value, path);
  return value as unknown as Message;
}

/** `content` stays: an assistant's null says that it called tools instead of speaking. */
function withoutNulls(message: Fields): Fields {
  return Object.fromEntries(Object.entries(message).filter(([field, value]) => value !== null || field === "content"));
}

function checkMessage(value: Fields, path: string): void {
  const speaker = role(value["role"], `${path}.role`);
  checkContent(value["content"], `${path}.content`);
  for (const field in value) {
    if (field === "role" || field === "content") continue;
    if (typeof value[field] === "object") depthChecked(value[field], `${path}.${field}`);
  }
  if (value["name"] !== undefined) anyText(value["name"], `${path}.name`);
  if (value["tool_calls"] !== undefined) checkToolCalls(value["tool_calls"], `${path}.tool_calls`);
  if (speaker === "assistant") return;
  if (speaker === "tool") anyText(value["tool_call_id"], `${path}.tool_call_id`);
  if (value["content"] === undefined || value["content"] === null) throw invalid(`${path}.content`, "is required: a string or an array of parts");
}

function checkContent(content: unknown, path: string): void {
  if (content === undefined || content === null) return;
  if (typeof content === "string") {
    anyText(content, path);
    return;
  }
  if (!Array.isArray(content)) throw invalid(path, "must be a string or an array of parts");
  for (let index = 0; index < content.length; index++) checkPart(content[index], `${path}[${index}]`);
}

function checkPart(value: unknown, path: string): void {
  const part = record(value, path);
  switch (part["type"]) {
    case "text":
      anyText(part["text"], `${path}.text`);
      return;
    case "image_url":
      anyText(record(part["image_url"], `${path}.image_url`)["url"], `${path}.image_url.url`);
      return;
    case "input_audio": {
      const audio = record(part["input_audio"], `${path}.input_audio`);
      text(Number.MAX_SAFE_INTEGER)(audio["data"], `${path}.input_audio.data`);
      anyText(audio["format"], `${path}.input_audio.format`);
      return;
    }
    case "file": {
      const file = record(part["file"], `${path}.file`);
      for (const field of ["file_data", "file_id", "filename"]) {
        if (file[field] !== undefined && file[field] !== null) text(Number.MAX_SAFE_INTEGER)(file[field], `${path}.file.${field}`);
      }
      return;
    }
    case "video_url":
      anyText(record(part["video_url"], `${path}.video_url`)["url"], `${path}.video_url.url`);
      return;
    default:
      // A part that we do not know may be one that the upstream knows; it only has to say what it is.
      anyText(part["type"], `${path}.type`);
  }
}

function checkToolCalls(value: unknown, path: string): void {
  list(value, path).forEach((item, index) => {
    const call = record(item, `${path}[${index}]`);
    anyText(call["id"], `${path}[${index}].id`);
    // Calls of other types (custom tools) have shapes of their own, which the upstream knows.
    if (call["type"] !== undefined && call["type"] !== "function") return;
    const called = record(call["function"], `${path}[${index}].function`);
    anyText(called["name"], `${path}[${index}].function.name`);
    anyText(called["arguments"], `${path}[${index}].function.arguments`);
  });
}

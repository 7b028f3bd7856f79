import { expect, test } from "vitest";
import { adapterFor, protocols } from "./registry.ts";

test("every protocol has the adapter of its name, and no other has one", () => {
  for (const protocol of protocols) expect(adapterFor(protocol)?.protocol).toBe(protocol);
  expect([...protocols]).toEqual(["openai-chat", "mistral-chat", "anthropic-messages", "google-generative", "openai-responses", "cohere-v2", "bedrock-converse"]);
  expect(adapterFor("smoke-signals")).toBeUndefined();
});

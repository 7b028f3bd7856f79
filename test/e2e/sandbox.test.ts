/** Each directive of docs/sandbox.md against the whole gateway: what the manual says the caller sees is what is seen. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, type Called } from "../support/caller.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

const manual = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8");
const rows = [...manual.matchAll(/^\| `([^`]+)` \| .* \| (\d{3})(?: `(\w+)`)?[^|]*\|$/gm)].map(([, directive = "", status = "", type]) => ({
  directive: directive.replace("=N", "=20"), status: Number(status), type,
}));
/** Rows that end by the gateway's patience: minutes of real waiting are not for a test. */
const slow = new Set(["stall", "stall-mid"]);

let gateway: Gateway;
let key: string;

beforeAll(async () => {
  gateway = await startGateway();
  ({ key } = await gateway.newKey({ sandbox: true }));
});
afterAll(() => gateway.dispose());

function chat(directive: string, body: object = {}): Promise<Called> {
  return call(gateway.baseUrl, "/chat/completions", {
    key, headers: { "x-windrose-sandbox": `${directive}, fast` },
    body: { model: "mistralai/ministral-8b", messages: [{ role: "user", content: "What is the meaning of life?" }], ...body },
  });
}

test("the manual lists its directives", () => {
  expect(rows.length).toBeGreaterThan(20);
});

test.each(rows.filter(({ directive }) => !slow.has(directive)))("$directive: the caller sees $status", async ({ directive, status, type }) => {
  const answer = await chat(directive);
  expect(answer.status).toBe(status);
  if (status === 200) expect(answer.json.choices[0].finish_reason).toBe("stop");
  else if (type !== undefined) expect(answer.json.error.metadata.error_type).toBe(type);
});

test("a fault of one provider is answered by another, unseen", async () => {
  for (const provider of ["swift", "steady", "thrifty"]) {
    const answer = await chat(`${provider}:503`);
    expect(answer.status).toBe(200);
    expect(answer.json.provider.toLowerCase()).not.toContain(provider);
  }
});

test("faults that were ordered leave no mark on the simulated providers", async () => {
  for (let time = 0; time < 5; time++) await chat("404");
  expect((await chat("")).status).toBe(200);
});

test("the same request gives the same words, streamed or not", async () => {
  const whole = await chat("", { seed: 7 });
  const again = await chat("", { seed: 7 });
  expect(again.json.choices[0].message.content).toBe(whole.json.choices[0].message.content);
  const stream = await chat("", { seed: 7, stream: true });
  const text = stream.text.split("\n\n").filter((event) => event.startsWith("data: {")).map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? "").join("");
  expect(text).toBe(whole.json.choices[0].message.content);
});

test("simulated money stays in its own book", async () => {
  await expect.poll(async () => (await call(gateway.baseUrl, "/key", { key })).json.data.sandbox_usage).toBeGreaterThan(0);
  expect((await call(gateway.baseUrl, "/key", { key })).json.data.usage).toBe(0);
});

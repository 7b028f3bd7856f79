/**
 * The provider of the benchmark: the path says how it answers, so that it need not read the body. It costs the measured
 * processes nothing but what a provider would.
 */

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { eventsPerStream } from "./sizes.ts";


const eventBytes = 200;
/** How long a paced answer thinks before its first content, and between the events after it. */
const thinkMs = 200;
const paceMs = 20;
const pacedEvents = 20;

const server = createServer((incoming, response) => {
  incoming.resume().once("end", () => {
    const receivedAt = process.hrtime.bigint();
    const [, how] = (incoming.url ?? "").split("/");
    if (how === "stream") return void burst(response);
    if (how === "open") return void open(response);
    if (how === "paced") return void paced(response, receivedAt);
    response.writeHead(200, { "content-type": "application/json", "content-length": whole.length });
    response.end(whole);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", 4096, () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once("disconnect", () => process.exit());

const usage = { prompt_tokens: 200, completion_tokens: eventsPerStream, total_tokens: 200 + eventsPerStream };

/** An answer of 1 KB. */
const whole = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-0123456789abcdefghijklmn",
    object: "chat.completion",
    created: 1_770_933_883,
    model: "bench",
    choices: [{ index: 0, message: { role: "assistant", content: "word ".repeat(140), refusal: null }, logprobs: null, finish_reason: "stop" }],
    usage,
    service_tier: "default",
    system_fingerprint: "fp_0123456789",
  }),
);

function event(content: string, finish: string | null = null): string {
  return `data: ${JSON.stringify({
    id: "chatcmpl-0123456789abcdefghijklmn",
    object: "chat.completion.chunk",
    created: 1_770_933_883,
    model: "bench",
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  })}\n\n`;
}

const filler = "x".repeat(eventBytes - event("").length);
const fullEvent = event(filler);
const lastEvents = `${event("", "stop")}data: ${JSON.stringify({ id: "chatcmpl-0123456789abcdefghijklmn", object: "chat.completion.chunk", created: 1_770_933_883, model: "bench", choices: [], usage })}\n\ndata: [DONE]\n\n`;

function begin(response: ServerResponse): void {
  response.socket?.setNoDelay(true);
  response.writeHead(200, { "content-type": "text/event-stream" });
}

/** As fast as it goes, one packet an event. */
async function burst(response: ServerResponse): Promise<void> {
  begin(response);
  for (let sent = 0; sent < eventsPerStream; sent++) {
    response.write(fullEvent);
    await nextTurn();
  }
  response.end(lastEvents);
}

/** One event, and then silence until the caller leaves. */
function open(response: ServerResponse): void {
  begin(response);
  response.write(fullEvent);
}

/**
 * As a model would. The first content carries when the request was received and when the event was written, in
 * nanoseconds of the clock that all processes of one machine share: the rest of the time was spent on the way.
 */
async function paced(response: ServerResponse, receivedAt: bigint): Promise<void> {
  await pause(thinkMs);
  begin(response);
  response.write(event(`here=${process.hrtime.bigint() - receivedAt};`));
  for (let sent = 1; sent < pacedEvents && !response.destroyed; sent++) {
    await pause(paceMs);
    response.write(fullEvent);
  }
  response.end(lastEvents);
}

/**
 * The yardstick: the least that a proxy which edits answers can do with node:http and undici. It parses the upstream's
 * JSON, or each event, rewrites id, model, provider and usage, and writes it out again: no keys, no limits, no routing, no record.
 */

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { Agent, type Dispatcher } from "undici";

const origin = process.argv[2] ?? "";
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
let served = 0;

const server = createServer((incoming, response) => {
  const pieces: Buffer[] = [];
  incoming.on("data", (piece: Buffer) => pieces.push(piece));
  incoming.once("end", () => {
    const body = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    const headers = { "content-type": "application/json", authorization: "Bearer upstream" };
    agent.dispatch({ origin, path: incoming.url ?? "/", method: "POST", headers, body }, forward(response, `gen-${++served}`));
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", 4096, () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once("disconnect", () => process.exit());

function forward(response: ServerResponse, id: string): Dispatcher.DispatchHandler {
  const decoder = new StringDecoder("utf8");
  let isStream = false;
  let text = "";
  return {
    onRequestStart: (controller) => {
      response.once("close", () => {
        if (!response.writableFinished) controller.abort(new Error("the caller hung up"));
      });
      response.on("drain", () => controller.resume());
    },
    onResponseStart: (_, __, headers) => {
      isStream = headers["content-type"] === "text/event-stream";
      if (isStream) {
        response.socket?.setNoDelay(true);
        response.writeHead(200, { "content-type": "text/event-stream" });
      }
    },
    onResponseData: (controller, bytes) => {
      text += decoder.write(bytes);
      if (!isStream) return;
      let from = 0;
      for (let to = text.indexOf("\n\n"); to !== -1; to = text.indexOf("\n\n", from)) {
        const data = text.slice(from + "data: ".length, to);
        from = to + 2;
        const edited = data === "[DONE]" ? data : JSON.stringify(edit(JSON.parse(data), id));
        if (!response.write(`data: ${edited}\n\n`)) controller.pause();
      }
      text = text.slice(from);
    },
    onResponseEnd: () => {
      if (isStream) return void response.end();
      const edited = Buffer.from(JSON.stringify(edit(JSON.parse(text), id)));
      response.writeHead(200, { "content-type": "application/json", "content-length": edited.length });
      response.end(edited);
    },
    onResponseError: () => response.destroy(),
  };
}

interface Answer {
  id: string;
  model: string;
  provider?: string;
  usage?: { prompt_tokens: number; completion_tokens: number; cost?: number } | null;
}

function edit(answer: Answer, id: string): Answer {
  answer.id = id;
  answer.model = "bench/model";
  answer.provider = "Bench";
  const { usage } = answer;
  if (usage) usage.cost = (usage.prompt_tokens + usage.completion_tokens) * 1e-7;
  return answer;
}

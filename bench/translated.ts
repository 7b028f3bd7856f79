/** What it costs to translate: the Messages dialect in, OpenAI's chat out, against the same gateway and upstream without a translation. */

import { assert } from "../src/base/assert.ts";
import { compareCpu, type Pair, type Subject } from "./cases.ts";
import type { Loader } from "./processes.ts";
import { eventsPerStream } from "./sizes.ts";
import type { Figure } from "./table.ts";

const json = { how: "json", promptBytes: 1000, concurrency: 32, requests: 3000, unitsPerRequest: 1 } as const;
const stream = { how: "stream", promptBytes: 1000, concurrency: 16, requests: 240, unitsPerRequest: eventsPerStream } as const;

/** `less` divides the requests of each round. */
export async function translatedFigures(loader: Loader, { bare, gateway }: Pair, { rounds, less }: { readonly rounds: number; readonly less: number }): Promise<Figure[]> {
  const translated = inMessages(gateway);
  const rows = [
    { name: "translated to untranslated, JSON 1 KB", from: gateway, bench: json, most: 1.3 },
    { name: "translated to untranslated, SSE event", from: gateway, bench: stream, most: 1.3 },
    { name: "CPU per SSE event, translated", from: bare, bench: stream, most: 1.5 },
  ];
  const figures: Figure[] = [];
  for (const { name, from, bench, most } of rows) {
    const { bare: base, gateway: cost, ratio } = await compareCpu(loader, { bare: from, gateway: translated }, { ...bench, requests: bench.requests / less, rounds });
    figures.push({ name, unit: "µs", bare: base, gateway: cost, ratio, target: { of: "ratio", most } });
  }
  return figures;
}

/** The same question in the words of the other dialect. */
function inMessages(chat: Subject): Subject {
  return {
    pid: chat.pid,
    request: (how, promptBytes) => {
      const { url, headers, body } = chat.request(how, promptBytes);
      assert(url.endsWith("/chat/completions"), "the gateway is asked for chat");
      // A plain question with a temperature and a limit is written alike in both.
      return { url: url.replace(/\/chat\/completions$/, "/messages"), headers, body };
    },
  };
}

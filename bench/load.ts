/** The load generator: a process of its own that runs what it is told over IPC and answers with what it saw. */

import { setTimeout as pause } from "node:timers/promises";
import { Agent, type Dispatcher } from "undici";

export interface Run {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly concurrency: number;
  readonly requests: number;
  /** Spreads the first requests over this time, so that they do not march in step. */
  readonly spreadMs: number;
  /** Leave the answers open after their first content; `close` ends them. */
  readonly hold: boolean;
}

export type Command = { readonly run: Run } | { readonly close: true };

export interface Outcome {
  readonly failed: number;
  /** Milliseconds that were spent on the way to the first content, without the upstream's own; where the upstream says them. */
  readonly onTheWayMs: readonly number[];
}

const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
const held: Dispatcher.DispatchController[] = [];

process.on("message", (command: Command) => {
  if ("run" in command) void perform(command.run).then((outcome) => process.send?.(outcome));
  else {
    for (const controller of held.splice(0)) controller.abort(new Error("closed"));
    process.send?.({ failed: 0, onTheWayMs: [] });
  }
});
process.once("disconnect", () => process.exit());
process.send?.({ port: 0 });

async function perform(run: Run): Promise<Outcome> {
  const onTheWayMs: number[] = [];
  let left = run.requests;
  let failed = 0;
  const worker = async (index: number) => {
    await pause((run.spreadMs * index) / run.concurrency);
    while (left-- > 0) {
      const seen = await send(run);
      if (!seen.ok) failed++;
      if (seen.onTheWayMs !== undefined) onTheWayMs.push(seen.onTheWayMs);
    }
  };
  await Promise.all(Array.from({ length: run.concurrency }, (_, index) => worker(index)));
  return { failed, onTheWayMs };
}

function send(run: Run): Promise<{ ok: boolean; onTheWayMs: number | undefined }> {
  const { origin, pathname } = new URL(run.url);
  return new Promise((resolve) => {
    const sentAt = process.hrtime.bigint();
    let onTheWayMs: number | undefined;
    let status = 0;
    let size = 0;
    agent.dispatch(
      { origin, path: pathname, method: "POST", headers: { ...run.headers, "content-type": "application/json" }, body: run.body },
      {
        // undici tells today's handlers from those of earlier versions by this one.
        onRequestStart: () => {},
        onResponseStart: (_, code) => {
          status = code;
        },
        onResponseData: (controller, bytes) => {
          size += bytes.length;
          // A keep-alive comment is not content.
          const at = onTheWayMs === undefined ? bytes.indexOf('"content":"') : -1;
          if (at === -1) return;
          const there = /here=(\d+);/.exec(bytes.toString("latin1", at, at + 64));
          if (there !== null) onTheWayMs = Number(process.hrtime.bigint() - sentAt - BigInt(there[1] ?? 0)) / 1e6;
          if (run.hold) {
            held.push(controller);
            resolve({ ok: status === 200, onTheWayMs });
          }
        },
        onResponseEnd: () => resolve({ ok: status === 200 && size > 0, onTheWayMs }),
        onResponseError: () => resolve({ ok: false, onTheWayMs }),
      },
    );
  });
}

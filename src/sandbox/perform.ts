import type { ServerResponse } from "node:http";
import type { Clock } from "../base/clock.ts";
import type { Script } from "./script.ts";

/** Waits are rounded up to this: Node keeps the timers of one duration in one list, so a thousand streams cost little. */
const grainMs = 8;
const batchLength = 16_384;

/**
 * Sends each frame when it is due (milliseconds from now). Frames that are due together leave in one write; a client
 * that does not read is waited for; one that hangs up ends the performance at once.
 */
export function perform(script: Script, dueMs: ArrayLike<number>, response: ServerResponse, elapsed: Clock): void {
  const { frames } = script;
  const began = elapsed();
  let next = 0;
  let timer: NodeJS.Timeout | undefined;

  const advance = (): void => {
    if (response.destroyed) return;
    if (next === frames.length) return finish();
    const now = elapsed() - began;
    let batch = "";
    while (next < frames.length && (dueMs[next] ?? 0) <= now && batch.length < batchLength) batch += frames[next++];
    if (batch !== "" && !response.headersSent) response.writeHead(script.status, script.headers);
    // A write's callback tells that it left: a connection destroyed earlier would take the last words with it.
    if (batch !== "" && next === frames.length) response.write(batch, finish);
    else if (batch !== "" && !response.write(batch)) response.once("drain", advance);
    else if (next === frames.length) finish();
    else timer = setTimeout(advance, Math.ceil(Math.max(0, (dueMs[next] ?? 0) - now) / grainMs) * grainMs);
  };

  const finish = (): void => {
    if (response.destroyed) return;
    if (script.ending === "reset") {
      response.destroy();
      return;
    }
    if (!response.headersSent) response.writeHead(script.status, script.headers);
    if (script.ending === "silence") response.flushHeaders();
    else response.end();
  };

  response.once("close", () => clearTimeout(timer));
  advance();
}

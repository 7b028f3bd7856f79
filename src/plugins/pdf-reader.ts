/**
 * Reads the text of PDFs, each in a thread of its own that is ended when it takes too long or too much: a PDF is a program
 * written by a stranger. Nothing that one of them does is there when the next is read.
 */

import { Worker } from "node:worker_threads";
import { Fault } from "../base/fault.ts";
import { createTurns } from "../base/turns.ts";

export type PdfText = ReadPdf | { readonly problem: string };

export interface ReadPdf {
  readonly text: string;
  readonly pages: number;
  readonly pagesRead: number;
  /** There was more than is read of one PDF. */
  readonly isCut: boolean;
}

/** @throws Fault temporarily_unavailable when too many wait to be read. */
export type PdfReader = (bytes: Uint8Array) => Promise<PdfText>;

export interface PdfLimits {
  /** Read at a time. */
  readonly threadsMax: number;
  readonly waitingMax: number;
  readonly withinMs: number;
  readonly heapMiB: number;
  /** By how much the whole process may grow meanwhile: what a stream unpacks to is outside the heap. */
  readonly growthMiB: number;
  readonly pagesMax: number;
  readonly charsMax: number;
}

export const usualPdfLimits: PdfLimits = { threadsMax: 2, waitingMax: 32, withinMs: 15_000, heapMiB: 256, growthMiB: 512, pagesMax: 1_000, charsMax: 1_000_000 };

/** What the thread is given. */
export interface PdfTask {
  readonly bytes: Uint8Array;
  readonly pagesMax: number;
  readonly charsMax: number;
}

const growthCheckMs = 100;

export function createPdfReader(limits: PdfLimits = usualPdfLimits): PdfReader {
  const inTurn = createTurns(limits.threadsMax);
  return (bytes) => {
    if (inTurn.waiting() >= limits.waitingMax) return Promise.reject(new Fault("temporarily_unavailable", "Too many PDFs wait to be read. Send the request again.", { retryAfterMs: 5_000 }));
    return inTurn(() => readInThread(bytes, limits));
  };
}

function readInThread(bytes: Uint8Array, { withinMs, heapMiB, growthMiB, pagesMax, charsMax }: PdfLimits): Promise<PdfText> {
  return new Promise((resolve) => {
    const task: PdfTask = { bytes, pagesMax, charsMax };
    const worker = startWorker(task, heapMiB);
    const end = (read: PdfText): void => {
      clearTimeout(deadline);
      clearInterval(growth);
      void worker.terminate();
      resolve(read);
    };
    const sizeBefore = process.memoryUsage.rss();
    const deadline = setTimeout(() => end({ problem: `it takes more than ${Math.ceil(withinMs / 1000)} seconds` }), withinMs);
    const growth = setInterval(() => {
      if (process.memoryUsage.rss() - sizeBefore > growthMiB * 1024 * 1024) end({ problem: tooMuch });
    }, growthCheckMs);
    worker.once("message", (read: PdfText) => end(read));
    worker.once("error", (error: NodeJS.ErrnoException) => end({ problem: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? tooMuch : "it is damaged" }));
    worker.once("exit", () => end({ problem: "it is damaged" }));
  });
}

const tooMuch = "it takes too much memory";

function startWorker(workerData: PdfTask, heapMiB: number): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
  // It lies beside this file: as JavaScript in the bundle, as TypeScript (which needs a loader) in the source.
  const isSource = import.meta.url.endsWith(".ts");
  const url = new URL(isSource ? "./pdf-worker.ts" : "./pdf-worker.js", import.meta.url);
  // What it prints is a stranger's, and nothing of the environment is its business.
  const options = { workerData, resourceLimits, env: {}, stdout: true, stderr: true };
  if (!isSource) return new Worker(url, options);
  return new Worker(`import("tsx/esm/api").then((tsx) => { tsx.register(); return import(${JSON.stringify(url.href)}); })`, { ...options, eval: true });
}

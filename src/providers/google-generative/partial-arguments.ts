/**
 * The arguments of a function call that Vertex streams in pieces: each piece is a value at a path, and texts may go on.
 * Source: cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling, "streaming function call arguments".
 */

import { Fault } from "../../base/fault.ts";
import { asList, asObject, type JsonObject } from "../json.ts";

export interface PartialArguments {
  add(pieces: unknown): void;
  /** JSON of what was put together. */
  text(): string;
}

type Step = string | number;
/** Without a prototype, so that no path leads out of it. */
type Node = { [name: string]: unknown } | unknown[];

const stepsMax = 32;
/** Gaps in lists are filled, so that an index is bounded. */
const indexMax = 10_000;

export function createPartialArguments(): PartialArguments {
  const root = emptyObject();
  /** Paths whose value is whole: what goes on with one belongs to another call, or came twice. */
  const ended = new Set<unknown>();
  return {
    add(pieces) {
      for (const item of asList(pieces)) {
        const piece = asObject(item);
        const path = stepsOf(piece?.["jsonPath"]);
        if (piece === undefined || path.length === 0) continue;
        if (ended.has(piece["jsonPath"])) throw garbled();
        if (piece["willContinue"] !== true) ended.add(piece["jsonPath"]);
        put(root, path, piece);
      }
    },
    text: () => JSON.stringify(root),
  };
}

function put(root: Node, path: readonly Step[], piece: JsonObject): void {
  let node = root;
  path.forEach((step, position) => {
    const next = path[position + 1];
    if (Array.isArray(node) !== (typeof step === "number")) throw garbled();
    const at = node as { [step: Step]: unknown };
    if (next === undefined) {
      const value = valueOf(piece);
      at[step] = typeof value === "string" && typeof at[step] === "string" ? at[step] + value : value;
      return;
    }
    if (typeof at[step] !== "object" || at[step] === null) at[step] = typeof next === "number" ? [] : emptyObject();
    node = at[step] as Node;
  });
}

function valueOf(piece: JsonObject): unknown {
  return piece["stringValue"] ?? piece["numberValue"] ?? piece["boolValue"] ?? null;
}

function emptyObject(): { [name: string]: unknown } {
  return Object.create(null) as { [name: string]: unknown };
}

const step = /\.([^.[\]]+)|\[(\d{1,6})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** "$.items[0]['a name']" in steps. */
function stepsOf(path: unknown): readonly Step[] {
  if (typeof path !== "string" || !path.startsWith("$") || path.length > 4096) throw garbled();
  const steps: Step[] = [];
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null || steps.length === stepsMax || Number(match[2] ?? 0) > indexMax) throw garbled();
    const [, name, index, single, double] = match;
    steps.push(index === undefined ? (name ?? (single ?? double ?? "").replace(/\\(.)/g, "$1")) : Number(index));
  }
  return steps;
}

function garbled(): Fault {
  return new Fault("upstream_garbled", "The provider streamed arguments that cannot be put together.");
}

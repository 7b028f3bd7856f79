/** The output items of one answer, and what they say in our shape. Each is added, extended by deltas, and done. */

import { Fault } from "../../base/fault.ts";
import type { ToolCallDelta } from "../../wire/chat.ts";
import { isPhaseName } from "../../wire/phases.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { annotationOf } from "./annotations.ts";
import { add, addLogprobs, type Said } from "./said.ts";
import { isWebSearch, serverCallOf } from "./server-tools.ts";

/** The texts that deltas extend. */
export type TextKind = "text" | "refusal" | "summary" | "thought" | "arguments";

export interface Piece {
  readonly kind: TextKind;
  /** The position of the item in the answer: ids are not to be relied on, some servers change them with every event. */
  readonly item: number;
  /** The position of the text in its item. */
  readonly part: number;
}

export interface ItemReader {
  added(position: number, item: JsonObject, said: Said): void;
  /** More of a text. */
  extend(piece: Piece, text: string, said: Said): void;
  /** The whole of a text: what of it has not been said yet is said now. @throws Fault upstream_garbled where something of it was not said, and cannot be. */
  complete(piece: Piece, text: string, said: Said): void;
  annotate(piece: Piece, annotation: unknown, said: Said): void;
  /** The whole item: likewise. */
  done(position: number, item: JsonObject, said: Said): void;
  /** The items that a response ends with: those that were not done before are done now. @throws Fault upstream_garbled where a call was lost. */
  end(output: readonly unknown[], said: Said): void;
  hasCalls(): boolean;
  /** That the upstream made by itself. */
  webSearches(): number;
}

interface OpenText extends Pick<Piece, "kind" | "part"> {
  said: string;
  /** Where it begins in the content, and its place among all that stands in the answer. */
  readonly start: number;
  readonly index: number;
  annotations: number;
}

interface OpenItem {
  id: string | undefined;
  /** Of a call among the calls, once it has been named. */
  call: number | undefined;
  callId: string | undefined;
  name: string | undefined;
  /** Arguments of a call that has not been named yet. */
  unnamed: string;
  isDone: boolean;
  /** Of a message: what it says of its phase has been passed on. */
  hasPhase: boolean;
  readonly texts: Map<string, OpenText>;
}

/** More than any answer has: a hostile one must not make us keep state without end. */
const itemsMax = 2_048;
const textsMax = 1_024;

/** `format` marks reasoning that only its maker understands. */
export function createItemReader(format: string): ItemReader {
  const items = new Map<number, OpenItem>();
  let length = 0;
  let calls = 0;
  let images = 0;
  let searches = 0;
  // Counts what stands in the answer, so that a gap between two details tells that something else stood there.
  let blocks = 0;
  // Most deltas extend the text that the one before them extended.
  let latest: (Piece & { readonly open: OpenItem; readonly text: OpenText }) | undefined;

  function itemAt(position: number): OpenItem {
    let item = items.get(position);
    if (item !== undefined) return item;
    if (items.size === itemsMax) throw new Fault("upstream_garbled", `The provider's answer has more than ${itemsMax} items.`);
    items.set(position, (item = { id: undefined, call: undefined, callId: undefined, name: undefined, unnamed: "", isDone: false, hasPhase: false, texts: new Map() }));
    return item;
  }

  function textAt(item: OpenItem, { kind, part }: Piece): OpenText {
    const key = `${kind}/${part}`;
    let text = item.texts.get(key);
    if (text !== undefined) return text;
    if (item.texts.size === textsMax) throw new Fault("upstream_garbled", `The provider's answer has an item of more than ${textsMax} texts.`);
    // A call has its place already; words of one message are one block, whatever their parts.
    const isBlock = kind === "summary" || kind === "thought" || (kind !== "arguments" && item.texts.size === 0);
    item.texts.set(key, (text = { kind, part, said: "", start: length, index: isBlock ? blocks++ : blocks, annotations: 0 }));
    return text;
  }

  function placeOf(piece: Piece): NonNullable<typeof latest> {
    const { kind, item, part } = piece;
    if (latest !== undefined && latest.item === item && latest.part === part && latest.kind === kind) return latest;
    const open = itemAt(item);
    return (latest = { kind, item, part, open, text: textAt(open, piece) });
  }

  function speak(piece: Piece, more: string, said: Said): void {
    const { kind } = piece;
    const { open: item, text } = placeOf(piece);
    if (more === "") return;
    if (item.isDone) throw new Fault("upstream_garbled", "The provider's stream goes on with a part of its answer that was done.");
    if (kind === "arguments" && item.call === undefined) {
      item.unnamed += more;
      return;
    }
    text.said += more;
    switch (kind) {
      case "text":
        length += more.length;
        said.content = (said.content ?? "") + more;
        return;
      case "refusal":
        said.refusal = (said.refusal ?? "") + more;
        return;
      case "summary":
      case "thought":
        said.reasoning = (said.reasoning ?? "") + more;
        add(said, "reasoning_details", {
          ...(kind === "summary" ? { type: "reasoning.summary", summary: more } : { type: "reasoning.text", text: more }),
          format,
          ...(item.id === undefined ? {} : { id: item.id }),
          index: text.index,
        });
        return;
      case "arguments":
        add(said, "tool_calls", { index: item.call as number, function: { arguments: more } });
    }
  }

  function complete(piece: Piece, whole: string, said: Said): void {
    const spoken = itemAt(piece.item).texts.get(`${piece.kind}/${piece.part}`)?.said ?? "";
    if (whole.length > spoken.length && whole.startsWith(spoken)) speak(piece, whole.slice(spoken.length), said);
    else if (!isTold(piece.kind, whole, spoken)) throw new Fault("upstream_garbled", "The provider's answer says otherwise at its end than it was streamed.");
  }

  /** Some servers count on before they end an item: what ends where nothing has begun ends the item before it. */
  function endOf(position: number, isIts: (before: OpenItem) => boolean): number {
    const before = items.get(position - 1);
    return before !== undefined && !before.isDone && !items.has(position) && isIts(before) ? position - 1 : position;
  }

  /** Some servers number the parts of all items on: those that the item is too short to have are its parts in their order. */
  function partOf({ kind, item, part }: Piece, count: number): Piece {
    const { texts } = itemAt(item);
    if (texts.has(`${kind}/${part}`)) return { kind, item, part };
    return { kind, item, part: [...texts.values()].filter((text) => text.kind === kind && text.part >= count)[part]?.part ?? part };
  }

  function annotate(piece: Piece, annotation: unknown, said: Said): void {
    const text = textAt(itemAt(piece.item), piece);
    text.annotations++;
    add(said, "annotations", annotationOf(annotation, text.start));
  }

  function nameCall(open: OpenItem, position: number, item: JsonObject, said: Said): void {
    const callId = asText(item["call_id"]);
    const name = asText(item["name"]);
    if (open.call !== undefined) {
      if (name !== undefined && open.name !== undefined && name !== open.name) throw new Fault("upstream_garbled", "The provider's answer has two calls in one place.");
      return;
    }
    open.call = calls++;
    open.callId = callId;
    open.name = name;
    blocks++;
    const id = callId ?? asText(item["id"]) ?? `call_${open.call}`;
    add(said, "tool_calls", { index: open.call, id, type: "function", function: { name: name ?? "", arguments: "" }, ...kept(item) });
    speak({ kind: "arguments", item: position, part: 0 }, open.unnamed, said);
    open.unnamed = "";
  }

  function beginMessage(open: OpenItem, { phase }: JsonObject, said: Said): void {
    if (open.hasPhase || !isPhaseName(phase)) return;
    open.hasPhase = true;
    add(said, "phases", { phase, at: length });
  }

  function closeMessage(position: number, item: JsonObject, said: Said): void {
    const parts = asList(item["content"]);
    for (const [part, value] of parts.entries()) {
      const content = asObject(value) ?? {};
      const refusal = asText(content["refusal"]);
      if (refusal !== undefined) complete(partOf({ kind: "refusal", item: position, part }, parts.length), refusal, said);
      const words = asText(content["text"]);
      if (words === undefined) continue;
      const piece = partOf({ kind: "text", item: position, part }, parts.length);
      const isNew = !itemAt(position).texts.has(`text/${piece.part}`);
      complete(piece, words, said);
      if (isNew) addLogprobs(said, content["logprobs"]);
      const known = textAt(itemAt(position), piece).annotations;
      for (const annotation of asList(content["annotations"]).slice(known)) annotate(piece, annotation, said);
    }
  }

  function closeReasoning(position: number, item: JsonObject, said: Said): void {
    for (const [kind, list] of [["summary", asList(item["summary"])], ["thought", asList(item["content"])]] as const) {
      for (const [part, value] of list.entries()) complete(partOf({ kind, item: position, part }, list.length), asText(asObject(value)?.["text"]) ?? "", said);
    }
    const data = asText(item["encrypted_content"]);
    const id = asText(item["id"]);
    if (data !== undefined) add(said, "reasoning_details", { type: "reasoning.encrypted", data, format, ...(id === undefined ? {} : { id }), index: blocks++ });
  }

  function closeCall(open: OpenItem, position: number, item: JsonObject, said: Said): void {
    nameCall(open, position, item, said);
    const piece: Piece = { kind: "arguments", item: position, part: 0 };
    complete(piece, asText(item["arguments"]) ?? "", said);
    // A function that takes nothing is called with nothing, which is not JSON.
    if ((open.texts.get("arguments/0")?.said ?? "") === "") speak(piece, "{}", said);
  }

  function closeCustomCall(open: OpenItem, item: JsonObject, said: Said): void {
    open.call = calls++;
    blocks++;
    const custom = { name: asText(item["name"]) ?? "", input: asText(item["input"]) ?? "" };
    add(said, "tool_calls", { index: open.call, id: asText(item["call_id"]) ?? `call_${open.call}`, type: "custom", custom, ...kept(item) } as unknown as ToolCallDelta);
  }

  function closeImage(item: JsonObject, said: Said): void {
    blocks++;
    const data = asText(item["result"]);
    if (data === undefined) return;
    const url = /^(?:data|https?):/.test(data) ? data : `data:image/${asText(item["output_format"]) ?? "png"};base64,${data}`;
    add(said, "images", { type: "image_url", image_url: { url }, index: images++ });
  }

  function close(position: number, item: JsonObject, said: Said): void {
    const open = itemAt(position);
    if (open.isDone) return;
    open.id ??= asText(item["id"]);
    const type = item["type"];
    if (type === "message") {
      if (open.texts.size === 0) beginMessage(open, item, said);
      closeMessage(position, item, said);
    } else if (type === "reasoning") closeReasoning(position, item, said);
    else if (type === "function_call") closeCall(open, position, item, said);
    else if (type === "custom_tool_call") closeCustomCall(open, item, said);
    else if (type === "image_generation_call") closeImage(item, said);
    else {
      if (isWebSearch(item)) searches++;
      add(said, "reasoning_details", serverCallOf(item, format, blocks++));
    }
    open.isDone = true;
    open.texts.clear();
  }

  return {
    added(position, item, said) {
      const open = itemAt(position);
      open.id ??= asText(item["id"]);
      if (item["type"] === "message") beginMessage(open, item, said);
      if (item["type"] !== "function_call" || asText(item["name"]) === undefined) return;
      // Told again at its end, it may be under another id: vLLM makes one up for each event.
      if (open.callId !== undefined && (asText(item["call_id"]) ?? open.callId) !== open.callId) throw new Fault("upstream_garbled", "The provider's answer has two calls in one place.");
      nameCall(open, position, item, said);
    },
    extend: speak,
    complete({ kind, item, part }, whole, said) {
      const piece: Piece = { kind, item: endOf(item, ({ texts }) => isTold(kind, whole, texts.get(`${kind}/${part}`)?.said ?? "")), part };
      // What came with the whole item was more than this.
      if (!itemAt(piece.item).isDone) complete(piece, whole, said);
    },
    annotate,
    done(position, item, said) {
      close(endOf(position, (before) => isEndOf(item, before)), item, said);
    },
    end(output, said) {
      // Some servers number them anew, others name them anew.
      const ids = new Set([...items.values()].filter(({ isDone }) => isDone).map(({ id }) => id));
      for (const [position, value] of output.entries()) {
        const item = asObject(value) ?? {};
        const id = asText(item["id"]);
        if (items.get(position)?.isDone !== true && (id === undefined || !ids.has(id))) close(position, item, said);
      }
      const called = output.filter((item) => asObject(item)?.["type"] === "function_call").length;
      if (called > calls || [...items.values()].some(({ unnamed }) => unnamed !== "")) throw new Fault("upstream_garbled", "The provider's answer has a call that was not told.");
    },
    hasCalls: () => calls > 0,
    webSearches: () => searches,
  };
}

/**
 * Was all of the whole said, in its order? Some servers trim or clean the whole, or write its JSON anew; but what it holds and
 * was never said is lost.
 */
function isTold(kind: TextKind, whole: string, spoken: string): boolean {
  if (kind === "arguments" && isSameJson(whole, spoken)) return true;
  let at = 0;
  for (let found = 0; at < whole.length; at++, found++) {
    found = spoken.indexOf(whole.charAt(at), found);
    if (found === -1) return false;
  }
  return true;
}

function isSameJson(one: string, other: string): boolean {
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
  } catch {
    return false;
  }
}

/** Is it the same kind of item as the one that is open? Of calls, one that says the same. */
function isEndOf({ type, name, arguments: given }: JsonObject, { name: openName, texts }: OpenItem): boolean {
  if (type === "function_call") return openName !== undefined && name === openName && isTold("arguments", asText(given) ?? "", texts.get("arguments/0")?.said ?? "");
  const kinds: readonly TextKind[] = type === "message" ? ["text", "refusal"] : type === "reasoning" ? ["summary", "thought"] : [];
  return [...texts.values()].some(({ kind }) => kinds.includes(kind));
}

/** What a call has to be given back with. */
function kept(item: JsonObject): JsonObject {
  return Object.fromEntries(["namespace", "caller"].filter((field) => item[field] !== undefined && item[field] !== null).map((field) => [field, item[field]]));
}

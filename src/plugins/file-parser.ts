/**
 * `file-parser`: PDFs for models that take no files. Their text is read here and put in their place; what was read goes back
 * to the caller as an annotation, and one that comes with the next turn is used instead of reading again.
 * Source: contract §8.7, §8.16.
 */

import { createHash } from "node:crypto";
import { Fault } from "../base/fault.ts";
import type { ChatRequest, ContentPart, Message } from "../wire/chat.ts";
import { mapParts } from "../wire/parts.ts";
import type { PdfText } from "./pdf-reader.ts";
import type { FileAnnotation, Plugin, PluginOptions, PrepareMeans } from "./plugin.ts";

type FilePart = Extract<ContentPart, { readonly type: "file" }>;
type TextPart = Extract<ContentPart, { readonly type: "text" }>;

/** `pdf-text` is what `cloudflare-ai` was called before; both are ours. */
const engines: ReadonlySet<unknown> = new Set(["native", "cloudflare-ai", "pdf-text"]);

export const fileParser: Plugin = {
  id: "file-parser",
  isAutomatic: true,
  check(options, path) {
    const engine = engineOf(options);
    if (engine === undefined || engines.has(engine)) return;
    const field = `${path}.pdf.engine`;
    const why = engine === "mistral-ocr"
      ? "is not offered here: there is no character recognition. Use cloudflare-ai, which reads the text that a PDF holds, or a model that takes files, with native"
      : "must be one of native, cloudflare-ai, pdf-text";
    throw new Fault("invalid_request", `${field} ${why}.`, { metadata: { field } });
  },
  readsFiles: readsFor,
  async prepare(request, means) {
    if (!readsFor(means.options, means.takesFiles)) return undefined;
    const known = knownFiles(request.messages);
    const annotations: FileAnnotation[] = [];
    const messages = await mapParts(request.messages, async (part, place) => {
      if (part.type !== "file" || !isInlinePdf(part)) return part;
      const { text, annotation } = await readPart(part, place, { means, known });
      annotations.push(annotation);
      return text;
    });
    if (annotations.length === 0) return undefined;
    const names = annotations.map(({ file: { name } }) => name ?? "file.pdf");
    return {
      request: { ...request, messages, messagesJson: undefined },
      annotations,
      stage: { type: "plugin", name: "file-parser", summary: `The text of ${names.length === 1 ? "a PDF" : `${names.length} PDFs`} stands in place of the file.`, data: { engine: "cloudflare-ai", files: names } },
    };
  },
};

/** Does it read the PDFs of a request before this endpoint is asked? */
export function readsFor(options: PluginOptions, takesFiles: boolean): boolean {
  const engine = engineOf(options);
  return engine === undefined ? !takesFiles : engine !== "native";
}

/**
 * Whether endpoints that take no files can be asked: `where_needed` when those that do are to be preferred, `always` when each is
 * given the text; undefined where something would be lost. An address may be a PDF until it is fetched.
 */
export function filesAreReadBy({ messages }: ChatRequest, options: PluginOptions): "where_needed" | "always" | undefined {
  const isReadable = messages.every(({ content }) => !Array.isArray(content) || (content as readonly ContentPart[]).every((part) => part.type !== "file" || isInlinePdf(part) || isAddress(part)));
  if (!isReadable || !readsFor(options, false)) return undefined;
  return readsFor(options, true) ? "always" : "where_needed";
}

function engineOf(options: PluginOptions): unknown {
  const { pdf } = options;
  return typeof pdf === "object" && pdf !== null && "engine" in pdf ? (pdf.engine ?? undefined) : undefined;
}

function isAddress({ file: { file_data: data = "" } }: FilePart): boolean {
  return /^https?:/i.test(data);
}

function isInlinePdf({ file: { file_data: data = "", filename = "" } }: FilePart): boolean {
  if (/^data:application\/pdf[;,]/i.test(data)) return true;
  const isUnnamed = /^data:(?:application\/octet-stream)?[;,]/i.test(data);
  // "%PDF-" in base64.
  return isUnnamed ? /\.pdf$/i.test(filename) : data.startsWith("JVBERi0");
}

interface Reading {
  readonly means: PrepareMeans;
  readonly known: ReadonlyMap<string, string>;
}

async function readPart({ file, type: _type, ...rest }: FilePart, place: string, { means, known }: Reading): Promise<{ readonly text: TextPart; readonly annotation: FileAnnotation }> {
  const bytes = bytesOf(file.file_data ?? "", place);
  const hash = createHash("sha256").update(bytes).digest("hex");
  const text = known.get(hash) ?? shown(await means.once(hash, () => means.readPdf(bytes)), file.filename, place);
  return {
    text: { ...rest, type: "text", text },
    annotation: { type: "file", file: { hash, ...(file.filename === undefined ? {} : { name: file.filename }), content: [{ type: "text", text }] } },
  };
}

function bytesOf(data: string, place: string): Buffer {
  const comma = data.startsWith("data:") ? data.indexOf(",") : -1;
  if (comma === -1 || /;base64$/i.test(data.slice(0, comma))) return Buffer.from(data.slice(comma + 1), "base64");
  try {
    return Buffer.from(decodeURIComponent(data.slice(comma + 1)), "latin1");
  } catch (error) {
    throw unreadable(place, "its data URL cannot be read", error);
  }
}

function shown(read: PdfText, filename: string | undefined, place: string): string {
  if ("problem" in read) throw unreadable(place, read.problem);
  if (read.text.trim() === "") throw unreadable(place, "it holds no text; its pages may be scanned. Use a model that takes files");
  const cut = read.isCut ? `\n[cut: ${read.pagesRead} of ${read.pages} pages are shown]` : "";
  return `<file name="${(filename ?? "file.pdf").replace(/["<>\r\n]/g, "_")}">\n${read.text.trim()}${cut}\n</file>`;
}

function unreadable(place: string, why: string, cause?: unknown): Fault {
  return new Fault("invalid_request", `${place}: the PDF cannot be read: ${why}.`, { metadata: { field: place }, cause });
}

/** What earlier answers say that files hold, by the hash of the file. */
function knownFiles(messages: readonly Message[]): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const { annotations } of messages) {
    if (!Array.isArray(annotations)) continue;
    for (const annotation of annotations as readonly unknown[]) {
      const file = isRecord(annotation) && annotation["type"] === "file" && isRecord(annotation["file"]) ? annotation["file"] : undefined;
      if (typeof file?.["hash"] !== "string" || !Array.isArray(file["content"])) continue;
      const texts = (file["content"] as readonly unknown[]).flatMap((part) => (isRecord(part) && typeof part["text"] === "string" ? [part["text"]] : []));
      if (texts.length > 0) known.set(file["hash"], texts.join("\n"));
    }
  }
  return known;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ChatRequest, ContentPart } from "../wire/chat.ts";
import { fileParser, filesAreReadBy } from "./file-parser.ts";
import type { PdfText } from "./pdf-reader.ts";
import type { PluginOptions } from "./plugin.ts";
import { filesAreRead, pipelineOf } from "./plugins.ts";

const bytes = Buffer.from("%PDF-1.4 pretended");
const hash = createHash("sha256").update(bytes).digest("hex");
const inline: ContentPart = { type: "file", file: { filename: "report.pdf", file_data: `data:application/pdf;base64,${bytes.toString("base64")}` } };
const question: ContentPart = { type: "text", text: "What does it say?" };
const engine = (name: string | null): PluginOptions => ({ id: "file-parser", pdf: { engine: name } });

function asking(content: string | readonly ContentPart[], more: Partial<ChatRequest> = {}): ChatRequest {
  return {
    models: ["a/b"], messages: [{ role: "system", content: "Be brief." }, { role: "user", content }], stream: false, parameters: {},
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false }, gateway: {}, extra: {}, ...more,
  };
}

/** What is sent, and how often a PDF was read for it. */
async function prepared(request: ChatRequest, { options = {}, takesFiles = false, read = { text: "It says hello.", pages: 1, pagesRead: 1, isCut: false } }: { options?: PluginOptions; takesFiles?: boolean; read?: PdfText } = {}) {
  let reads = 0;
  const done = await fileParser.prepare?.(request, {
    options, takesFiles, once: (_key, work) => work(),
    readPdf: async (given) => {
      reads += 1;
      expect(Buffer.from(given)).toEqual(bytes);
      return read;
    },
  });
  return { done, reads };
}

const shown = '<file name="report.pdf">\nIt says hello.\n</file>';

describe("a PDF for an endpoint that takes no files", () => {
  test("is given as its text, and told as a stage and an annotation", async () => {
    const request = asking([question, inline]);
    const { done } = await prepared(request);
    expect(done?.request.messages).toEqual([request.messages[0], { role: "user", content: [question, { type: "text", text: shown }] }]);
    expect(done?.request.messages[0]).toBe(request.messages[0]);
    expect(done?.stage).toMatchObject({ type: "plugin", name: "file-parser", data: { files: ["report.pdf"] } });
    expect(done?.annotations).toEqual([{ type: "file", file: { hash, name: "report.pdf", content: [{ type: "text", text: shown }] } }]);
  });

  test.each([
    ["base64 alone", { file_data: bytes.toString("base64") }],
    ["data of an unnamed type with a telling name", { filename: "a.PDF", file_data: `data:application/octet-stream;base64,${bytes.toString("base64")}` }],
    ["a data URL that is not base64", { file_data: "data:application/pdf,%25PDF-1.4%20pretended" }],
  ])("may come as %s", async (_what, file) => {
    expect((await prepared(asking([{ type: "file", file }]))).reads).toBe(1);
  });

  test("keeps its cache marker, and cannot close its own frame by its name", async () => {
    const { done } = await prepared(asking([{ ...inline, file: { ...inline.file, filename: 'a">\nb' }, cache_control: { type: "ephemeral" } } as ContentPart]));
    expect(done?.request.messages[1]?.content).toEqual([{ type: "text", text: '<file name="a___b">\nIt says hello.\n</file>', cache_control: { type: "ephemeral" } }]);
  });

  test("is not read again when an earlier answer's annotation comes with it", async () => {
    const before = asking([question, inline]);
    const { done: first } = await prepared(before);
    const again = { ...before, messages: [...before.messages, { role: "assistant" as const, content: "Hello.", annotations: first?.annotations }, { role: "user" as const, content: "And then?" }] };
    const { done, reads } = await prepared(again);
    expect(reads).toBe(0);
    expect(done?.request.messages[1]?.content).toEqual([question, { type: "text", text: shown }]);
    expect(done?.annotations).toEqual(first?.annotations);
  });

  test.each([null, 7, "x", {}, { type: "file" }, { type: "file", file: null }, { type: "file", file: { hash, content: "no list" } }, { type: "file", file: { hash, content: [7] } }])("annotations that are none (%j) are passed over", async (annotation) => {
    const request = asking([inline]);
    expect((await prepared({ ...request, messages: [...request.messages, { role: "assistant", content: "x", annotations: [annotation] }] })).reads).toBe(1);
  });

  test("says what is left out of a long one", async () => {
    const { done } = await prepared(asking([inline]), { read: { text: "Begins", pages: 900, pagesRead: 2, isCut: true } });
    expect(JSON.stringify(done?.request.messages)).toContain("[cut: 2 of 900 pages are shown]");
  });

  test.each([[{ problem: "it is damaged" }, "it is damaged"], [{ text: " \n", pages: 1, pagesRead: 1, isCut: false }, "holds no text"]])("is refused by its place when %j", async (read, why) => {
    await expect(prepared(asking([question, inline]), { read })).rejects.toMatchObject({ code: "invalid_request", metadata: { field: "messages[1].content[1]" }, message: expect.stringContaining(why) });
  });
});

test.each([
  ["the endpoint takes files", {}, true, 0],
  ["it is asked for all the same", engine("pdf-text"), true, 1],
  ["it is asked for", engine("cloudflare-ai"), false, 1],
  ["no engine is named", engine(null), false, 1],
  ["the model is to read it itself", engine("native"), false, 0],
] as const)("whether it is read when %s", async (_when, options, takesFiles, reads) => {
  expect((await prepared(asking([inline]), { options, takesFiles })).reads).toBe(reads);
});

const text: ContentPart = { type: "file", file: { filename: "a.txt", file_data: "data:text/plain,hello" } };
test.each([
  ["a PDF", [inline], {}, "where_needed"],
  ["an address, which may be one", [{ type: "file", file: { file_data: "https://example.com/x" } }], {}, "where_needed"],
  ["a PDF that is always to be read", [inline], engine("cloudflare-ai"), "always"],
  ["a PDF that the model is to read", [inline], engine("native"), undefined],
  ["another file beside it", [inline, text], {}, undefined],
  ["a file that somebody else holds", [{ type: "file", file: { file_id: "file-1" } }], {}, undefined],
] as const)("which endpoints can be asked about %s", (_what, parts, options, said) => {
  expect(filesAreReadBy(asking(parts as readonly ContentPart[]), options)).toBe(said);
});

const withPlugins = (...plugins: readonly Readonly<Record<string, unknown>>[]) => asking([inline], { gateway: { plugins } });

const active = (...plugins: readonly Readonly<Record<string, unknown>>[]) => pipelineOf(withPlugins(...plugins)).active.map(({ plugin: { id } }) => id);

describe("the entries of plugins", () => {
  test("files are read without being asked, and answers are mended only then", () => {
    expect(pipelineOf(asking("Hello")).active.map(({ plugin: { id } }) => id)).toEqual(["file-parser"]);
    expect(active({ id: "response-healing" })).toEqual(["file-parser", "response-healing"]);
  });

  test("each can be switched off, and the last word counts", () => {
    expect(active({ id: "file-parser", enabled: false }, { id: "response-healing", enabled: false })).toEqual([]);
    expect(active({ id: "response-healing", enabled: false }, { id: "response-healing" })).toEqual(["file-parser", "response-healing"]);
    expect(filesAreRead(withPlugins({ id: "file-parser", enabled: false }))).toBeUndefined();
  });

  test("ids that mean nothing are told, those of other parts are not", () => {
    expect(pipelineOf(withPlugins({ id: "web" }, { id: "auto-router" }, { id: "fusion" }, { id: "x".repeat(1000) }, { id: 7 }, { id: "moderation", enabled: false })).unknown).toEqual(["fusion", "x".repeat(64), "7"]);
  });

  test.each([["mistral-ocr", "no character recognition"], ["tesseract", "must be one of native, cloudflare-ai, pdf-text"], [7, "must be one of"]])("an engine that is not there (%j) is refused by name", (name, why) => {
    expect(() => pipelineOf(withPlugins({ id: "web" }, { id: "file-parser", pdf: { engine: name } }))).toThrow(expect.objectContaining({ code: "invalid_request", metadata: { field: "plugins[1].pdf.engine" }, message: expect.stringContaining(why) }));
  });
});

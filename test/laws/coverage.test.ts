/**
 * What every protocol is tried with, counted in the files: text beyond ASCII, calls at once, CRLF line ends as they come over the wire,
 * and refusals. Who adds a protocol is told here what is missing.
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { adapterFor, protocols } from "../../src/providers/registry.ts";
import { isRaw, recorded, recordedBytes, type Recorded } from "../fixtures/recorded.ts";

interface Corpus {
  readonly adapter: string;
  readonly faults: readonly { readonly provider?: string }[];
}

const faultsFolder = new URL("../fixtures/faults/", import.meta.url);
const corpora = readdirSync(faultsFolder).filter((file) => file.endsWith(".json")).map((file) => JSON.parse(readFileSync(new URL(file, faultsFolder), "utf8")) as Corpus);

/** The errors of one protocol's servers, as index.json and the corpus of faults have them. */
function refusalsOf(protocol: string): number {
  const faults = corpora.filter(({ adapter }) => adapter === protocol).reduce((sum, corpus) => sum + corpus.faults.length, 0);
  return faults + recorded(({ kind, wire_format: format }) => kind === "error" && format === protocol).length;
}

const beyondAscii = /[^\p{ASCII}]/u;
const saysMore = ({ expected }: Recorded): boolean => beyondAscii.test(expected.text?.head ?? "");
const callsAtOnce = ({ expected }: Recorded): boolean => expected.tool_calls.length > 1;

/** One CRLF at least, and no line that ends otherwise. */
function hasCrlf(fixture: Recorded): boolean {
  const text = recordedBytes(fixture).toString("latin1");
  return isRaw(fixture) && text.includes("\r\n") && !/[^\r]\n|\r[^\n]/.test(text);
}

describe.each([...protocols])("%s has", (protocol) => {
  const chats = recorded(({ kind, wire_format: format }) => kind === "chat" && format === protocol);
  const streams = chats.filter(({ stream }) => stream);

  test("text beyond ASCII, streamed", () => expect(streams.filter(saysMore).length).toBeGreaterThan(0));
  test("calls at once, streamed and whole", () => {
    expect(streams.filter(callsAtOnce).length).toBeGreaterThan(0);
    expect(chats.filter((fixture) => !fixture.stream && callsAtOnce(fixture)).length).toBeGreaterThan(0);
  });
  // Frames of bytes have no line ends.
  test.runIf((adapterFor(protocol)?.framing ?? "sse") === "sse")("a stream with CRLF line ends", () => expect(streams.filter(hasCrlf).length).toBeGreaterThan(0));
  test("a refusal", () => expect(refusalsOf(protocol)).toBeGreaterThan(0));
});

test("what was not recorded says so", () => {
  const written = recorded(({ file }) => /\/written\./.test(file));
  expect(written.length).toBeGreaterThan(10);
  expect(written.filter((fixture) => fixture.authenticity !== "synthetic" || fixture.source !== "this project").map(({ id }) => id)).toEqual([]);
  expect(recorded(({ source, file }) => source === "this project" && !/\/written\./.test(file)).map(({ id }) => id)).toEqual([]);
});

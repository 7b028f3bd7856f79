/**
 * The fault corpus: what upstreams really answer when something is wrong, and what each answer must become. The expected
 * values are written from the fault matrix (docs/faults.md), never from what the decoders say.
 *
 * `source` is the public thread that quotes the error, or "composed" (after a documentation, where one is named). Where a
 * thread quotes the message alone, the body around it is the provider's usual one; names of accounts and keys are replaced.
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Fault, faults, type Blame, type FaultCode } from "../../src/base/fault.ts";
import type { ChatAdapter } from "../../src/providers/adapter.ts";
import { quirksOf } from "../../src/providers/known-quirks.ts";
import { adapterFor } from "../../src/providers/registry.ts";
import { createFrameParser } from "../../src/wire/frames.ts";
import { requestWith, target } from "./adapter.ts";

interface Entry {
  readonly name: string;
  readonly source: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body is a stream of events, or what came in place of one. */
  readonly in_stream?: true;
  readonly body: string;
  readonly expected: {
    readonly code: FaultCode;
    readonly status: number;
    readonly error_type: string;
    readonly elsewhere: boolean;
    readonly blames: Blame;
    readonly retry_after_ms?: number;
  };
  /** What the caller must be told. */
  readonly shows?: string;
  /** What nobody may be told. */
  readonly hides?: readonly string[];
  readonly note?: string;
}

interface Corpus {
  readonly provider: string;
  readonly adapter: string;
  readonly faults: readonly Entry[];
}

const folder = new URL("../fixtures/faults/", import.meta.url);
const corpora = readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Corpus);
const entries = corpora.flatMap((corpus) => corpus.faults);

// Written anew here: the filter under test must not be its own judge.
const credentials = /\b(?:sk|gsk|xai|hf|pplx|csk|nvapi)[-_][A-Za-z0-9_-]{12,}|\bAIza\w{8,}|Bearer\s+[A-Za-z0-9._-]{12,}/;

describe("the corpus", () => {
  test("is large, of many providers, and for at least half of it a public source is named", () => {
    expect(entries.length).toBeGreaterThanOrEqual(300);
    expect(corpora.length).toBeGreaterThanOrEqual(12);
    expect(entries.filter((entry) => entry.source.startsWith("https://")).length).toBeGreaterThanOrEqual(entries.length / 2);
  });

  test("says nothing twice, and names its entries apart", () => {
    for (const { provider, faults: own } of corpora) {
      expect(new Set(own.map((entry) => entry.name)).size, provider).toBe(own.length);
      expect(new Set(own.map((entry) => JSON.stringify([entry.status, entry.headers, entry.body]))).size, provider).toBe(own.length);
    }
  });

  test("has every fault that an upstream's answer can become, in an answer and in a stream", () => {
    const known = new Set(entries.map((entry) => entry.expected.code));
    const ofUpstreams: readonly FaultCode[] = [
      "invalid_request", "context_length_exceeded", "unsupported_parameter", "content_policy_violation", "payload_too_large", "unprocessable",
      "upstream_rate_limited", "upstream_overloaded", "upstream_failed", "upstream_redirected", "upstream_garbled", "upstream_timeout",
      "upstream_model_missing", "upstream_credential", "upstream_billing", "stream_truncated",
    ];
    expect([...known].sort()).toEqual([...ofUpstreams].sort());
  });
});

describe.each(corpora)("$provider", ({ provider, adapter: protocol, faults: own }) => {
  const adapter = adapterFor(protocol);
  if (adapter === undefined) throw new Error(`No adapter speaks ${protocol}.`);

  test.each(own.map((entry) => [entry.name, entry] as const))("%s", (_name, entry) => {
    const fault = faultOf(adapter, provider, entry);
    const { status, type, elsewhere, blames } = faults[fault.code];
    const { retry_after_ms: retryAfterMs, ...expected } = entry.expected;
    expect({ code: fault.code, status, error_type: type, elsewhere, blames }).toEqual(expected);
    expect(fault.retryAfterMs).toBe(retryAfterMs);

    const told = `${fault.message} ${JSON.stringify(fault.metadata)}`;
    expect(fault.message).not.toBe("");
    expect(fault.message).not.toMatch(/<(?:!doctype|\?xml|html|head|body|title)/i);
    expect(told).not.toMatch(credentials);
    for (const secret of entry.hides ?? []) expect(told).not.toContain(secret);
    if (entry.shows !== undefined) expect(fault.message).toContain(entry.shows);
    if (blames === "credential") {
      expect(fault.message).toBe("The provider is not available to this gateway at present.");
      expect(fault.metadata).toEqual({});
    }
  });
});

/** The fault of one entry, by the road that its answer takes through the adapter. */
function faultOf(adapter: ChatAdapter, provider: string, entry: Entry): Fault {
  if (entry.in_stream === undefined && entry.status >= 300) return adapter.decodeError(entry.status, entry.headers ?? {}, entry.body);
  const to = { ...target, quirks: quirksOf(provider) };
  try {
    if (entry.in_stream === undefined) {
      adapter.decodeResponse(JSON.parse(entry.body), requestWith({}), to);
    } else {
      const parser = createFrameParser(adapter.framing);
      const decoder = adapter.openStream(requestWith({}), to);
      for (const event of [...parser.push(Buffer.from(entry.body)), ...parser.end()]) decoder.push(event);
      decoder.end();
    }
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("The answer was taken for a good one.");
}

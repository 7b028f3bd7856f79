/**
 * The whole relay between a caller and two providers, without a socket: what the first provider sends is given byte by byte,
 * the second always answers well. For properties over thousands of streams.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asFault, Fault } from "../../src/base/fault.ts";
import { loadConfig } from "../../src/config.ts";
import { openGateway } from "../../src/gateway.ts";
import { adapterFor } from "../../src/providers/registry.ts";
import { generate, type RelayDeps } from "../../src/relay/generate.ts";
import type { Upstream } from "../../src/relay/upstream.ts";
import { createHealth } from "../../src/routing/health.ts";
import { createSticky } from "../../src/routing/sticky.ts";
import type { Surface } from "../../src/surfaces/surface.ts";
import { mediaTypes } from "../../src/wire/frames.ts";
import { event } from "./fake-upstream.ts";

/** What the first provider sends, and how its bytes end. */
export interface Bytes {
  readonly pieces: readonly Uint8Array[];
  readonly ending: "end" | "reset" | "stall";
}

/** What the caller was told: the text of a stream, or a fault instead of one. */
export interface Told {
  readonly text: string;
  readonly fault: Fault | undefined;
}

export interface MemoryStage {
  /** One request to the first provider, which speaks this protocol, with the second one to turn to. */
  tell(protocol: string, surface: Surface, ask: (model: string) => object, bytes: Bytes): Promise<Told>;
  dispose(): Promise<void>;
}

/** All that the second provider ever says. */
export const secondWords = "Von der zweiten Quelle.";

const secondBytes = Buffer.from([
  event({ id: "2", choices: [{ index: 0, delta: { role: "assistant", content: secondWords }, finish_reason: null }] }),
  event({ id: "2", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
  event({ id: "2", choices: [], usage: { prompt_tokens: 4, completion_tokens: 7, total_tokens: 11 } }),
  event("[DONE]"),
].join(""));

export async function openMemoryStage(protocols: readonly string[]): Promise<MemoryStage> {
  const home = await mkdtemp(join(tmpdir(), "windrose-test-"));
  const credential = JSON.stringify({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", region: "eu-west-1" });
  const providers = [
    ...protocols.map((protocol) => ({ slug: `first-${protocol}`, name: protocol, protocol, base_url: "http://first.test/v1", credential, endpoints: [endpoint(protocol)] })),
    { slug: "second", name: "Second", protocol: "openai-chat", base_url: "http://second.test/v1", credential, endpoints: protocols.map(endpoint) },
  ];
  await writeFile(join(home, "windrose.json"), JSON.stringify({ detect_local_servers: false, providers }));
  const gateway = await openGateway(loadConfig({ WINDROSE_DATA_DIR: join(home, "data"), WINDROSE_CONFIG: join(home, "windrose.json"), WINDROSE_LOG_LEVEL: "silent" }));
  const { key } = await gateway.keys.create({ name: "test", kind: "inference" });

  return {
    tell: async (protocol, surface, ask, bytes) => {
      const framing = adapterFor(protocol)?.framing ?? "sse";
      const deps: RelayDeps = {
        ...gateway.relay,
        upstream: playing(bytes, mediaTypes[framing]),
        recorder: { ready: () => undefined, append: async () => undefined },
        // What one stream did must not be held against the next.
        health: createHealth(), sticky: createSticky(), hedges: new Map(), underWay: new Set(), onModelMissing: () => undefined,
      };
      const body = Buffer.from(JSON.stringify({ ...ask(`acme/${protocol}`), provider: { order: [`first-${protocol}`, "second"] } }));
      let text = "";
      const write = (piece: string): boolean => {
        text += piece;
        return true;
      };
      try {
        await generate(deps, {
          requestId: "req-1", surface, request: surface.parse(body), key, app: { referer: null, title: null, categories: [], userAgent: null },
          sandboxDirectives: undefined, wantsMetadata: false,
          reply: { start: () => undefined, whole: (_id, whole) => void write(whole), write, end: (last) => void write(last), onDrain: () => undefined, drop: () => undefined, onHangUp: () => undefined },
        });
        return { text, fault: undefined };
      } catch (error) {
        return { text, fault: asFault(error) };
      }
    },
    dispose: async () => {
      await gateway.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function endpoint(protocol: string): object {
  return { model: `acme/${protocol}`, upstream_model: "m", pricing: { prompt: "1", completion: "1" }, context_length: 1_000_000 };
}

/** As the owner of sockets does it: a listener that throws ends the exchange, and is told why. */
function playing(bytes: Bytes, mediaType: string): Upstream {
  return {
    open: ({ url }, events) => {
      const { pieces, ending }: Bytes = url.startsWith("http://second.test/") ? { pieces: [secondBytes], ending: "end" } : bytes;
      const type = url.startsWith("http://second.test/") ? mediaTypes.sse : mediaType;
      let isOver = false;
      const fail = (fault: Fault): void => {
        if (isOver) return;
        isOver = true;
        events.fail(fault);
      };
      const step = (take: () => void): void => {
        if (isOver) return;
        try {
          take();
        } catch (error) {
          fail(error instanceof Fault ? error : new Fault("upstream_garbled", "The provider's answer could not be read.", { cause: error }));
        }
      };
      setImmediate(() => {
        step(() => events.head(200, { "content-type": type }));
        for (const piece of pieces) step(() => events.data(Buffer.from(piece)));
        if (ending === "reset") fail(new Fault("provider_disconnected", "The connection was reset."));
        if (ending === "stall") fail(new Fault("stream_stalled", "Nothing came any more."));
        step(() => {
          events.end();
          isOver = true;
        });
      });
      return { abort: fail, pause: () => undefined, resume: () => undefined };
    },
    close: async () => undefined,
  };
}

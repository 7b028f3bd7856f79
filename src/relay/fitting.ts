/**
 * What stands between a request and an endpoint that cannot take it as it is: media at addresses that its adapter cannot hand
 * on is fetched, then the plugins have their turn. What was fetched or read is shared by all attempts of the request.
 */

import { createTurns } from "../base/turns.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { PdfReader } from "../plugins/pdf-reader.ts";
import type { FileAnnotation } from "../plugins/plugin.ts";
import type { Pipeline } from "../plugins/plugins.ts";
import type { MediaKind } from "../providers/adapter.ts";
import { adapterFor } from "../providers/registry.ts";
import type { PipelineStage } from "../surfaces/surface.ts";
import type { ChatRequest, ContentPart } from "../wire/chat.ts";
import { mapParts } from "../wire/parts.ts";
import { fetchMedia, type Allowance, type Media, type MediaTerms, type Remote } from "./fetch-media.ts";

/** What fitting needs of the outside. */
export interface FittingMeans {
  readonly terms: MediaTerms;
  readonly readPdf: PdfReader;
}

/** A request as one endpoint can take it. */
export interface Fitted {
  readonly request: ChatRequest;
  readonly stages: readonly PipelineStage[];
  readonly annotations: readonly FileAnnotation[];
}

export interface Fitting {
  /** Rejects with a Fault that names the place in the request. */
  readonly fit: (request: ChatRequest, endpoint: Endpoint) => Promise<Fitted>;
  /** All that was read so far, whichever endpoint it was for: it is given back even when none answers (contract §4.4). */
  readonly annotations: () => readonly FileAnnotation[];
  /** Ends what is still being fetched. */
  readonly close: () => void;
}

/** Fetched at a time, of one request. */
const fetchesMax = 4;

export function createFitting({ active }: Pipeline, { terms, readPdf }: FittingMeans): Fitting {
  const ended = new AbortController();
  const allowance: Allowance = { left: terms.requestBytesMax };
  const done = new Map<string, Promise<unknown>>();
  const read = new Map<string, FileAnnotation>();
  const inTurn = createTurns(fetchesMax);

  const once = <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const begun = (done.get(key) as Promise<Result> | undefined) ?? work();
    done.set(key, begun);
    return begun;
  };
  const fetched = (remote: Remote): Promise<Media> =>
    once(`${remote.kind} ${remote.url}`, () => inTurn(() => fetchMedia(remote, { terms, allowance, signal: ended.signal })));

  return {
    async fit(request, endpoint) {
      const takesFiles = endpoint.inputModalities.has("file");
      const isRead = (kind: MediaKind): boolean => kind === "file" && active.some(({ plugin, options }) => plugin.readsFiles?.(options, takesFiles) === true);
      const adapter = adapterFor(endpoint.protocol);
      const messages = await mapParts(request.messages, async (part, place) => {
        const address = addressOf(part);
        if (address === undefined || (adapter?.fetchesUrl(address.kind, address.url, endpoint.target) === true && !isRead(address.kind))) return part;
        return withMedia(part, await fetched({ ...address, place }));
      });
      let fitted = messages === request.messages ? request : { ...request, messages, messagesJson: undefined };
      const stages: PipelineStage[] = [];
      const annotations: FileAnnotation[] = [];
      for (const { plugin, options } of active) {
        const prepared = await plugin.prepare?.(fitted, { options, takesFiles, readPdf, once });
        if (prepared === undefined) continue;
        fitted = prepared.request;
        stages.push(prepared.stage);
        annotations.push(...prepared.annotations);
      }
      for (const annotation of annotations) read.set(annotation.file.hash, annotation);
      return { request: fitted, stages, annotations };
    },
    annotations: () => [...read.values()],
    close: () => ended.abort(),
  };
}

/** What a part names by its address, and does not hold. */
function addressOf(part: ContentPart): Pick<Remote, "kind" | "url"> | undefined {
  const [kind, url] = referenceOf(part);
  return kind !== undefined && url !== undefined && /^https?:/i.test(url) ? { kind, url } : undefined;
}

function referenceOf(part: ContentPart): readonly [kind?: MediaKind, url?: string | undefined] {
  switch (part.type) {
    case "image_url": return ["image", part.image_url.url];
    case "video_url": return ["video", part.video_url.url];
    case "input_audio": return ["audio", part.input_audio.data];
    case "file": return ["file", part.file.file_data];
    default: return [];
  }
}

/** The same part with what was at its address. */
function withMedia(part: ContentPart, { type, bytes }: Media): ContentPart {
  const base64 = bytes.toString("base64");
  const url = `data:${type};base64,${base64}`;
  switch (part.type) {
    case "image_url": return { ...part, image_url: { ...part.image_url, url } };
    case "video_url": return { ...part, video_url: { ...part.video_url, url } };
    case "input_audio": return { ...part, input_audio: { ...part.input_audio, data: base64 } };
    case "file": return { ...part, file: { ...part.file, file_data: url, filename: part.file.filename ?? nameIn(part.file.file_data) } };
    default: return part;
  }
}

/** The last word of an address's path. */
function nameIn(address = ""): string {
  const name = URL.canParse(address) ? new URL(address).pathname.split("/").at(-1) : undefined;
  return name === undefined || name === "" ? "file" : name.slice(-200);
}

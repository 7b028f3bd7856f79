/**
 * The contract of a plugin: something that edits a request before an endpoint is asked, or a whole answer before the caller
 * reads it. Plugins have no state; what is costly or shared is handed to them. The list of them is in plugins.ts, in the order
 * in which they work, and whatever one does is told as a stage of the pipeline (contract §5.10, §8.7).
 */

import type { PipelineStage } from "../surfaces/surface.ts";
import type { ChatAnswer, ChatRequest } from "../wire/chat.ts";
import type { PdfReader } from "./pdf-reader.ts";

/** The plugin's entry in `plugins`, without meaning for anybody else. */
export type PluginOptions = Readonly<Record<string, unknown>>;

export interface Plugin {
  readonly id: string;
  /** Works without being asked for, unless its entry says `enabled: false`. */
  readonly isAutomatic: boolean;
  /** @throws Fault invalid_request for options that it cannot carry out. `path` is where they stand: "plugins[0]". */
  readonly check?: (options: PluginOptions, path: string) => void;
  /** Does it want to have the files that a request names by their addresses, before this endpoint is asked? */
  readonly readsFiles?: (options: PluginOptions, takesFiles: boolean) => boolean;
  /**
   * The request as the endpoint can take it; undefined when that is how it is.
   * @throws Fault for a request that it cannot make so, naming the place in it.
   */
  readonly prepare?: (request: ChatRequest, means: PrepareMeans) => Promise<Prepared | undefined>;
  /** A whole answer as it was meant; undefined when it is left as it is. Never throws. */
  readonly mend?: (answer: ChatAnswer, request: ChatRequest, means: MendMeans) => Mended | undefined;
}

export interface PrepareMeans {
  readonly options: PluginOptions;
  /** Does the endpoint take files? */
  readonly takesFiles: boolean;
  readonly readPdf: PdfReader;
  /** Does a piece of work once for all endpoints of the request. */
  readonly once: <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;
}

export interface Prepared {
  readonly request: ChatRequest;
  readonly stage: PipelineStage;
  /** For the caller to give back on the next turn, so that nothing is done twice. */
  readonly annotations: readonly FileAnnotation[];
}

/** Source of the shape: contract §2.7. */
export interface FileAnnotation {
  readonly type: "file";
  readonly file: { readonly hash: string; readonly name?: string; readonly content: readonly { readonly type: "text"; readonly text: string }[] };
}

export interface MendMeans {
  /** The keyword of a JSON Schema that a value certainly breaks. */
  readonly misfitOf: (schema: unknown, value: unknown) => string | undefined;
}

export interface Mended {
  readonly answer: ChatAnswer;
  readonly stage: PipelineStage;
}

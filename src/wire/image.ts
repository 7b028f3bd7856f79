/** A prompt, perhaps with pictures, in; pictures out. Source: contract §1.22. */

import type { TaskHead } from "./task.ts";

export interface ImageRequest extends TaskHead {
  readonly task: "image";
  readonly prompt: string;
  /** URLs or data URLs of pictures to begin from. */
  readonly references: readonly string[];
  /** Under its public name: `n`, `size`, `resolution`, `aspect_ratio`, `quality`, `background`, `output_format`, `output_compression`, `seed`. Present or absent, never null. */
  readonly parameters: ImageParameters;
}

export interface ImageParameters {
  readonly n?: number;
  readonly size?: string;
  readonly resolution?: string;
  readonly aspect_ratio?: string;
  readonly quality?: string;
  readonly background?: string;
  readonly output_format?: string;
  readonly output_compression?: number;
  readonly seed?: number;
}

export interface ImageAnswer {
  readonly images: readonly { readonly base64: string; readonly mediaType: string | undefined }[];
}

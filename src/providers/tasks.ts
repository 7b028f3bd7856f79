/** Which adapter does which task in which protocol: one line each. */

import type { TaskName } from "../wire/task.ts";
import { cohereEmbeddings } from "./cohere-v2/embeddings.ts";
import { cohereRerank } from "./cohere-v2/rerank.ts";
import { googleEmbeddings } from "./google-generative/embeddings.ts";
import { googleImages } from "./google-generative/images.ts";
import { googleSpeech } from "./google-generative/speech.ts";
import { openaiEmbeddings } from "./openai-tasks/embeddings.ts";
import { openaiImages } from "./openai-tasks/images.ts";
import { openaiRerank } from "./openai-tasks/rerank.ts";
import { openaiSpeech } from "./openai-tasks/speech.ts";
import { openaiTranscriptions } from "./openai-tasks/transcriptions.ts";
import type { TaskAdapter } from "./task-adapter.ts";
import { voyageEmbeddings } from "./voyage-embeddings/embeddings.ts";
import { voyageRerank } from "./voyage-embeddings/rerank.ts";

const adapters: { readonly [Name in TaskName]: readonly TaskAdapter<Name>[] } = {
  embeddings: [openaiEmbeddings("openai-chat"), openaiEmbeddings("mistral-chat"), cohereEmbeddings, googleEmbeddings, voyageEmbeddings],
  rerank: [openaiRerank, cohereRerank, voyageRerank],
  image: [openaiImages, googleImages],
  speech: [openaiSpeech, googleSpeech],
  transcription: [openaiTranscriptions("openai-chat"), openaiTranscriptions("mistral-chat")],
};

/** The protocols that do at least one task. */
export const taskProtocols: ReadonlySet<string> = new Set(Object.values(adapters).flatMap((those) => those.map(({ protocol }) => protocol)));

export function taskAdapterFor<Name extends TaskName>(protocol: string, task: Name): TaskAdapter<Name> | undefined {
  return adapters[task].find((adapter) => adapter.protocol === protocol);
}

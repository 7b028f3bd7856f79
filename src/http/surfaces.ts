/** Every dialect that is spoken to callers, by its name. */

import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import { completions } from "../surfaces/completions/surface.ts";
import { embeddings } from "../surfaces/embeddings/surface.ts";
import { images } from "../surfaces/images/surface.ts";
import { messages } from "../surfaces/messages/surface.ts";
import { rerank } from "../surfaces/rerank/surface.ts";
import { responses } from "../surfaces/responses/surface.ts";
import { speech } from "../surfaces/speech/surface.ts";
import type { Surface } from "../surfaces/surface.ts";
import type { TaskSurface } from "../surfaces/task-surface.ts";
import { transcriptions } from "../surfaces/transcriptions/surface.ts";

export const conversations = { "chat-completions": chatCompletions, completions, responses, messages } as const satisfies Readonly<Record<string, Surface>>;

export const tasks = { embeddings, rerank, images, speech, transcriptions } as const satisfies Readonly<Record<string, TaskSurface>>;

export type SurfaceName = keyof typeof conversations | keyof typeof tasks;

export const surfaceNames = [...Object.keys(conversations), ...Object.keys(tasks)] as readonly string[] as readonly [SurfaceName, ...SurfaceName[]];

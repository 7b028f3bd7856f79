/** GET /generation. Source: contract §1.7. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../base/fault.ts";
import type { Generation } from "../../usage/generation.ts";
import { answers, data } from "./answers.ts";
import { generationView } from "./generation-view.ts";
import { keyOf, type ApiEnv } from "./policy.ts";

/** The row of record; undefined when there is none, or it is another workspace's. */
export interface GenerationReads {
  find(id: string, workspaceId: string): Promise<Generation | undefined>;
}

export function registerGenerations(api: OpenAPIHono<ApiEnv>, generations: GenerationReads): void {
  api.openapi(getGeneration, async (context) => {
    const { id } = context.req.valid("query");
    const generation = await generations.find(id, keyOf(context).workspaceId);
    if (generation === undefined) throw new Fault("not_found", `Generation ${id} not found`);
    return context.json({ data: generationView(generation) });
  });
}

const nullableNumber = z.number().nullable();
const nullableText = z.string().nullable();

const getGeneration = createRoute({
  method: "get",
  path: "/generation",
  tags: ["Generations"],
  summary: "What one request used, cost, and which endpoints it tried",
  request: { query: z.object({ id: z.string().min(1).max(200) }) },
  responses: answers(
    "The generation",
    data(
      z.looseObject({
        id: z.string(),
        request_id: nullableText,
        upstream_id: nullableText,
        created_at: z.iso.datetime(),
        model: z.string(),
        provider_name: nullableText,
        streamed: z.boolean().nullable(),
        cancelled: z.boolean().nullable(),
        finish_reason: nullableText,
        native_finish_reason: nullableText,
        latency: nullableNumber,
        generation_time: nullableNumber,
        tokens_prompt: nullableNumber,
        tokens_completion: nullableNumber,
        native_tokens_reasoning: nullableNumber,
        native_tokens_cached: nullableNumber,
        usage: z.number(),
        total_cost: z.number(),
        provider_responses: z.array(z.looseObject({ provider_name: z.string(), status: nullableNumber })),
        sandbox: z.boolean(),
        usage_estimated: z.boolean(),
      }),
    ),
  ),
});

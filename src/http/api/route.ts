/** POST /route: where a request would go, and why. Ours: users' sharpest complaint about every router is that it cannot say. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { chatCompletions } from "../../surfaces/chat-completions/surface.ts";
import type { ChatRequest } from "../../wire/chat.ts";
import { answers, data } from "./answers.ts";
import { keyOf, type ApiEnv } from "./policy.ts";

/** The dry run, by the code that routes live requests. @throws Fault model_not_found. */
export type Explain = (request: ChatRequest, isSandbox: boolean) => object;

export function registerRoute(api: OpenAPIHono<ApiEnv>, explain: Explain): void {
  api.openapi(postRoute, async (context) => {
    const request = chatCompletions.parse(new Uint8Array(await context.req.arrayBuffer()));
    return context.json({ data: explain(request, keyOf(context).isSandbox) });
  });
}

const number = z.number();

const postRoute = createRoute({
  method: "post",
  path: "/route",
  tags: ["Routing"],
  summary: "Where an inference body would go, and why; no provider is called",
  responses: answers(
    "The endpoints in order, and the rejected ones with their reasons",
    data(z.object({
      sandbox: z.boolean(),
      seed: number,
      prompt_tokens: z.object({ low: number, high: number }),
      candidates: z.array(z.object({
        endpoint: z.string(), model: z.string(), provider: z.string(), tag: z.string(), standing: z.string(),
        first_try_probability: number, predicted_cost: number, predicted_latency_ms: number.nullable(), uptime_last_30m: number.nullable(),
      })),
      rejected: z.array(z.object({ endpoint: z.string(), model: z.string(), provider: z.string(), rule: z.string(), admitted_by: z.string() })),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    })),
  ),
});

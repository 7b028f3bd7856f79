/** POST /route: where a request would go, and why. Ours: users' sharpest complaint about every router is that it cannot say. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Presets } from "../../presets/presets.ts";
import type { Key } from "../../keys/key.ts";
import type { ChatRequest } from "../../wire/chat.ts";
import type { TaskRequest } from "../../wire/task.ts";
import { conversations, surfaceNames, tasks, type SurfaceName } from "../surfaces.ts";
import { answers, data } from "./answers.ts";
import { keyOf, type ApiEnv } from "./policy.ts";

/** The dry run, by the code that routes live requests. @throws Fault model_not_found. */
export type Explain = (request: ChatRequest | TaskRequest, key: Pick<Key, "isSandbox" | "workspaceId">) => object;

export function registerRoute(api: OpenAPIHono<ApiEnv>, { explain, presets }: { readonly explain: Explain; readonly presets: Pick<Presets, "apply"> }): void {
  api.openapi(postRoute, async (context) => {
    const key = keyOf(context);
    const body = new Uint8Array(await context.req.arrayBuffer());
    const { surface } = context.req.valid("query");
    if (isTask(surface)) return context.json({ data: explain(tasks[surface].parse(body, context.req.header("content-type") ?? ""), key) });
    return context.json({ data: explain(await presets.apply(conversations[surface].parse(body), key.workspaceId), key) });
  });
}

function isTask(name: SurfaceName): name is keyof typeof tasks {
  return Object.hasOwn(tasks, name);
}

const number = z.number();

const postRoute = createRoute({
  method: "post",
  path: "/route",
  tags: ["Routing"],
  summary: "Where an inference body would go, and why; no provider is called",
  request: {
    query: z.object({ surface: z.enum(surfaceNames).default("chat-completions").openapi({ description: "Whose body this is, as it would be sent to that route" }) }),
  },
  responses: answers(
    "The endpoints in order, and the rejected ones with their reasons",
    data(z.object({
      requested: z.array(z.string()),
      models: z.array(z.string()).openapi({ description: "What the requested names mean here" }),
      strategy: z.enum(["direct", "auto", "free", "latest", "alias", "fallback"]),
      router: z.string().nullable(),
      sandbox: z.boolean(),
      seed: number,
      prompt_tokens: z.object({ low: number, high: number }),
      candidates: z.array(z.object({
        endpoint: z.string(), model: z.string(), provider: z.string(), tag: z.string(), standing: z.string(), service_tier: z.string(),
        first_try_probability: number, predicted_cost: number, predicted_latency_ms: number.nullable(), uptime_last_30m: number.nullable(),
      })),
      rejected: z.array(z.object({ endpoint: z.string(), model: z.string(), provider: z.string(), rule: z.string(), admitted_by: z.string() })),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
      availability: z.record(z.string(), z.unknown()).nullable(),
    })),
  ),
});

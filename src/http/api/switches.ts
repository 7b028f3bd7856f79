/** The endpoints that were switched off because their provider says it has no such model. Ours, for the operator. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../base/fault.ts";
import type { Switch } from "../../catalog/switches.store.ts";
import { answers, data } from "./answers.ts";
import type { ApiEnv } from "./policy.ts";

export interface Switches {
  /** Oldest first. */
  list(): Promise<readonly Switch[]>;
  /** False when it was not off. */
  on(endpointId: string): Promise<boolean>;
}

export function registerSwitches(api: OpenAPIHono<ApiEnv>, switches: Switches): void {
  api.openapi(listSwitchedOff, async (context) => {
    const off = await switches.list();
    return context.json({ data: off.map(({ endpointId, offAt, reason }) => ({ id: endpointId, since: new Date(offAt).toISOString(), reason })) });
  });

  api.openapi(switchOn, async (context) => {
    const { id } = context.req.valid("query");
    if (!(await switches.on(id))) throw new Fault("not_found", `${id} is not switched off. See GET /api/v1/endpoints/switched-off`);
    return context.json({ deleted: true });
  });
}

const path = "/endpoints/switched-off";
const tags = ["Endpoints"];

const listSwitchedOff = createRoute({
  method: "get",
  path,
  tags,
  summary: "The endpoints that are off until the operator looks",
  responses: answers("The endpoints", data(z.array(z.object({ id: z.string(), since: z.iso.datetime(), reason: z.string() })))),
});

const switchOn = createRoute({
  method: "delete",
  path,
  tags,
  summary: "Lets an endpoint be called again",
  request: { query: z.object({ id: z.string().min(1) }) },
  responses: answers("Done", z.object({ deleted: z.literal(true) })),
});

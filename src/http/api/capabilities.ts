/** GET /capabilities: what becomes of each parameter, by protocol and by endpoint. Ours, beyond the contract. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../base/fault.ts";
import { capabilityMatrix, type EndpointCapabilities } from "../../catalog/capabilities.ts";
import type { Endpoint, Model } from "../../catalog/model.ts";
import { capabilitiesOfProtocol } from "../../providers/capabilities.ts";
import { adapterFor, protocols } from "../../providers/registry.ts";
import { answers, data } from "./answers.ts";
import { modelNamed, type CatalogReads } from "./models.ts";
import type { ApiEnv } from "./policy.ts";

export interface CapabilityReads extends CatalogReads {
  live(model: Model): readonly Endpoint[];
}

export function registerCapabilities(api: OpenAPIHono<ApiEnv>, catalog: CapabilityReads): void {
  api.openapi(listCapabilities, (context) => {
    const { model, provider } = context.req.valid("query");
    return context.json({ data: { protocols: byProtocol, endpoints: endpointsOf(catalog, model, provider).map(capabilityView) } });
  });
}

/** Without a filter there are thousands of endpoints, which are summed up by their protocols. */
function endpointsOf(catalog: CapabilityReads, slug: string | undefined, provider: string | undefined): readonly EndpointCapabilities[] {
  if (slug === undefined && provider === undefined) return [];
  if (provider !== undefined && catalog.findProvider(provider) === undefined) throw new Fault("not_found", `There is no provider ${provider.slice(0, 100)}.`);
  const models = slug === undefined ? catalog.models : [modelNamed(catalog, slug)];
  return models.flatMap((model) => {
    const endpoints = provider === undefined ? model.endpoints : model.endpoints.filter((endpoint) => endpoint.provider === provider);
    return endpoints.length === 0 ? [] : capabilityMatrix(endpoints, catalog.live(model));
  });
}

function capabilityView({ endpoint: { id, model, providerName, tag, protocol }, parameters }: EndpointCapabilities): object {
  return { endpoint: id, model, provider_name: providerName, tag, protocol, parameters };
}

const byProtocol = [...protocols].flatMap((protocol) => {
  const adapter = adapterFor(protocol);
  return adapter === undefined ? [] : [{ protocol, parameters: capabilitiesOfProtocol(adapter) }];
});

const capabilities = z.record(z.string(), z.object({ carriage: z.enum(["sent", "translated", "dropped"]), detail: z.string().optional() })).openapi("Capabilities");

const listCapabilities = createRoute({
  method: "get",
  path: "/capabilities",
  tags: ["Endpoints"],
  summary: "Which parameters each endpoint is sent, as they are or in other words, and which are dropped",
  request: { query: z.object({ model: z.string().optional(), provider: z.string().optional() }) },
  responses: answers(
    "The protocols; and the endpoints of the model, of the provider, or of both",
    data(z.object({
      protocols: z.array(z.object({ protocol: z.string(), parameters: capabilities })),
      endpoints: z.array(z.looseObject({ endpoint: z.string(), model: z.string(), provider_name: z.string(), tag: z.string(), protocol: z.string(), parameters: capabilities })),
    })),
  ),
});

/** The capability matrix: endpoint by parameter, worked out by the adapter that would carry the request. */

import { capabilitiesOf, type Capabilities } from "../providers/capabilities.ts";
import { quirksOf } from "../providers/known-quirks.ts";
import { adapterFor } from "../providers/registry.ts";
import type { Target } from "../providers/adapter.ts";
import type { CatalogEndpoint, Endpoint, Model } from "./model.ts";

export interface EndpointCapabilities {
  readonly endpoint: CatalogEndpoint;
  readonly parameters: Capabilities;
}

/** Of each endpoint that there is an adapter for, called or not; `live` are those that can be called now, as the operator set them up. */
export function capabilityMatrix(endpoints: Model["endpoints"], live: readonly Endpoint[]): readonly EndpointCapabilities[] {
  return endpoints.flatMap((endpoint) => {
    const adapter = adapterFor(endpoint.protocol);
    if (adapter === undefined || endpoint.status === "retired") return [];
    const known = worked.get(endpoint);
    const target = live.find(({ id }) => id === endpoint.id)?.target;
    if (known !== undefined && known.target === target) return [known.capabilities];
    const capabilities = { endpoint, parameters: capabilitiesOf(adapter, target ?? listedTarget(endpoint)) };
    worked.set(endpoint, { target, capabilities });
    return [capabilities];
  });
}

/** An endpoint takes half a millisecond, and never changes while the catalog is loaded. */
const worked = new WeakMap<CatalogEndpoint, { readonly target: Target | undefined; readonly capabilities: EndpointCapabilities }>();

/** What is known of an endpoint that nobody has a credential for. */
function listedTarget({ upstreamModel, model, supportedParameters, outputTokensMax, provider }: CatalogEndpoint): Target {
  const quirks = quirksOf(provider);
  const parameters = supportedParameters === undefined ? undefined : new Set(supportedParameters.filter((name) => !(quirks.refuses as readonly string[]).includes(name)));
  return { baseUrl: "https://provider.example", upstreamModel: upstreamModel ?? model, parameters, outputTokensMax, quirks };
}

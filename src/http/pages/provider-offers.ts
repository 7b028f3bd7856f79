/** Who sells what, as the catalog has it, and what of it can be called here. */

import type { Lack } from "../../catalog/endpoint.ts";
import type { CatalogEndpoint, Model, Provider } from "../../catalog/model.ts";
import type { ProviderState } from "../../../web/pages/providers/page.tsx";
import type { PageReads } from "./page-route.ts";

export interface Offer {
  readonly model: Model;
  readonly endpoint: CatalogEndpoint;
  /** Undefined for what can be called. */
  readonly lack: Lack | undefined;
}

// What an endpoint lacks is decided at the start, by the catalog and the environment.
const known = new WeakMap<PageReads["catalog"]["models"], ReadonlyMap<string, readonly Offer[]>>();

/** By the provider's slug, without what is retired; in the order of the catalog. */
export function offersByProvider({ catalog, routing }: Pick<PageReads, "catalog" | "routing">): ReadonlyMap<string, readonly Offer[]> {
  const kept = known.get(catalog.models);
  if (kept !== undefined) return kept;
  const offers = new Map<string, Offer[]>();
  for (const model of catalog.models) {
    const lacks = routing.lacks(model);
    for (const endpoint of model.endpoints) {
      if (endpoint.status === "retired") continue;
      const own = offers.get(endpoint.provider) ?? [];
      own.push({ model, endpoint, lack: lacks.get(endpoint.id) });
      offers.set(endpoint.provider, own);
    }
  }
  known.set(catalog.models, offers);
  return offers;
}

/** What tells an endpoint from others of its model with the same tag: the provider's own name for the model, of which there are dated ones. */
export function listingOf({ endpoints }: Model, { id, tag, upstreamModel }: CatalogEndpoint): { readonly listing?: string } {
  return upstreamModel !== undefined && endpoints.some((other) => other.tag === tag && other.id !== id) ? { listing: upstreamModel } : {};
}

/** What can be said of calling a provider here. */
export function stateOf(provider: Provider | undefined, offers: readonly Offer[]): ProviderState {
  const callable = offers.filter(({ lack }) => lack === undefined).length;
  if (callable > 0) return { word: "Callable", tone: "fair", note: `${callable} of ${offers.length} endpoints`, callable };
  if (provider === undefined) return { word: "Not in the catalog", note: "it was called here once", callable };
  if (offers.length === 0) return { word: "Nothing listed", note: "no model of it has a price here", callable };
  if (offers.some(({ lack }) => lack === "credential")) return { word: "No credential", note: provider.credentialEnv[0] === undefined ? "to be configured" : `needs ${provider.credentialEnv[0]}`, callable };
  if (offers.some(({ lack }) => lack === "base URL")) return { word: "No address", note: "its base URL needs a setting", callable };
  if (offers.some(({ lack }) => lack === "adapter")) return { word: "No adapter", note: provider.protocol === undefined ? "its protocol is not known" : `${provider.protocol} is not spoken here`, callable };
  return { word: "Not callable", note: "no endpoint has all that a call needs", callable };
}

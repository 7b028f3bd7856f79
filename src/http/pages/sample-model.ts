/** The model that samples call. */

import { endpointsForSale } from "../../catalog/view.ts";
import type { PageReads } from "./page-route.ts";

const familiarModel = "mistralai/ministral-8b";

/** A familiar one, if it can be called here or nothing can (the sandbox answers then); else the first of the list that can. */
export function sampleModelOf({ catalog, routing }: Pick<PageReads, "catalog" | "routing">): string {
  const familiar = catalog.find(familiarModel);
  const canBeCalled = (model: typeof familiar): boolean => {
    if (model === undefined || !model.outputModalities.includes("text")) return false;
    const lacks = routing.lacks(model);
    return endpointsForSale(model).some(({ id }) => !lacks.has(id) && !routing.switchedOff.has(id));
  };
  return (canBeCalled(familiar) ? familiar : catalog.models.find(canBeCalled) ?? familiar)?.slug ?? familiarModel;
}

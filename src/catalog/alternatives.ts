/** Other models for a request that none of its own could serve. */

import { canServe, type Wishes } from "../routing/filter.ts";
import type { Model } from "./model.ts";
import type { PoolModel } from "./pool.ts";

const alternativesMax = 3;

/**
 * Slugs of at most three models that would take the request as it is: of the same family first, then of the same author, then
 * those whose price is nearest, then the newest.
 */
export function alternativesTo(wanted: readonly Model[], pool: readonly PoolModel[], wishes: Wishes): readonly string[] {
  const [first] = wanted;
  const price = pool.find(({ model }) => model === first)?.price;
  return pool
    .filter(({ model, endpoints, isVariantRow }) => !isVariantRow && !wanted.includes(model) && canServe(endpoints, wishes))
    .map(({ model, price: own, isActive, isGeneral }) => ({ slug: model.slug, isActive, kinship: kinship(model, first), isGeneral, distance: price === undefined ? 0 : distance(own, price) }))
    .sort((one, other) =>
      Number(other.isActive) - Number(one.isActive) || other.kinship - one.kinship || Number(other.isGeneral) - Number(one.isGeneral) || one.distance - other.distance)
    .slice(0, alternativesMax)
    .map(({ slug }) => slug);
}

function kinship(one: Model, other: Model | undefined): number {
  if (one.author !== other?.author) return 0;
  return one.family !== undefined && one.family === other.family ? 2 : 1;
}

/** Prices are compared by their ratio; below a hundredth of a dollar they are all alike. */
function distance(one: number, other: number): number {
  return Math.abs(Math.log(Math.max(one, 0.01) / Math.max(other, 0.01)));
}

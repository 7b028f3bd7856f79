/** Models to look at beside one: of the same author, and like it. */

import { pricePerMillionText } from "../../base/money.ts";
import type { Model } from "../../catalog/model.ts";
import { context } from "../../../web/format/number.ts";
import type { RelatedModel } from "../../../web/pages/model/data.ts";
import { shortName } from "./model-facts.ts";

const shownMax = 6;

/** Of its family first, then the newest. */
export function siblingsOf(models: readonly Model[], model: Model): readonly RelatedModel[] {
  return models
    .filter((other) => other.isListed && other.author === model.author && other.slug !== model.slug)
    .sort((one, other) => Number(isKin(other, model)) - Number(isKin(one, model)) || other.createdAt - one.createdAt)
    .slice(0, shownMax)
    .map(related);
}

function isKin(other: Model, { family }: Model): boolean {
  return family !== undefined && other.family === family;
}

/** Of other authors, for the same work, at half to twice the price; the likest first. */
export function similarTo(models: readonly Model[], model: Model): readonly RelatedModel[] {
  return models
    .flatMap((other) => {
      const ratio = priceRatio(other, model);
      if (!other.isListed || other.author === model.author || !isForTheSame(other, model) || ratio === undefined || ratio < 0.5 || ratio > 2) return [];
      return [{ other, ratio, distance: Math.abs(Math.log2(ratio)) + contextDistance(other, model) + 0.5 * inputsLacking(other, model) }];
    })
    .sort((one, other) => one.distance - other.distance || other.other.createdAt - one.other.createdAt)
    .slice(0, shownMax)
    .map(({ other, ratio }) => ({ ...related(other), reason: `${model.pricing === undefined ? "no known price, too" : priceWords(ratio)}; ${contextWords(other, model)}` }));
}

function related(model: Model): RelatedModel {
  const { slug, pricing, contextLength, createdAt } = model;
  return {
    slug, name: shortName(model), context: contextLength, createdAt: createdAt * 1000,
    ...(pricing === undefined ? {} : { prompt: pricePerMillionText(pricing.prompt), completion: pricePerMillionText(pricing.completion) }),
  };
}

function isForTheSame(other: Model, { outputModalities }: Model): boolean {
  return other.outputModalities.length === outputModalities.length && outputModalities.every((modality) => other.outputModalities.includes(modality));
}

/** Three tokens in for one out. Two prices of nothing are alike, and so are two that nobody knows. */
function priceRatio({ pricing: other }: Model, { pricing: own }: Model): number | undefined {
  if (other === undefined || own === undefined) return other === own ? 1 : undefined;
  const [theirs, ours] = [3n * other.prompt + other.completion, 3n * own.prompt + own.completion].map(Number) as [number, number];
  return theirs === 0 || ours === 0 ? (theirs === ours ? 1 : undefined) : theirs / ours;
}

function contextDistance({ contextLength: theirs }: Model, { contextLength: ours }: Model): number {
  return theirs === 0 || ours === 0 ? Number(theirs !== ours) : Math.min(2, 0.5 * Math.abs(Math.log2(theirs / ours)));
}

function inputsLacking({ inputModalities: theirs }: Model, { inputModalities: ours }: Model): number {
  return ours.filter((modality) => !theirs.includes(modality)).length;
}

function priceWords(ratio: number): string {
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  return percent === 0 ? "the same price" : `${percent}% ${ratio < 1 ? "cheaper" : "dearer"}`;
}

function contextWords({ contextLength: theirs }: Model, { contextLength: ours }: Model): string {
  if (theirs === 0) return "the same work";
  const factor = ours === 0 ? 1 : theirs / ours;
  return factor > 0.9 && factor < 1.1 ? "as much context" : `${context(theirs)} of context`;
}

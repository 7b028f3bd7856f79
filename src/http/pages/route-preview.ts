/**
 * "Would route to": the dry run of POST /route for anybody, without a key. Because it is for anybody, it takes a few fields and no
 * body, and so many a second; a request of that size and kind is made here.
 */

import { Fault } from "../../base/fault.ts";
import type { Model } from "../../catalog/model.ts";
import { readSlug } from "../../catalog/slug.ts";
import { readPreferences } from "../../surfaces/preferences.ts";
import type { ChatParameters, ChatRequest } from "../../wire/chat.ts";
import { promptTokensMax, type PreviewWish, type RouteAnswer } from "../../../web/islands/route-preview.tsx";
import type { PageReads, PageRoute, PlainAnswer } from "./page-route.ts";

export const routePreviewRoute: PageRoute = {
  path: "/api/ui/v1/route-preview",
  answer: (reads, { query }) => {
    if (!takeTurn(reads)) return json({ error: { message: "Too many previews at once. Try again in a second." } }, 429);
    const slug = query.get("model") ?? "";
    const read = readSlug(slug, reads.catalog.find);
    if (read.model === undefined) return json({ error: { message: `There is no model ${slug.slice(0, 200)}.` } }, 404);
    return json({ data: previewOf(reads, read.model, slug, readWish(query, read.model)) });
  },
};

function json(value: object, status?: 404 | 429): PlainAnswer {
  return { contentType: "application/json", body: JSON.stringify(value), ...(status === undefined ? {} : { status }) };
}

/** The parameters that a preview can ask for, each with what a request has that needs it. */
const needs: Readonly<Record<string, ChatParameters>> = {
  tools: { tools: [{ type: "function", function: { name: "look_up", parameters: { type: "object" } } }] },
  response_format: { response_format: { type: "json_object" } },
  // After response_format, which it is the stricter form of.
  structured_outputs: { response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } } },
  reasoning: { reasoning: { enabled: true } },
  seed: { seed: 1 },
  logprobs: { logprobs: true },
  top_k: { top_k: 40 },
  logit_bias: { logit_bias: {} },
  web_search_options: { web_search_options: {} },
};

export function previewParameters({ supportedParameters, outputModalities }: Model): readonly string[] {
  return outputModalities.includes("text") ? Object.keys(needs).filter((name) => supportedParameters.includes(name)) : [];
}

const promptTokensUsual = 1000;

/** What an address asks for; what it says wrongly is as if it were not said. */
export function readWish(query: URLSearchParams, model: Model): PreviewWish {
  const promptTokens = Number(query.get("prompt_tokens") ?? Number.NaN);
  const offered = previewParameters(model);
  const maxPrice = query.get("max_price") ?? "";
  return {
    promptTokens: Number.isInteger(promptTokens) && promptTokens >= 1 && promptTokens <= promptTokensMax ? promptTokens : promptTokensUsual,
    needs: offered.filter((name) => query.getAll("needs").some((names) => names.split(",").includes(name))),
    sort: oneOf(query.get("sort"), ["price", "throughput", "latency"]),
    data: oneOf(query.get("data"), ["deny", "zdr"]),
    maxPrice: /^\d{1,9}(?:\.\d{1,9})?$/.test(maxPrice) ? maxPrice : "",
  };
}

function oneOf<Name extends string>(value: string | null, names: readonly Name[]): Name | "" {
  return names.find((name) => name === value) ?? "";
}

/** A name that live requests would be refused for is told as they would be told. */
export function previewOf({ routing }: Pick<PageReads, "routing">, model: Model, slug: string, wish: PreviewWish): RouteAnswer {
  try {
    const { sandbox, candidates, rejected, error } = routing.explain(requestOf(model, slug, wish));
    return { sandbox, candidates, rejected, error };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { sandbox: false, candidates: [], rejected: [], error: { message: error.message } };
  }
}

/** Characters for a token of the middling estimate, from which the router's bounds lie as far below as above. */
const charsPerToken = 4;

function requestOf({ outputModalities }: Model, slug: string, { promptTokens, needs: wanted, sort, data, maxPrice }: PreviewWish): ChatRequest {
  const isConversation = outputModalities.includes("text");
  return {
    models: [slug], stream: true, gateway: {}, extra: {},
    messages: [{ role: "user", content: "x".repeat(promptTokens * charsPerToken) }],
    parameters: Object.assign({}, isConversation ? {} : { modalities: outputModalities }, ...wanted.map((name) => needs[name])),
    provider: readPreferences({
      provider: {
        ...(sort === "" ? {} : { sort }), ...(wanted.length === 0 ? {} : { require_parameters: true }),
        ...(data === "deny" ? { data_collection: "deny" } : data === "zdr" ? { zdr: true } : {}),
        ...(maxPrice === "" ? {} : { max_price: { prompt: maxPrice } }),
      },
    }),
  };
}

/** Everybody's together: a reader's changes come one at a time, and the process has inference to do. */
const turnsPerSecond = 20;
const turnsMax = 40;

interface Turns {
  left: number;
  at: number;
}

const turnsOf = new WeakMap<PageReads["routing"], Turns>();

function takeTurn({ clock, routing }: Pick<PageReads, "clock" | "routing">): boolean {
  const now = clock();
  const turns = turnsOf.get(routing) ?? { left: turnsMax, at: now };
  turns.left = Math.min(turnsMax, turns.left + (Math.max(0, now - turns.at) / 1000) * turnsPerSecond);
  turns.at = now;
  turnsOf.set(routing, turns);
  if (turns.left < 1) return false;
  turns.left -= 1;
  return true;
}

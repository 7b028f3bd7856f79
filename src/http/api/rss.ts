/** The list of models as a feed: GET /models?use_rss=true. Source: contract §1.2; RSS 2.0. */

import type { Model } from "../../catalog/model.ts";

interface Feed {
  readonly models: readonly Model[];
  /** Scheme and host under which people read the pages of this installation. */
  readonly origin: string;
  /** Let the items lead to the chat room instead of the model's page. */
  readonly linksToChat: boolean;
}

/** RSS 2.0, newest model first. */
export function modelFeed({ models, origin, linksToChat }: Feed): string {
  const items = models
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .map((model) => itemOf(model, linksToChat ? `${origin}/chat?models=${encodeURIComponent(model.slug)}` : `${origin}/${model.slug}`));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss version="2.0"><channel>',
    `<title>Windrose models</title><link>${escapeXml(`${origin}/models`)}</link><description>Models of this gateway</description>`,
    ...items,
    "</channel></rss>",
  ].join("\n");
}

function itemOf(model: Model, link: string): string {
  return [
    `<item><title>${escapeXml(model.name)}</title><link>${escapeXml(link)}</link>`,
    `<guid isPermaLink="false">${escapeXml(model.slug)}</guid><pubDate>${new Date(model.createdAt * 1000).toUTCString()}</pubDate>`,
    `<description>${escapeXml(model.description)}</description></item>`,
  ].join("");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

function escapeXml(text: string): string {
  // Control characters may not stand in XML 1.0 at all, not even escaped.
  return text.replace(/[^\t\n\r -\uFFFD]/g, "").replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

/** What machines read: the map of the site, the text for language models, the rules for crawlers, the API's description. */

import { pricePerMillionText, type Picodollars } from "../../base/money.ts";
import { price } from "../../../web/format/price.ts";
import { plainText } from "../../../web/ui/markdown.tsx";
import { documentsIn } from "./docs/documents.ts";
import { referenceOf } from "./docs/reference.ts";
import { movedPaths } from "./moved.ts";
import type { PageRoute } from "./page-route.ts";
import { namedPlaces } from "./places.ts";

export const sitemapRoute: PageRoute = {
  path: "/sitemap.xml",
  answer: async (reads, { origin, routes }) => {
    const { catalog } = reads;
    const groups = routes.includes("/docs/api") ? referenceOf(await reads.apiDocument()).map(({ path }) => path) : [];
    const places = [...publicPlaces(routes), ...groups, ...(await namedPlaces(reads)).map(({ path }) => path)];
    const models = routes.includes("/:author/:slug") ? catalog.models.map(({ slug, createdAt }) => ({ path: `/${slug}`, changed: new Date(createdAt * 1000).toISOString().slice(0, 10) })) : [];
    const urls = [...places.map((path) => `<url><loc>${escapeXml(origin + path)}</loc></url>`), ...models.map(({ path, changed }) => `<url><loc>${escapeXml(origin + path)}</loc><lastmod>${changed}</lastmod></url>`)];
    return { contentType: "application/xml; charset=utf-8", body: `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${urls.join("\n")}\n</urlset>\n` };
  },
};

/** Source: llmstxt.org. */
export const llmsRoute: PageRoute = {
  path: "/llms.txt",
  answer: (reads, { origin }) => {
    const { catalog } = reads;
    const listed = catalog.models.filter(({ isListed }) => isListed);
    const body = [
      "# Windrose", "",
      `> One OpenAI-compatible API in front of ${listed.length} models and the providers that serve them. Base URL: ${origin}/api/v1`, "",
      "Authorize with `Authorization: Bearer sk-wr-…`. A model is named by its slug.", "",
      "## API", "",
      `- [OpenAPI document](${origin}/openapi.json): every operation`,
      `- [Models as JSON](${origin}/api/v1/models): prices, context lengths, parameters; filters and sorts are query parameters`,
      `- [Models as a page](${origin}/models): the same query`, "",
      "## Documentation", "",
      ...documentsIn(reads, origin).map(({ path, title, summary }) => `- [${title}](${origin}${path}.md): ${plainText(summary)}`),
      `- [API reference](${origin}/docs/api): every operation with its fields`,
      `- [All of it](${origin}/llms-full.txt): every document in one text`, "",
      "## Models", "",
      "Prices are US dollars per million input and output tokens.", "",
      ...listed.map((model) => `- [${model.slug}](${origin}/${model.slug}): ${model.name}; ${perMillion(model.pricing?.prompt)} in, ${perMillion(model.pricing?.completion)} out; ${model.contextLength} tokens of context; ${model.inputModalities.join("+")} to ${model.outputModalities.join("+")}`),
      "",
    ].join("\n");
    return { contentType: "text/plain; charset=utf-8", body };
  },
};

/** The whole documentation as one text. */
export const llmsFullRoute: PageRoute = {
  path: "/llms-full.txt",
  answer: (reads, { origin }) => ({ contentType: "text/plain; charset=utf-8", body: documentsIn(reads, origin).map(({ title, text }) => `# ${title}\n\n${text}\n`).join("\n") }),
};

export const robotsRoute: PageRoute = {
  path: "/robots.txt",
  answer: (_reads, { origin }) => ({ contentType: "text/plain; charset=utf-8", body: `User-agent: *\nDisallow: /api/\nDisallow: /settings/\nSitemap: ${origin}/sitemap.xml\n` }),
};

function perMillion(amount: Picodollars | undefined): string {
  return amount === undefined ? "unknown" : price(pricePerMillionText(amount));
}

/** The places with one address, that are for everybody, and that people read. */
export function publicPlaces(routes: readonly string[]): readonly string[] {
  return routes.filter((path) => !path.includes(":") && !movedPaths.has(path) && !path.includes(".") && !/^\/(?:(?:api|settings)\/|(?:login|logout)$)/.test(path));
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

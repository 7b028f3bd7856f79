/** `/docs/api`, a page for each group of operations, and the document itself at the root. */

import { stringify } from "yaml";
import { apiGroupPage, apiIndexPage, type ApiGroup } from "../../../../web/pages/docs/api.tsx";
import type { PageReads, PageRoute } from "../page-route.ts";
import type { ApiDocument } from "./api-document.ts";
import { referenceOf } from "./reference.ts";
import { chaptersOf } from "./shelf.ts";

export const apiRoute: PageRoute = {
  path: "/docs/api",
  answer: async (reads, { origin }) => apiIndexPage({ chapters: chaptersOf(reads, origin), baseUrl: `${origin}/api/v1`, groups: await groupsOf(reads) }),
};

export const apiGroupRoute: PageRoute = {
  path: "/docs/api/:group",
  answer: async (reads, { origin, path }) => {
    const group = (await groupsOf(reads)).find((one) => one.path === path);
    return group === undefined ? undefined : apiGroupPage({ chapters: chaptersOf(reads, origin), baseUrl: `${origin}/api/v1`, group });
  },
};

export const openapiRoute: PageRoute = {
  path: "/openapi.json",
  answer: async ({ apiDocument }, { origin }) => ({ contentType: "application/json", body: JSON.stringify(documentAt(await apiDocument(), origin)) }),
};

export const openapiYamlRoute: PageRoute = {
  path: "/openapi.yaml",
  answer: async ({ apiDocument }, { origin }) => ({ contentType: "application/yaml", body: `${stringify({ servers: serversAt(origin) })}${withoutServers(await apiDocument())}` }),
};

/** At the root its servers are named in full: from there a path alone would miss the base path of a proxy. */
function documentAt(document: ApiDocument, origin: string): ApiDocument {
  return { ...document, servers: serversAt(origin) };
}

function serversAt(origin: string): ApiDocument["servers"] {
  return [{ url: `${origin}/api/v1` }];
}

const written = new WeakMap<ApiDocument, string>();

/** Kept, because it takes as long to write as ten pages. */
function withoutServers(document: ApiDocument): string {
  const { servers: _elsewhere, ...rest } = document;
  const text = written.get(document) ?? stringify(rest, { aliasDuplicateObjects: false });
  written.set(document, text);
  return text;
}

const made = new WeakMap<ApiDocument, readonly ApiGroup[]>();

async function groupsOf({ apiDocument }: PageReads): Promise<readonly ApiGroup[]> {
  const document = await apiDocument();
  const groups = made.get(document) ?? referenceOf(document);
  made.set(document, groups);
  return groups;
}

/** Brings the islands of a page to life. */

import type { ComponentType } from "react";
import { hydrateRoot } from "react-dom/client";
import { islands } from "../islands/registry.ts";
import { RootContext } from "../ui/link.tsx";
import { siteRoot } from "./site-root.ts";

export async function hydrateIslands(): Promise<void> {
  const holders = [...document.querySelectorAll<HTMLElement>("[data-island]")];
  await Promise.all(holders.map(hydrate));
}

async function hydrate(holder: HTMLElement): Promise<void> {
  const { island = "", id = island } = holder.dataset;
  const [data, place] = holder.children;
  if (!isIsland(island) || data === undefined || place === undefined) return;
  // The server wrote these props for this very component.
  const Component = (await islands[island]()) as ComponentType<object>;
  const props = JSON.parse(data.textContent) as object;
  hydrateRoot(place, <RootContext value={siteRoot()}><Component {...props} /></RootContext>, { identifierPrefix: `${id}-` });
}

function isIsland(name: string): name is keyof typeof islands {
  return Object.hasOwn(islands, name);
}

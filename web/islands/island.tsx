/** An interactive part of a page: drawn by the server in its place, brought to life by the browser (client/hydrate.tsx). */

import { createContext, useContext, type ComponentType } from "react";
import { renderToString } from "react-dom/server";
import { RootContext } from "../ui/link.tsx";
import type { IslandName } from "./registry.ts";

/** Collects what the page needs while it is drawn. */
export const UsedIslands = createContext<Set<IslandName>>(new Set());

interface IslandProps<Props extends object> {
  readonly name: IslandName;
  readonly component: ComponentType<Props>;
  /** Becomes JSON in the page: small, and no functions. */
  readonly props: Props;
  /** Where a page has the same island twice. */
  readonly id?: string;
}

export function Island<Props extends object>({ name, component: Component, props, id = name }: IslandProps<Props>) {
  useContext(UsedIslands).add(name);
  const root = useContext(RootContext);
  // Drawn apart from the page, as it will be hydrated, so that both count the same ids.
  const html = renderToString(<RootContext value={root}><Component {...props} /></RootContext>, { identifierPrefix: `${id}-` });
  return (
    <div className="island" data-island={name} data-id={id}>
      <script type="application/json" dangerouslySetInnerHTML={{ __html: inScript(props) }} />
      <div className="island" dangerouslySetInnerHTML={{ __html: html }} />
    </div>
  );
}

/** JSON that cannot end the script element it stands in. */
export function inScript(value: object): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}

/** Links within the site are relative, so that it works under any base path and behind any proxy. */

import { createContext, useContext, type ComponentProps, type ReactNode } from "react";
import { hrefFrom } from "../format/href.ts";

/** The way from the page that is shown to the root of the site: "./", "../", "../../". */
export const RootContext = createContext("./");

/** Makes links from paths: `href("/models?q=x")` is "./models?q=x" on a page at the top, "../models?q=x" one floor down. */
export function useHref(): (path: string) => string {
  const root = useContext(RootContext);
  return (path) => hrefFrom(root, path);
}

interface LinkProps extends Omit<ComponentProps<"a">, "href"> {
  /** A path from the root of the site: "/models". */
  readonly to: string;
  readonly children: ReactNode;
}

/** A link within the site. */
export function Link({ to, children, ...rest }: LinkProps) {
  return <a href={useHref()(to)} {...rest}>{children}</a>;
}

/** A link to another host, which is told nothing about where it was followed. */
export function OutsideLink({ href, children, ...rest }: ComponentProps<"a"> & { readonly href: string }) {
  return <a href={/^https?:\/\//i.test(href) ? href : undefined} rel="noopener noreferrer nofollow" {...rest}>{children}</a>;
}

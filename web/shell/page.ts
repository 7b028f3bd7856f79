/** What a page is: a head and a body. The shell puts its frame around it. */

import type { ReactNode } from "react";

export interface Page {
  /** Whole, at most 60 characters: "Ministral 8B – API, Providers, Stats". The name of the site comes after it. */
  readonly title: string;
  readonly description: string;
  /** The one address of this content, from the root of the site: "/models". */
  readonly path: string;
  /** Starts with the only `h1`. */
  readonly body: ReactNode;
  readonly status?: 200 | 400 | 403 | 404 | 410 | 500;
  /** For pages that no search engine should list. */
  readonly isPrivate?: boolean;
  /** Structured data (schema.org). */
  readonly jsonLd?: object;
  /** Feeds of what the page shows: title and path. */
  readonly feeds?: readonly { readonly title: string; readonly path: string }[];
}

/** What the shell knows of the installation and of the request. */
export interface Site {
  /** Scheme, host and base path as the reader's browser knows them: "https://ai.example.org/gateway". */
  readonly origin: string;
  /** The way from this page to the root of the site: "./", "../". */
  readonly root: string;
  readonly version: string;
  /** The data is generated; every page says so. */
  readonly isDemo: boolean;
  /** The places that have a page here; the shell links to no others. */
  readonly places: ReadonlySet<string>;
  readonly assets: Assets;
}

/** What the build made, by the names that it gave: paths from the root of the site. */
export interface Assets {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
  /** What stands for a page where its link is shared: 1200 by 630 pixels, drawn from card.svg. */
  readonly card: string;
  /** Fonts that the first screen needs. */
  readonly fonts: readonly string[];
  /** The files that each island needs, without the script of every page. */
  readonly islands: Readonly<Record<string, readonly string[]>>;
}

/** What stands around every page: the way past it, the header, the ribbon of generated data, the footer. */

import type { ReactNode } from "react";
import { Link, useHref } from "../ui/link.tsx";
import type { Site } from "./page.ts";
import { Rose } from "./rose.tsx";

const navigation = [
  { name: "Models", path: "/models" },
  { name: "Compare", path: "/compare" },
  { name: "Rankings", path: "/rankings" },
  { name: "Apps", path: "/apps" },
  { name: "Providers", path: "/providers" },
  { name: "Chat", path: "/chat" },
  { name: "Docs", path: "/docs" },
  { name: "Status", path: "/status" },
  { name: "Keys", path: "/settings/keys" },
] as const;

interface FrameProps {
  readonly site: Site;
  readonly path: string;
  readonly children: ReactNode;
}

export function Frame({ site, path, children }: FrameProps) {
  const places = navigation.filter((place) => site.places.has(place.path));
  return (
    <>
      <a className="skip-link" href="#main">Skip to content</a>
      {site.isDemo && <aside className="ribbon" aria-label="Demo data">Demo data: generated traffic, not measured. <code>windrose serve</code> on your own data directory shows yours.</aside>}
      <header className="site-header">
        <div className="wide">
          <Link to="/" className="brand"><Rose /><span>Windrose</span></Link>
          <nav aria-label="Main">
            <ul>
              {places.map(({ name, path: to }) => (
                <li key={to}><Link to={to} aria-current={path === to ? "page" : path.startsWith(`${to}/`) ? "true" : undefined}>{name}</Link></li>
              ))}
            </ul>
          </nav>
          <div className="header-tools">
            <SearchButton />
            <button type="button" className="theme-button needs-js" data-theme-button="">
              <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.25" /><path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" /></svg>
              <span className="visually-hidden">Theme: </span><span className="theme-state" data-theme-state="" />
            </button>
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>{children}</main>
      <Footer site={site} />
      <div className="visually-hidden" role="status" data-announcer="" />
    </>
  );
}

function SearchButton() {
  const href = useHref();
  return (
    <form action={href("/models")}>
      <button type="submit" className="search-button" data-palette-button="" aria-label="Search (Ctrl K)">
        <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true"><circle cx="7" cy="7" r="4.5" /><path d="M10.5 10.5 14 14" /></svg>
        <span className="search-word">Search</span><kbd className="needs-js" data-keys="Ctrl K" aria-hidden="true" />
      </button>
    </form>
  );
}

function Footer({ site: { version, places } }: { readonly site: Site }) {
  const links = [
    { name: "Status", path: "/status" },
    { name: "Docs", path: "/docs" },
  ].filter(({ path }) => places.has(path));
  return (
    <footer className="site-footer">
      <div className="wide">
        <p><Rose size={16} /> Windrose {version}, Apache-2.0. This site asks nothing of any other host.</p>
        <ul>
          {links.map(({ name, path }) => <li key={path}><Link to={path}>{name}</Link></li>)}
          <li><Link to="/openapi.json">openapi.json</Link></li>
          <li><Link to="/llms.txt">llms.txt</Link></li>
          <li><Link to="/api/v1/models?use_rss=true">RSS of models</Link></li>
        </ul>
      </div>
    </footer>
  );
}

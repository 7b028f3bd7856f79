import { Link, useHref } from "../../ui/link.tsx";

/** What there is to set. */
const places = [{ name: "API keys", path: "/settings/keys" }] as const;

export function SettingsRail({ current }: { readonly current: string }) {
  const href = useHref();
  return (
    <div className="rail">
      <nav aria-label="Settings">
        <p className="rail-group">Workspace</p>
        <ul>{places.map(({ name, path }) => <li key={path}><Link to={path} aria-current={path === current ? "page" : undefined}>{name}</Link></li>)}</ul>
      </nav>
      <form method="post" action={href("/logout")}><button type="submit" className="button button-small">Sign out</button></form>
    </div>
  );
}

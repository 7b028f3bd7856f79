/** The models that were ticked for a comparison, at the foot of the list. All of it is links, which work without a script. */

import { listAddress, type View } from "../catalog/address.ts";
import { compareAddress, comparedMax } from "../catalog/comparison.ts";
import { usualWorkload } from "../catalog/cost.ts";
import { Link } from "./link.tsx";

interface CompareTrayProps {
  /** The API's query. */
  readonly query: URLSearchParams;
  readonly view: View;
  readonly nameOf: (slug: string) => string;
}

export function CompareTray({ query, view, nameOf }: CompareTrayProps) {
  const { compared } = view;
  if (compared.length === 0) return null;
  const withTray = (slugs: readonly string[]): string => listAddress(query, { ...view, compared: slugs });
  return (
    <aside className="tray" aria-label="Models to compare">
      <div className="wide">
        <ul className="chips">
          {compared.map((slug) => (
            <li key={slug}><Link className="chip" to={withTray(compared.filter((other) => other !== slug))} aria-label={`Take ${nameOf(slug)} away`}>{nameOf(slug)} ×</Link></li>
          ))}
        </ul>
        <div className="tray-tools">
          <Link className="quiet-link" to={withTray([])}>Clear</Link>
          {compared.length < 2
            ? <span className="muted small">Tick one more</span>
            : <Link className="button button-primary button-small" to={compareAddress({ slugs: compared, isDifferenceOnly: false, workload: usualWorkload })}>Compare {compared.length}</Link>}
        </div>
        {compared.length === comparedMax && <p className="muted small">{comparedMax} is the most.</p>}
      </div>
    </aside>
  );
}

/** The box that puts a model into the tray, where a script runs. The explorer keeps it and the tray together. */
export function CompareTick({ slug, name, compared }: { readonly slug: string; readonly name: string; readonly compared: readonly string[] }) {
  const isTicked = compared.includes(slug);
  return (
    <label className="tick needs-js">
      <input type="checkbox" data-compare={slug} defaultChecked={isTicked} disabled={!isTicked && compared.length >= comparedMax} />
      <span>Compare<span className="visually-hidden"> {name}</span></span>
    </label>
  );
}

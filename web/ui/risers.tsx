import { amountChange } from "../format/change.ts";
import { compact, counted } from "../format/number.ts";
import { Link } from "./link.tsx";

export interface Riser {
  readonly id: string;
  readonly name: string;
  readonly path?: string;
  readonly tokens: number;
  readonly previousAmount: number;
}

/** Who grew most since the window before: by how many tokens, and by how much of what there was. */
export function Risers({ rows }: { readonly rows: readonly Riser[] }) {
  return (
    <ol className="risers">
      {rows.map(({ id, name, path, tokens, previousAmount }) => (
        <li key={id}>
          {path === undefined ? <span>{name}</span> : <Link to={path}>{name}</Link>}
          <span className="riser-figure" title={`${counted(tokens, "token")}, ${counted(previousAmount, "token")} before`}>+{compact(tokens - previousAmount)}</span>
          <span className="muted small">{amountChange(tokens, previousAmount)}</span>
        </li>
      ))}
    </ol>
  );
}

import type { ReactNode } from "react";

export interface Stat {
  readonly label: string;
  readonly value: ReactNode;
  /** The exact value, the window, the sample size: shown on hover and read after the value. */
  readonly note?: string;
}

/** A strip of figures. */
export function Stats({ stats, label }: { readonly stats: readonly Stat[]; readonly label?: string }) {
  return (
    <dl className="stats" aria-label={label}>
      {stats.map(({ label: name, value, note }) => (
        <div key={name} className="stat" title={note}>
          <dt>{name}</dt>
          <dd>{value}{note !== undefined && <span className="visually-hidden"> ({note})</span>}</dd>
        </div>
      ))}
    </dl>
  );
}

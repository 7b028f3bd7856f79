/** The comparison as one table: a column for each model, whose head holds what can be done with it. */

import { Chip } from "../../ui/chip.tsx";
import { Link } from "../../ui/link.tsx";
import { compareAddress, type Comparison } from "../../catalog/comparison.ts";
import type { ComparedModel, ComparedRow } from "./rows.ts";

interface TableProps {
  readonly models: readonly ComparedModel[];
  readonly rows: readonly ComparedRow[];
  readonly comparison: Comparison;
}

export function ComparedTable({ models, rows, comparison }: TableProps) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return (
    <div className="table-scroll compare-scroll" tabIndex={0} role="region" aria-label="Comparison of models">
      <table className="data-table compare-table">
        <caption className="visually-hidden">Comparison of {models.map(({ name }) => name).join(", ")}</caption>
        <thead>
          <tr>
            <td />
            {models.map((model, index) => <ColumnHead key={model.slug} model={model} index={index} comparison={comparison} />)}
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group}>
            <tr className="compare-group"><th scope="rowgroup" colSpan={models.length + 1}><span>{group}</span></th></tr>
            {rows.filter((row) => row.group === group).map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                {row.cells.map((_, index) => <Cell key={models[index]?.slug} row={row} index={index} />)}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Cell({ row: { cells, best, deltas }, index }: { readonly row: ComparedRow; readonly index: number }) {
  return <td>{cells[index]}{best?.at === index && <> <Chip tone="fair">{best.word}</Chip></>}{deltas?.[index] !== undefined && <> <span className="delta">{deltas[index]}</span></>}</td>;
}

interface ColumnHeadProps {
  readonly model: ComparedModel;
  readonly index: number;
  readonly comparison: Comparison;
}

/** The order, the choice and the baseline are the address: every change is a link. */
function ColumnHead({ model: { slug, name }, index, comparison }: ColumnHeadProps) {
  const { slugs, baseline } = comparison;
  const actions = [
    ...(index > 0 ? [{ word: "Move left", to: { ...comparison, slugs: exchanged(slugs, index - 1) } }] : []),
    ...(index < slugs.length - 1 ? [{ word: "Move right", to: { ...comparison, slugs: exchanged(slugs, index) } }] : []),
    baseline === slug ? { word: "No baseline", to: { ...comparison, baseline: undefined } } : { word: "Baseline", to: { ...comparison, baseline: slug } },
    { word: "Remove", to: { ...comparison, slugs: slugs.filter((_, at) => at !== index) } },
  ];
  return (
    <th scope="col">
      <Link to={`/${slug}`}>{name}</Link>{baseline === slug && <> <Chip tone="meridian">baseline</Chip></>}<code className="slug">{slug}</code>
      <span className="column-links">{actions.map(({ word, to }) => <Link key={word} to={compareAddress(to)} data-keeps="input,output,cached,requests" aria-label={`${word}: ${name}`}>{word}</Link>)}</span>
    </th>
  );
}

/** The column and the one to its right have changed places. */
function exchanged(slugs: readonly string[], index: number): readonly string[] {
  return [...slugs.slice(0, index), ...slugs.slice(index + 1, index + 2), ...slugs.slice(index, index + 1), ...slugs.slice(index + 2)];
}

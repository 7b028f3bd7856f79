/** The parameters of a model: what each means, and who takes it. */

import { missing } from "../../format/price.ts";
import { DataTable } from "../../ui/data-table.tsx";
import type { ModelPageData, ParameterRow } from "./data.ts";
import { parameterMeanings } from "./parameters.ts";
import { taskParameters } from "./task-parameters.ts";

export function ParameterTable({ data: { name, parameters, samples: { kind } } }: { readonly data: ModelPageData }) {
  const isTask = kind !== undefined && kind !== "chat";
  const meaningOf = (row: ParameterRow) => (isTask ? taskParameters[kind] : parameterMeanings)[row.name];
  return (
    <DataTable
      caption={`Parameters for ${name}`} isCaptionHidden reflows rows={parameters} keyOf={(row) => row.name}
      columns={[
        { name: "Name", cell: (row) => <code>{row.name}</code> },
        { name: "Type", cell: (row) => meaningOf(row)?.type ?? missing },
        { name: "Default", isNumeric: true, cell: (row) => <Default own={row.default} usual={meaningOf(row)?.default} /> },
        { name: "Range", wraps: true, cell: (row) => meaningOf(row)?.range ?? missing },
        { name: "Description", wraps: true, cell: (row) => <span className="parameter-words">{meaningOf(row)?.description ?? "As the provider documents it."}</span> },
        ...(isTask ? [] : [{ name: "Taken by", wraps: true, cell: (row: ParameterRow) => <TakenBy row={row} /> }]),
      ]}
    />
  );
}

function Default({ own, usual = missing }: { readonly own: string | undefined; readonly usual: string | undefined }) {
  return own === undefined ? <>{usual}</> : <span title="the model's own">{own}</span>;
}

/** More names than this are folded away. */
const namesMax = 4;

function TakenBy({ row: { takenBy, known } }: { readonly row: ParameterRow }) {
  if (known === 0) return <span className="muted">not stated</span>;
  if (takenBy.length === known && known > 1) return <>all {known}</>;
  if (takenBy.length <= namesMax) return <>{takenBy.length === 0 ? "none that said so" : takenBy.join(", ")}</>;
  return <details><summary>{takenBy.length} of {known}</summary>{takenBy.join(", ")}</details>;
}

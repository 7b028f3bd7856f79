/** The parameters of a model: what each means, and who takes it. */

import { missing } from "../../format/price.ts";
import { DataTable } from "../../ui/data-table.tsx";
import type { ModelPageData, ParameterRow } from "./data.ts";
import { parameterMeanings } from "./parameters.ts";

export function ParameterTable({ data: { name, parameters } }: { readonly data: ModelPageData }) {
  return (
    <DataTable
      caption={`Parameters for ${name}`} isCaptionHidden reflows rows={parameters} keyOf={(row) => row.name}
      columns={[
        { name: "Name", cell: (row) => <code>{row.name}</code> },
        { name: "Type", cell: (row) => parameterMeanings[row.name]?.type ?? missing },
        { name: "Default", isNumeric: true, cell: (row) => <Default row={row} /> },
        { name: "Range", wraps: true, cell: (row) => parameterMeanings[row.name]?.range ?? missing },
        { name: "Description", wraps: true, cell: (row) => <span className="parameter-words">{parameterMeanings[row.name]?.description ?? "As the provider documents it."}</span> },
        { name: "Taken by", wraps: true, cell: (row) => <TakenBy row={row} /> },
      ]}
    />
  );
}

function Default({ row: { name, default: own } }: { readonly row: ParameterRow }) {
  if (own !== undefined) return <span title="the model's own">{own}</span>;
  return <>{parameterMeanings[name]?.default ?? missing}</>;
}

/** More names than this are folded away. */
const namesMax = 4;

function TakenBy({ row: { takenBy, known } }: { readonly row: ParameterRow }) {
  if (known === 0) return <span className="muted">not stated</span>;
  if (takenBy.length === known && known > 1) return <>all {known}</>;
  if (takenBy.length <= namesMax) return <>{takenBy.length === 0 ? "none that said so" : takenBy.join(", ")}</>;
  return <details><summary>{takenBy.length} of {known}</summary>{takenBy.join(", ")}</details>;
}

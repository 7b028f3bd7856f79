/** Lists of models: as cards, which reflow, and as a table, which compares. */

import { compact, context, counted, exact } from "../format/number.ts";
import { isFree, pricePerMillion, price, spokenPrice } from "../format/price.ts";
import { date, isoDate } from "../format/time.ts";
import { Chip } from "./chip.tsx";
import { CopyButton } from "./copy-button.tsx";
import { DataTable, type Column } from "./data-table.tsx";
import { Link } from "./link.tsx";
import { abilities, type ModelRow } from "../catalog/model-row.ts";

export function ModelCards({ models, headingLevel = 2 }: { readonly models: readonly ModelRow[]; readonly headingLevel?: 2 | 3 }) {
  const Heading = headingLevel === 2 ? "h2" : "h3";
  return (
    <ul className="cards">
      {models.map((model) => (
        <li key={model.slug} className="card">
          <div className="card-head">
            <Heading><Link to={`/${model.slug}`}>{model.name}</Link></Heading>
            <Badges model={model} />
          </div>
          <p className="slug"><code>{model.slug}</code><CopyButton text={model.slug} what="slug" isSmall /></p>
          <p className="card-summary">{model.summary}</p>
          <dl className="facts">
            <Fact name="Input"><Price dollars={model.prompt} of="input tokens" /></Fact>
            <Fact name="Output"><Price dollars={model.completion} of="output tokens" /></Fact>
            <Fact name="Context"><span title={`${exact(model.context)} tokens`}>{context(model.context)}</span></Fact>
            <Fact name="Providers">{exact(model.providers)}</Fact>
            {model.weeklyTokens !== undefined && <Fact name="This week"><span title={counted(model.weeklyTokens, "token")}>{compact(model.weeklyTokens)}</span></Fact>}
          </dl>
          <p className="card-foot"><Modalities model={model} /> · <time dateTime={isoDate(model.createdAt)}>{date(model.createdAt)}</time></p>
        </li>
      ))}
    </ul>
  );
}

interface ModelTableProps {
  readonly caption: string;
  readonly models: readonly ModelRow[];
  /** Links that sort by a column, where the list can be sorted. */
  readonly sorts?: Readonly<Partial<Record<"Input" | "Context" | "Released", { readonly href: string; readonly sorted?: "ascending" | "descending" | undefined }>>>;
}

export function ModelTable({ caption, models, sorts = {} }: ModelTableProps) {
  const columns: readonly Column<ModelRow>[] = [
    { name: "Model", cell: (model) => <><Link to={`/${model.slug}`}>{model.name}</Link> <Badges model={model} /><br /><code className="slug">{model.slug}</code></> },
    { name: "Input", title: "Dollars per million input tokens", isNumeric: true, cell: ({ prompt }) => plain(prompt) },
    { name: "Output", title: "Dollars per million output tokens", isNumeric: true, cell: ({ completion }) => plain(completion) },
    { name: "Cache read", title: "Dollars per million input tokens read from a cache", isNumeric: true, cell: ({ cacheRead }) => plain(cacheRead) },
    { name: "Context", isNumeric: true, cell: (model) => <span title={`${exact(model.context)} tokens`}>{context(model.context)}</span> },
    { name: "Max output", isNumeric: true, cell: ({ outputMax }) => <span title={outputMax === undefined ? "not stated" : `${exact(outputMax)} tokens`}>{context(outputMax)}</span> },
    { name: "Modalities", wraps: true, cell: (model) => <Modalities model={model} /> },
    ...abilities.map(({ parameter, name }): Column<ModelRow> => ({ name, cell: ({ parameters }) => (parameters.includes(parameter) ? "yes" : "—") })),
    { name: "Providers", isNumeric: true, cell: ({ providers }) => exact(providers) },
    { name: "Released", cell: (model) => <time dateTime={isoDate(model.createdAt)}>{date(model.createdAt)}</time> },
  ];
  const sortable = columns.map((column): Column<ModelRow> => {
    const sort = column.name === "Input" || column.name === "Context" || column.name === "Released" ? sorts[column.name] : undefined;
    return sort === undefined ? column : { ...column, sortHref: sort.href, ...(sort.sorted === undefined ? {} : { sorted: sort.sorted }) };
  });
  return <DataTable caption={caption} isCaptionHidden columns={sortable} rows={models} keyOf={({ slug }) => slug} />;
}

/** A price per million tokens, which says itself in full to whoever listens. */
export function Price({ dollars, of }: { readonly dollars: string | undefined; readonly of: string }) {
  return <><span aria-hidden="true">{pricePerMillion(dollars)}</span><span className="visually-hidden">{spokenPrice(dollars, of)}</span></>;
}

export function Modalities({ model }: { readonly model: Pick<ModelRow, "inputs" | "outputs"> }) {
  return <span className="modalities">{model.inputs.join(", ")} → {model.outputs.join(", ")}</span>;
}

function Badges({ model }: { readonly model: ModelRow }) {
  const { prompt, completion, expires } = model;
  const costsNothing = prompt !== undefined && completion !== undefined && isFree({ prompt, completion });
  if (!costsNothing && expires === undefined) return null;
  return (
    <span className="badges">
      {costsNothing && <Chip tone="fair">Free</Chip>}
      {expires !== undefined && <Chip tone="brass">Ends {date(Date.parse(expires))}</Chip>}
    </span>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function plain(dollars: string | undefined): string {
  return dollars === undefined ? "—" : price(dollars);
}

/** Lists of models: as cards, which reflow, and as a table, which compares. */

import { abilities, type ModelRow } from "../catalog/model-row.ts";
import { compact, context, counted, exact, rate } from "../format/number.ts";
import { isFree, pricePerMillion, price, spokenPrice } from "../format/price.ts";
import { date, duration, isoDate } from "../format/time.ts";
import { Chip } from "./chip.tsx";
import { CompareTick } from "./compare-tray.tsx";
import { CopyButton } from "./copy-button.tsx";
import { DataTable, type Column } from "./data-table.tsx";
import { Link } from "./link.tsx";

interface ModelCardsProps {
  readonly models: readonly ModelRow[];
  readonly headingLevel?: 2 | 3;
  /** What is in the compare tray, where there is one. */
  readonly compared?: readonly string[];
}

export function ModelCards({ models, headingLevel = 2, compared }: ModelCardsProps) {
  const Heading = headingLevel === 2 ? "h2" : "h3";
  return (
    <ul className="cards">
      {models.map((model) => (
        <li key={model.slug} className="card" data-model={compared === undefined ? undefined : model.slug}>
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
            <Measured model={model} />
          </dl>
          <div className="card-foot">
            <p><Modalities model={model} /> · <time dateTime={isoDate(model.createdAt)}>{date(model.createdAt)}</time></p>
            {compared !== undefined && <CompareTick slug={model.slug} name={model.name} compared={compared} />}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What was measured here in seven days. */
function Measured({ model: { figures = {} } }: { readonly model: ModelRow }) {
  const { weekly_tokens: tokens, throughput, latency } = figures;
  return (
    <>
      {tokens !== undefined && <Fact name="This week"><span title={counted(tokens, "token")}>{compact(tokens)}</span></Fact>}
      {throughput !== undefined && <Fact name="Throughput"><span title="Median of seven days here">{rate(throughput)}</span></Fact>}
      {latency !== undefined && <Fact name="First content"><span title="Median of seven days here">{duration(latency)}</span></Fact>}
    </>
  );
}

export interface ColumnSort {
  readonly href: string;
  readonly sorted?: "ascending" | "descending";
}

interface ModelTableProps {
  readonly caption: string;
  readonly models: readonly ModelRow[];
  /** By the name of the column: links that sort by it, where the list can be sorted. */
  readonly sorts?: Readonly<Record<string, ColumnSort>>;
  /** What is in the compare tray, where there is one. */
  readonly compared?: readonly string[];
}

export function ModelTable({ caption, models, sorts = {}, compared }: ModelTableProps) {
  const columns: readonly Column<ModelRow>[] = [
    {
      name: "Model",
      cell: (model) => (
        <div className="model-cell" data-model={model.slug}>
          {compared !== undefined && <CompareTick slug={model.slug} name={model.name} compared={compared} />}
          <div><Link to={`/${model.slug}`}>{model.name}</Link> <Badges model={model} /><br /><code className="slug">{model.slug}</code></div>
        </div>
      ),
    },
    { name: "Input", title: "Dollars per million input tokens. Sorts by the mean of input and output.", isNumeric: true, cell: ({ prompt }) => plain(prompt) },
    { name: "Output", title: "Dollars per million output tokens", isNumeric: true, cell: ({ completion }) => plain(completion) },
    { name: "Cache read", title: "Dollars per million input tokens read from a cache", isNumeric: true, cell: ({ cacheRead }) => plain(cacheRead) },
    { name: "Context", isNumeric: true, cell: (model) => <span title={`${exact(model.context)} tokens`}>{context(model.context)}</span> },
    { name: "Max output", isNumeric: true, cell: ({ outputMax }) => <span title={outputMax === undefined ? "not stated" : `${exact(outputMax)} tokens`}>{context(outputMax)}</span> },
    ...abilities.map(({ parameter, name }): Column<ModelRow> => ({ name, cell: ({ parameters }) => (parameters.includes(parameter) ? "yes" : "—") })),
    { name: "This week", title: "Tokens in seven days, here", isNumeric: true, cell: ({ figures }) => <span title={figures?.weekly_tokens === undefined ? "not used here this week" : counted(figures.weekly_tokens, "token")}>{compact(figures?.weekly_tokens)}</span> },
    { name: "Throughput", title: "Median of seven days, here", isNumeric: true, cell: ({ figures }) => rate(figures?.throughput) },
    { name: "First content", title: "Median time to it in seven days, here", isNumeric: true, cell: ({ figures }) => duration(figures?.latency) },
    { name: "Providers", isNumeric: true, cell: ({ providers }) => exact(providers) },
    { name: "Modalities", wraps: true, cell: (model) => <Modalities model={model} /> },
    { name: "Released", cell: (model) => <time dateTime={isoDate(model.createdAt)}>{date(model.createdAt)}</time> },
  ];
  const sortable = columns.map((column): Column<ModelRow> => {
    const sort = sorts[column.name];
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

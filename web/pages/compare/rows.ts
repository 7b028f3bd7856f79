/** The attributes that models are compared by, as rows of text: what the table, the Markdown and the CSV show. */

import { amountChange } from "../../format/change.ts";
import { context, exact, rate, samplesMin, uptime } from "../../format/number.ts";
import { price } from "../../format/price.ts";
import { date, duration, writtenDate } from "../../format/time.ts";

/** Prices are decimal dollars per million tokens, times milliseconds since the epoch. */
export interface ComparedModel {
  readonly slug: string;
  readonly name: string;
  readonly authorName: string;
  readonly createdAt: number;
  readonly context: number;
  readonly outputMax: number | undefined;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly parameters: readonly string[];
  readonly prices: Readonly<Partial<Record<PriceName, string>>>;
  /** What else is charged: pictures, searches, long prompts. */
  readonly otherPrices: readonly { readonly of: string; readonly text: string }[];
  readonly tokenizer: string;
  readonly knowledgeCutoff: string | undefined;
  readonly isOpenWeights: boolean;
  readonly expires: string | undefined;
  /** Names of those that sell it. */
  readonly providers: readonly string[];
  /** Of those, how many say that they keep nothing, and that they do not train on prompts. */
  readonly zdr: number;
  readonly noTraining: number;
  readonly quantizations: readonly string[];
  /** Of the endpoint that was used most in seven days. */
  readonly speed: { readonly provider: string; readonly latency: number | undefined; readonly throughput: number | undefined; readonly n: number } | undefined;
  /** Of 72 hours, with routing. */
  readonly uptime: { readonly share: number | undefined; readonly n: number };
  readonly week: { readonly tokens: number; readonly requests: number };
}

export const priceNames = [
  ["prompt", "Input"], ["completion", "Output"], ["cacheRead", "Cache read"], ["cacheWrite", "Cache write"],
] as const;

export type PriceName = (typeof priceNames)[number][0];

export interface ComparedRow {
  readonly group: string;
  readonly name: string;
  /** One for each model. */
  readonly cells: readonly string[];
  /** Which cell is the best, and what that means: "lowest". None where all are alike or it is no contest. */
  readonly best?: { readonly at: number; readonly word: string };
  /** What each is beside the baseline: "20.0% more"; undefined for the baseline itself and where one of the two is not known. */
  readonly deltas?: readonly (string | undefined)[];
}

/** `baseline`: the slug of the model that the others are measured by. */
export function comparedRows(models: readonly ComparedModel[], baseline?: string): readonly ComparedRow[] {
  const base = models.find(({ slug }) => slug === baseline);
  const row = (group: string, name: string, text: (model: ComparedModel) => string): ComparedRow => ({ group, name, cells: models.map(text) });
  const contest = ({ group, name, text, value, word }: Contest): ComparedRow => {
    const at = bestOf(models.map(value), word);
    return { ...row(group, name, text), ...(at === undefined ? {} : { best: { at, word } }), ...(base === undefined ? {} : { deltas: models.map((model) => deltaOf(value(model), value(base))) }) };
  };
  const others = [...new Set(models.flatMap(({ otherPrices }) => otherPrices.map(({ of }) => of)))];
  const names = priceNames.filter(([name]) => models.some(({ prices }) => prices[name] !== undefined));
  const parameters = [...new Set(models.flatMap((model) => model.parameters))].toSorted();
  return [
    ...names.map(([name, label]) => contest({
      group: "Price per million tokens", name: label, word: "lowest",
      text: ({ prices }) => (prices[name] === undefined ? "—" : price(prices[name])), value: ({ prices }) => (prices[name] === undefined ? undefined : Number(prices[name])),
    })),
    ...others.map((of) => row("Other prices", capitalized(of), ({ otherPrices }) => otherPrices.find((one) => one.of === of)?.text ?? "—")),
    contest({ group: "Limits", name: "Context", word: "largest", text: (model) => (model.context === 0 ? "—" : `${context(model.context)} tokens`), value: (model) => model.context || undefined }),
    contest({ group: "Limits", name: "Max output", word: "largest", text: ({ outputMax }) => (outputMax === undefined ? "—" : `${context(outputMax)} tokens`), value: ({ outputMax }) => outputMax }),
    row("Modalities", "Input", ({ inputs }) => inputs.join(", ")),
    row("Modalities", "Output", ({ outputs }) => outputs.join(", ")),
    row("Providers", "How many", ({ providers }) => exact(providers.length)),
    row("Providers", "Sold by", ({ providers }) => (providers.length === 0 ? "—" : providers.join(", "))),
    row("Providers", "Quantizations", ({ quantizations }) => (quantizations.length === 0 ? "not stated" : quantizations.join(", "))),
    row("Data policy, as they say", "Zero retention", ({ zdr, providers }) => `${zdr} of ${providers.length} providers`),
    row("Data policy, as they say", "No training on prompts", ({ noTraining, providers }) => `${noTraining} of ${providers.length} providers`),
    contest({
      group: "Measured here", name: "First content, median of 7 days", word: "quickest", text: ({ speed }) => (speed === undefined ? "no traffic" : speed.latency === undefined ? few(speed.n) : `${duration(speed.latency)} at ${speed.provider}`), value: ({ speed }) => speed?.latency,
    }),
    contest({
      group: "Measured here", name: "Throughput, median of 7 days", word: "highest", text: ({ speed }) => (speed === undefined ? "no traffic" : speed.throughput === undefined ? few(speed.n) : `${rate(speed.throughput)} at ${speed.provider}`), value: ({ speed }) => speed?.throughput,
    }),
    row("Measured here", "Requests answered, 72 hours", ({ uptime: { share, n } }) => (n === 0 ? "no traffic" : n < samplesMin ? few(n) : uptime(share))),
    contest({ group: "Measured here", name: "Tokens, 7 days", word: "most", text: ({ week }) => exact(week.tokens), value: ({ week }) => week.tokens || undefined }),
    row("Measured here", "Requests, 7 days", ({ week }) => exact(week.requests)),
    row("About", "Author", ({ authorName }) => authorName),
    row("About", "Released", ({ createdAt }) => date(createdAt)),
    row("About", "Knowledge until", ({ knowledgeCutoff }) => (knowledgeCutoff === undefined ? "not stated" : writtenDate(knowledgeCutoff))),
    row("About", "Weights", ({ isOpenWeights }) => (isOpenWeights ? "open" : "not published")),
    row("About", "Tokenizer", ({ tokenizer }) => tokenizer),
    row("About", "Ends", ({ expires }) => (expires === undefined ? "no date" : writtenDate(expires))),
    ...parameters.map((name) => row("Parameters", name, (model) => (model.parameters.includes(name) ? "yes" : "no"))),
  ];
}

/** Rows in which the models are not all alike. */
export function differing(rows: readonly ComparedRow[]): readonly ComparedRow[] {
  return rows.filter(({ cells }) => new Set(cells).size > 1);
}

/** A table for a README or an issue. */
export function markdownOf(models: readonly Pick<ComparedModel, "name" | "slug">[], rows: readonly ComparedRow[]): string {
  return [
    line(["", ...models.map(({ name, slug }) => `${plain(name)} (\`${slug}\`)`)]),
    line(["---", ...models.map(() => "---")]),
    ...rows.map((row) => line([plain(`${row.group}: ${row.name}`), ...row.cells.map((cell, index) => marked(cell, index, row))])),
    "",
  ].join("\n");
}

function marked(cell: string, index: number, { best, deltas }: ComparedRow): string {
  const words = [...(best?.at === index ? [best.word] : []), ...(deltas?.[index] === undefined ? [] : [deltas[index]])];
  const text = plain(cell);
  return `${best?.at === index ? `**${text}**` : text}${words.length === 0 ? "" : ` (${words.join(", ")})`}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Names are other people's: where this is pasted, they make no cell, no link, no picture and no HTML. */
function plain(text: string): string {
  return text.replace(/[\\|`*<[\]]/g, "\\$&").replace(/\s+/g, " ");
}

interface Contest {
  readonly group: string;
  readonly name: string;
  readonly word: "lowest" | "largest" | "quickest" | "highest" | "most";
  readonly text: (model: ComparedModel) => string;
  readonly value: (model: ComparedModel) => number | undefined;
}

/** Undefined where fewer than two are known, or the best is shared. */
function bestOf(values: readonly (number | undefined)[], word: Contest["word"]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length < 2) return undefined;
  const best = word === "lowest" || word === "quickest" ? Math.min(...known) : Math.max(...known);
  return known.filter((value) => value === best).length === 1 ? values.indexOf(best) : undefined;
}

function deltaOf(value: number | undefined, base: number | undefined): string | undefined {
  return value === undefined || base === undefined || base === 0 || value === base ? undefined : amountChange(value, base);
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function few(n: number): string {
  return `not enough data (n = ${exact(n)})`;
}

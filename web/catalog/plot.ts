/** Models as points: what a model costs against what it gives for it. */

import { context, counted, exact, rate } from "../format/number.ts";
import { price } from "../format/price.ts";
import { duration } from "../format/time.ts";
import type { View } from "./address.ts";
import type { ModelRow } from "./model-row.ts";

export interface Point {
  readonly slug: string;
  /** Without the author. */
  readonly name: string;
  /** Dollars per million tokens. */
  readonly x: number;
  readonly y: number;
  /** Of this week, here. */
  readonly tokens: number;
  readonly isOpen: boolean;
  /** Is there none that is as cheap and better, or as good and cheaper? */
  readonly isLeading: boolean;
}

export interface Axis {
  /** "input price", in the middle of a sentence. */
  readonly name: string;
  readonly title: string;
  readonly text: (value: number) => string;
}

export interface HeightAxis extends Axis {
  readonly isLowBetter: boolean;
  /** Of the best: "fastest". */
  readonly best: string;
  readonly better: string;
  /** Why a model can lack it. */
  readonly lack: string;
  readonly of: (model: ModelRow) => number | undefined;
}

/** What a blended price counts: so many tokens in for one out. */
const inputShare = 3;

export const priceAxes: Readonly<Record<View["x"], Axis & { readonly of: (model: ModelRow) => number | undefined }>> = {
  price: { name: "input price", title: "Input price, $ per 1M tokens", text: dollars, of: ({ prompt }) => (prompt === undefined ? undefined : Number(prompt)) },
  blended: {
    name: "blended price", title: `Blended price (${inputShare} in : 1 out), $ per 1M tokens`, text: dollars,
    of: ({ prompt, completion }) => (prompt === undefined || completion === undefined ? undefined : (inputShare * Number(prompt) + Number(completion)) / (inputShare + 1)),
  },
};

export const heightAxes: Readonly<Record<View["y"], HeightAxis>> = {
  throughput: {
    name: "throughput", title: "Throughput, tok/s", text: rate, isLowBetter: false, best: "The fastest", better: "faster", lack: "no measured speed here", of: ({ figures }) => figures?.throughput,
  },
  latency: {
    name: "time to first content", title: "Time to first content", text: duration, isLowBetter: true, best: "The quickest to begin", better: "quicker to begin", lack: "no measured latency here", of: ({ figures }) => figures?.latency,
  },
  context: {
    name: "context", title: "Context, tokens", text: context, isLowBetter: false, best: "The longest context", better: "longer", lack: "no stated context", of: (model) => (model.context > 0 ? model.context : undefined),
  },
};

export interface Plot {
  readonly x: View["x"];
  /** What is drawn, which is the context where nothing of what was asked for has been measured. */
  readonly y: View["y"];
  /** Along x, the better first where the price is the same. */
  readonly points: readonly Point[];
  readonly summary: string;
}

export function plotOf(models: readonly ModelRow[], { x, y: asked }: Pick<View, "x" | "y">): Plot {
  const isMeasured = models.length === 0 || models.some((model) => heightAxes[asked].of(model) !== undefined);
  const y = isMeasured ? asked : "context";
  const { isLowBetter } = heightAxes[y];
  const known = models.flatMap((model) => {
    const [across, up] = [priceAxes[x].of(model), heightAxes[y].of(model)];
    return across === undefined || up === undefined ? [] : [{ model, x: across, y: up }];
  });
  const along = known.toSorted((one, other) => one.x - other.x || (isLowBetter ? one.y - other.y : other.y - one.y) || (one.model.slug < other.model.slug ? -1 : 1));
  let best = isLowBetter ? Infinity : -Infinity;
  const points = along.map(({ model, x: across, y: up }): Point => {
    const isLeading = isLowBetter ? up < best : up > best;
    if (isLeading) best = up;
    return { slug: model.slug, name: shortName(model), x: across, y: up, tokens: model.figures?.weekly_tokens ?? 0, isOpen: model.openWeights === true, isLeading };
  });
  return { x, y, points, summary: [...(isMeasured ? [] : [`Nothing among these has a measured ${heightAxes[asked].name} here yet, so the height is the context.`]), ...sentences(models, points, { x, y })].join(" ") };
}

/** "Mistral: Ministral 8B" is "Ministral 8B" where there is little room. */
function shortName({ name }: ModelRow): string {
  return name.replace(/^[^:]+: /, "");
}

function sentences(models: readonly ModelRow[], points: readonly Point[], { x, y }: Pick<Plot, "x" | "y">): readonly string[] {
  const height = heightAxes[y];
  const unpriced = models.filter((model) => priceAxes[x].of(model) === undefined).length;
  const unmeasured = models.length - unpriced - points.length;
  const told: string[] = [];
  const leading = points.filter(({ isLeading }) => isLeading);
  const best = leading.at(-1);
  if (best === undefined) told.push("No model to draw.");
  else {
    told.push(`${counted(points.length, "model")} by ${priceAxes[x].name} and ${height.name}.`);
    told.push(`${height.best}: ${best.name}, ${height.text(best.y)} for ${dollars(best.x)}.`);
    told.push(`The line joins the ${leading.length === 1 ? "one" : exact(leading.length)} that no other is both cheaper and ${height.better} than.`);
  }
  if (unmeasured > 0) told.push(`${counted(unmeasured, "model")} ${unmeasured === 1 ? "has" : "have"} ${height.lack}.`);
  if (unpriced > 0) told.push(`${counted(unpriced, "model")} ${unpriced === 1 ? "has" : "have"} no listed price.`);
  return told;
}

function dollars(value: number): string {
  return price(value.toFixed(9).replace(/\.?0+$/, ""));
}

/** What a caller may ask of `openrouter/auto`, in the plugin of its name. Source: contract §5.7. */

import { Fault } from "../base/fault.ts";

export interface AutoOptions {
  /** Does the caller allow the model of this slug? */
  readonly allows: (slug: string) => boolean;
  readonly isRestricted: boolean;
  /** Percentiles of price: from `from` on, up to and without `to`. */
  readonly band: Band;
  /** The model of the last answer is kept where it can serve. */
  readonly pinsModel: boolean;
}

export interface Band {
  readonly from: number;
  readonly to: number;
}

type Plugin = Readonly<Record<string, unknown>>;

const tiers: Readonly<Record<string, Band>> = {
  low: { from: 0, to: 20 }, medium: { from: 20, to: 40 }, high: { from: 40, to: 60 }, xhigh: { from: 60, to: 80 }, max: { from: 80, to: 100 },
};
const lowTier: Band = { from: 0, to: 20 };
const limits = { patterns: 1024, patternChars: 1024, chars: 65_536 };

/** @throws Fault invalid_request naming the field of the plugin. */
export function readAutoOptions(plugins: readonly Plugin[] | undefined, id: string): AutoOptions {
  const index = plugins?.findIndex((plugin) => plugin["id"] === id && plugin["enabled"] !== false) ?? -1;
  const plugin = plugins?.[index];
  if (plugin === undefined) return { allows: () => true, isRestricted: false, band: lowTier, pinsModel: false };
  const path = `plugins[${index}]`;
  const allowed = readPatterns(plugin["allowed_models"], `${path}.allowed_models`);
  const excluded = readPatterns(plugin["excluded_models"], `${path}.excluded_models`);
  return {
    allows: (slug) => (allowed === undefined || allowed(slug)) && excluded?.(slug) !== true,
    isRestricted: allowed !== undefined || excluded !== undefined,
    band: readBand(plugin, path),
    pinsModel: plugin["pin_model"] === true,
  };
}

function readBand(plugin: Plugin, path: string): Band {
  const { cost_tier: tier, cost_quality_tradeoff: tradeoff } = plugin;
  if (!isAbsent(tier)) {
    const band = typeof tier === "string" && Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
    if (band === undefined) throw invalid(`${path}.cost_tier`, `must be one of ${Object.keys(tiers).join(", ")}`);
    return band;
  }
  if (isAbsent(tradeoff)) return lowTier;
  if (typeof tradeoff !== "number" || !(tradeoff >= 0 && tradeoff <= 10)) throw invalid(`${path}.cost_quality_tradeoff`, "must be a number from 0 to 10");
  // A ceiling: its default of 9 is the low tier's, and 0 is none.
  return { from: 0, to: Math.min(100, (11 - tradeoff) * 10) };
}

/** Undefined without patterns. An empty list is one that nobody wrote. */
function readPatterns(value: unknown, path: string): ((slug: string) => boolean) | undefined {
  if (isAbsent(value)) return undefined;
  if (!Array.isArray(value) || value.some((one) => typeof one !== "string")) throw invalid(path, "must be a list of model slugs, in which * stands for anything");
  const patterns: readonly string[] = value;
  if (patterns.length === 0) return undefined;
  if (patterns.length > limits.patterns) throw invalid(path, `takes at most ${limits.patterns} patterns`);
  if (patterns.some(({ length }) => length > limits.patternChars)) throw invalid(path, `takes patterns of at most ${limits.patternChars} characters`);
  if (patterns.reduce((sum, { length }) => sum + length, 0) > limits.chars) throw invalid(path, `takes at most ${limits.chars} characters in all`);
  const whole = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const wild = [...new Set(patterns.filter((pattern) => pattern.includes("*")))].map((pattern) => pattern.split("*"));
  return (slug) => whole.has(slug) || wild.some((pieces) => fits(slug, pieces));
}

/** Not a regular expression: a hostile one of many stars would take for ever. */
function fits(slug: string, pieces: readonly string[]): boolean {
  const [first = "", ...others] = pieces;
  const last = others.pop() ?? "";
  if (!slug.startsWith(first)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = slug.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return slug.length - last.length >= at && slug.endsWith(last);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function invalid(path: string, expected: string): Fault {
  return new Fault("invalid_request", `${path} ${expected}.`, { metadata: { field: path } });
}

/** Strings for generated JSON: what a format asks for, or what the name of a property suggests. */

import type { Chance } from "../base/clock.ts";
import { between, pick } from "./draw.ts";

/** Part of a property's name, and what such a property may hold. The first part that the name contains decides. */
export type Suggestion = readonly [part: string, texts: readonly string[]];

export interface TextWish {
  /** The name of the property that the string is for; "" where there is none. */
  readonly name: string;
  readonly format: string | undefined;
  /** In code points, as JSON Schema counts. */
  readonly lengthMin: number;
  readonly lengthMax: number;
  /** Come before the general ones. */
  readonly suggestions: readonly Suggestion[];
}

/** A string as wished. Formats have their own lengths: where the two disagree, the format wins. */
export function schemaText(wish: TextWish, chance: Chance): string {
  const formatted = wish.format === undefined ? undefined : formats.get(wish.format)?.(chance);
  if (formatted !== undefined) return formatted;
  const name = wish.name.toLowerCase();
  const suggested = [...wish.suggestions, ...suggestions].find(([part]) => name.includes(part))?.[1] ?? plainWords;
  const fitting = suggested.filter((text) => text.length <= wish.lengthMax && Array.from(text).length >= wish.lengthMin);
  if (fitting.length > 0) return pick(fitting, chance);
  let text = pick(plainWords, chance);
  while (text.length < wish.lengthMin) text += ` ${pick(plainWords, chance)}`;
  return text.slice(0, Math.max(0, wish.lengthMax));
}

const plainWords = ["north", "harbour", "lantern", "meadow", "compass", "river", "amber", "quiet", "orchard", "signal"];

// In this order, so that "filename" comes before "name".
const suggestions: readonly Suggestion[] = [
  ["filename", ["notes.txt", "report.pdf", "chart.png"]],
  ["city", ["Lisbon", "Kyoto", "Nairobi", "Montréal"]],
  ["location", ["Lisbon, Portugal", "Kyoto, Japan", "Nairobi, Kenya"]],
  ["country", ["Portugal", "Japan", "Kenya", "Canada"]],
  ["language", ["en", "pt", "ja", "fr"]],
  ["currency", ["EUR", "USD", "JPY"]],
  ["email", ["ada@example.com", "grace@example.com"]],
  ["url", ["https://example.com/", "https://example.com/compass"]],
  ["date", ["2025-03-20", "2025-09-22"]],
  ["timezone", ["Europe/Lisbon", "Asia/Tokyo"]],
  ["time", ["09:30", "18:45"]],
  ["title", ["A Short Guide to the Compass", "Notes from the Harbour"]],
  ["name", ["Ada Lovelace", "Grace Hopper", "Katherine Johnson"]],
  ["query", ["how a compass finds north", "ships in the harbour today"]],
  ["answer", ["The wind decides, and the compass explains.", "Yes, with a fair wind."]],
  ["summary", ["A calm day at sea, with a clear course.", "Three ships came in, two went out."]],
  ["description", ["A small harbour with a tall light.", "A river that keeps its own time."]],
  ["text", ["A fair wind makes a short voyage.", "The light at the harbour is on."]],
  ["message", ["All is well on board.", "Arriving with the evening tide."]],
  ["unit", ["metric", "imperial"]],
  ["color", ["teal", "amber", "indigo"]],
];

const formats = new Map<string, (chance: Chance) => string>([
  ["date", date],
  ["time", time],
  ["date-time", (chance) => `${date(chance)}T${time(chance)}`],
  ["duration", (chance) => `PT${between(1, 59, chance)}M`],
  ["email", (chance) => `${pick(plainWords, chance)}@example.com`],
  ["hostname", (chance) => `${pick(plainWords, chance)}.example.com`],
  ["ipv4", (chance) => `192.0.2.${between(1, 254, chance)}`],
  ["ipv6", (chance) => `2001:db8::${between(1, 9999, chance)}`],
  ["uri", (chance) => `https://example.com/${pick(plainWords, chance)}`],
  ["uri-reference", (chance) => `/${pick(plainWords, chance)}`],
  ["url", (chance) => `https://example.com/${pick(plainWords, chance)}`],
  ["uuid", uuid],
  ["json-pointer", (chance) => `/${pick(plainWords, chance)}`],
  ["regex", (chance) => `^${pick(plainWords, chance)}$`],
]);

function date(chance: Chance): string {
  return `2025-${twoDigits(between(1, 12, chance))}-${twoDigits(between(1, 28, chance))}`;
}

function time(chance: Chance): string {
  return `${twoDigits(between(0, 23, chance))}:${twoDigits(between(0, 59, chance))}:00Z`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function uuid(chance: Chance): string {
  const digits = Array.from({ length: 30 }, () => between(0, 15, chance).toString(16)).join("");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(12, 15)}-a${digits.slice(15, 18)}-${digits.slice(18)}`;
}

/**
 * What a caller may ask of the sandbox in the header `x-windrose-sandbox`: directives separated by commas, each
 * `name`, `name=number` or, for a refusal, `name;retry-after=seconds`; any of them after `provider:` for one provider
 * alone. docs/sandbox.md lists the same names; a test holds the two together.
 */

import { Fault } from "../base/fault.ts";
import { refusals } from "./refusals.ts";
import type { RefusalName } from "./refusals.ts";
import { profiles } from "./profiles.ts";

export interface Behaviour {
  readonly fast: boolean;
  /** Added before the first token, or before a refusal. */
  readonly slowMs: number;
  readonly lengthTokens: number | undefined;
  readonly refusal: { readonly name: RefusalName; readonly retryAfterSeconds: number | undefined } | undefined;
  readonly disturbance: Disturbance | undefined;
}

/** Ways in which an answer goes wrong after it was accepted. */
export const disturbances = [
  "stall", "stall-mid", "cut", "reset", "truncate", "no-done", "empty", "error-first", "error-mid", "no-usage", "bad-usage", "garbled",
] as const;

export type Disturbance = (typeof disturbances)[number];

/** Directives with a number: its bounds. */
const settings = {
  slow: { low: 0, high: 600_000 },
  length: { low: 1, high: 20_000 },
} as const;

/** Every name that a directive may have. */
export const directiveNames: readonly string[] = ["fast", ...Object.keys(settings), ...disturbances, ...Object.keys(refusals)];

const retryAfterMax = 86_400;

/**
 * What the header asks of the provider with this prefix. Of several refusals or disturbances the first counts.
 * @throws Fault invalid_request, naming the known directives.
 */
export function readDirectives(header: string, prefix: string): Behaviour {
  const asked = header.split(",").map((part) => part.trim()).filter((part) => part !== "").map(readDirective);
  const here = asked.filter((directive) => directive.provider === undefined || directive.provider === prefix);
  const refused = here.find((directive) => isRefusal(directive.name));
  return {
    fast: here.some((directive) => directive.name === "fast"),
    slowMs: here.find((directive) => directive.name === "slow")?.value ?? 0,
    lengthTokens: here.find((directive) => directive.name === "length")?.value,
    refusal: refused !== undefined && isRefusal(refused.name) ? { name: refused.name, retryAfterSeconds: refused.retryAfterSeconds } : undefined,
    disturbance: disturbances.find((name) => name === here.find((directive) => isDisturbance(directive.name))?.name),
  };
}

interface Directive {
  readonly provider: string | undefined;
  readonly name: string;
  readonly value: number | undefined;
  readonly retryAfterSeconds: number | undefined;
}

function readDirective(text: string): Directive {
  const match = /^(?:([a-z-]+):)?([a-z0-9-]+)(?:=(\d{1,9}))?(?:;retry-after=(\d{1,9}))?$/.exec(text.toLowerCase().replaceAll(" ", ""));
  const name = match?.[2] ?? "";
  if (match === null || !directiveNames.includes(name)) throw unknown(text);
  const provider = profiles.find((profile) => profile.prefix === match[1] || profile.slug === match[1])?.prefix;
  if (match[1] !== undefined && provider === undefined) {
    throw refuse(`There is no sandbox provider '${match[1]}': there are ${profiles.map((profile) => profile.prefix).join(", ")}.`);
  }
  return { provider, name, value: readValue(name, match[3]), retryAfterSeconds: readRetryAfter(name, match[4]) };
}

function readValue(name: string, digits: string | undefined): number | undefined {
  const bounds = name === "slow" || name === "length" ? settings[name] : undefined;
  if (bounds === undefined) {
    if (digits !== undefined) throw refuse(`The sandbox directive '${name}' takes no number.`);
    return undefined;
  }
  const value = Number(digits ?? Number.NaN);
  if (!(value >= bounds.low && value <= bounds.high)) {
    throw refuse(`The sandbox directive '${name}' takes a number from ${bounds.low} to ${bounds.high}: ${name}=${bounds.low + 100}.`);
  }
  return value;
}

function readRetryAfter(name: string, digits: string | undefined): number | undefined {
  if (digits === undefined) return undefined;
  const seconds = Number(digits);
  if (!isRefusal(name) || seconds > retryAfterMax) throw refuse(`'retry-after' goes with a refusal and takes at most ${retryAfterMax} seconds: 429;retry-after=2.`);
  return seconds;
}

function isRefusal(name: string): name is RefusalName {
  return Object.hasOwn(refusals, name);
}

function isDisturbance(name: string): name is Disturbance {
  return disturbances.some((disturbance) => disturbance === name);
}

function unknown(text: string): Fault {
  return refuse(`Unknown sandbox directive '${text.slice(0, 40)}'. Known directives: ${[...directiveNames].toSorted().join(", ")}.`);
}

function refuse(message: string): Fault {
  return new Fault("invalid_request", message, { metadata: { param: "x-windrose-sandbox" } });
}

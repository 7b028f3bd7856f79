/** What the adapters of tasks have in common: JSON out, JSON in, counts that can be true. */

import { Fault } from "../base/fault.ts";
import type { TaskRequest } from "../wire/task.ts";
import type { ParameterNote, Target, UpstreamRequest } from "./adapter.ts";
import { asObject, type JsonObject } from "./json.ts";
import { bodyFault, isError } from "./upstream-fault.ts";

/** A request with a JSON body. */
export function jsonRequest(url: string, body: object, notes: readonly ParameterNote[] = []): UpstreamRequest {
  return { url, headers: { "content-type": "application/json", accept: "application/json" }, body: JSON.stringify(body), notes };
}

/** Fields that the upstream knows and we do not; notes those that it would refuse. */
export function passedFields({ extra }: TaskRequest, { quirks: { passes } }: Target, notes: ParameterNote[]): JsonObject {
  const passed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(extra)) {
    if (passes === "all" || passes.includes(name)) passed[name] = value;
    else notes.push({ parameter: name, action: "dropped", detail: "not known to this provider" });
  }
  return passed;
}

/** @throws Fault for an error in disguise; upstream_garbled for what is not an object. */
export function readAnswer(body: unknown): JsonObject {
  const answer = asObject(body);
  if (answer === undefined) throw garbled("is not a JSON object");
  if (isError(answer)) throw bodyFault(answer);
  return answer;
}

export function garbled(how: string): Fault {
  return new Fault("upstream_garbled", `The provider's answer ${how}.`);
}

export function unsupported(parameter: string, message: string): Fault {
  return new Fault("unsupported_parameter", message, { metadata: { parameter } });
}

// Nothing that is asked for once is larger; such a figure is a mistake or a lie.
const countMax = 100_000_000;

export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= countMax ? value : undefined;
}

/** Usage of a task that answers with no words of its own. */
export function promptUsage(promptTokens: number | undefined): { readonly promptTokens: number; readonly completionTokens: number } | undefined {
  return promptTokens === undefined ? undefined : { promptTokens, completionTokens: 0 };
}

/**
 * What becomes of each public parameter on its way to an endpoint: found out by encoding a request with it and one without, so
 * that it is never other than what is done.
 */

import type { ChatParameters, ChatRequest, ParameterName } from "../wire/chat.ts";
import type { ChatAdapter, Target } from "./adapter.ts";
import { plainQuirks } from "./quirks.ts";
import { companions, samples } from "./samples.ts";

/** As the caller wrote it, or in other words; or not at all. */
export type Carriage = "sent" | "translated" | "dropped";

export interface Capability {
  readonly carriage: Carriage;
  /** Into what it is translated, or why it is dropped. */
  readonly detail?: string;
}

export type Capabilities = Readonly<Record<ParameterName, Capability>>;

export const parameterNames = Object.keys(samples) as readonly ParameterName[];

type Encoder = Pick<ChatAdapter, "encodeRequest">;

/** For every public parameter, of an endpoint as the adapter sees it. */
export function capabilitiesOf(adapter: Encoder, target: Target): Capabilities {
  return Object.fromEntries(parameterNames.map((name) => [name, capabilityOf(adapter, target, name)])) as Capabilities;
}

/** What the protocol itself carries: to an endpoint that takes everything, at a provider without peculiarities. */
export function capabilitiesOfProtocol(adapter: Encoder): Capabilities {
  return capabilitiesOf(adapter, { baseUrl: "https://provider.example/v1", upstreamModel: "model", parameters: undefined, outputTokensMax: undefined, quirks: plainQuirks });
}

function capabilityOf(adapter: Encoder, target: Target, name: ParameterName): Capability {
  const around = companions[name] ?? {};
  const without = adapter.encodeRequest(requestWith(around), target);
  const withIt = adapter.encodeRequest(requestWith({ ...around, [name]: samples[name] }), target);
  const notes = withIt.notes.filter(({ parameter }) => parameter === name);
  const isCarried = String(withIt.body) !== String(without.body) || withIt.url !== without.url || JSON.stringify(withIt.headers) !== JSON.stringify(without.headers);
  const note = notes.find(({ action }) => action === (isCarried ? "translated" : "dropped")) ?? notes[0];
  if (!isCarried) return { carriage: "dropped", detail: note?.detail ?? "the same without it" };
  return note === undefined ? { carriage: "sent" } : { carriage: "translated", detail: note.detail };
}

function requestWith(parameters: ChatParameters): ChatRequest {
  return {
    models: ["author/model"], messages: [{ role: "user", content: "Hello" }], stream: false, parameters,
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false }, gateway: {}, extra: {},
  };
}

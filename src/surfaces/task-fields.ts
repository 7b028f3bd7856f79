/** What the requests of all tasks have in common: the models, the wishes for routing, the fields meant for the gateway, and what nobody knows. */

import { Fault } from "../base/fault.ts";
import type { TaskHead } from "../wire/task.ts";
import { isAbsent, readJson, readModels } from "./body.ts";
import { record, type Fields } from "./check.ts";
import { housekeeping, sortFields } from "./fields.ts";
import { defaultPreferences, readPreferences } from "./preferences.ts";

const gatewayReaders = new Map(housekeeping);
const common = ["model", "models", "provider", "route"];

/** The JSON object of a body. @throws Fault invalid_request, and unsupported_media_type for a form. */
export function readTaskJson(body: Uint8Array, contentType: string): Fields {
  if (contentType.startsWith("multipart/")) throw new Fault("unsupported_media_type", "This route takes JSON: send content-type application/json.");
  return readJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** `own` are the fields that the task itself reads. */
export function readHead(fields: Fields, own: readonly string[]): TaskHead {
  const { gateway, extra } = sortFields(fields, gatewayReaders, new Set([...common, ...own]));
  const provider = isAbsent(fields["provider"]) ? undefined : record(fields["provider"], "provider");
  return {
    models: readModels(fields),
    stream: false,
    provider: provider === undefined && isAbsent(fields["route"]) ? defaultPreferences : readPreferences(fields),
    options: readOptions(provider?.["options"]),
    gateway,
    extra,
  };
}

function readOptions(value: unknown): TaskHead["options"] {
  if (isAbsent(value)) return {};
  return Object.fromEntries(Object.entries(record(value, "provider.options")).map(([slug, options]) => [slug, record(options, `provider.options.${slug}`)]));
}

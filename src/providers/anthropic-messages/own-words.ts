/** What a caller of this protocol said of thinking and of the answer's form, as far as the model takes it in these words. */

import { asObject, type JsonObject } from "../json.ts";
import type { ModelTraits } from "./models.ts";

/** What is left out here is said as the public parameters have it: another model than the caller's may serve the request. */
export function ownWords({ thinking, output_config: config }: JsonObject, traits: ModelTraits, takesSchemas: boolean): JsonObject {
  const taken = Object.entries(asObject(config) ?? {}).filter(([name, value]) => {
    if (name === "effort") return (traits.efforts as readonly unknown[]).includes(value);
    return name !== "format" || takesSchemas;
  });
  return {
    ...(thinking !== undefined && takesThinking(asObject(thinking)?.["type"], traits) ? { thinking } : {}),
    ...(taken.length === 0 ? {} : { output_config: Object.fromEntries(taken) }),
  };
}

function takesThinking(type: unknown, { thinking, thinksUnasked }: ModelTraits): boolean {
  switch (type) {
    case "enabled":
      return thinking === "budget" || thinking === "either";
    case "adaptive":
      return thinking === "effort" || thinking === "either";
    case "disabled":
      return thinksUnasked !== "always";
    default:
      return true;
  }
}

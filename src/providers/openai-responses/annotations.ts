/** Where a text comes from, as an annotation of the answer. Source of the shape: contract §2.7. */

import { asObject, type JsonObject } from "../json.ts";

/** `start` is where the annotated text begins in the whole content, in UTF-16 code units: places are counted from there. */
export function annotationOf(value: unknown, start: number): object {
  const { type, ...fields } = asObject(value) ?? {};
  const kind = typeof type === "string" ? type : "annotation";
  return { type: kind, [kind]: { ...fields, ...moved(fields, start) } };
}

function moved(fields: JsonObject, start: number): object {
  const places = ["start_index", "end_index", ...(fields["start_index"] === undefined ? ["index"] : [])];
  return Object.fromEntries(places.flatMap((name) => (typeof fields[name] === "number" ? [[name, fields[name] + start]] : [])));
}

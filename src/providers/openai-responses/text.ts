/** The form and the length of the answer's text. */

import type { ChatParameters, ResponseFormat } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import type { ResponseFormatType } from "../quirks.ts";

export interface EncodedText {
  readonly text?: { readonly format?: object; readonly verbosity?: string };
  /** Said to the model where no field can say it. */
  readonly instruction?: string;
}

/** `formats`: those that the endpoint takes. */
export function encodeText({ response_format: wanted, verbosity }: ChatParameters, formats: readonly ResponseFormatType[], notes: ParameterNote[]): EncodedText {
  const { format, instruction } = wanted === undefined ? {} : encodeFormat(wanted, formats, notes);
  const text = { ...(format === undefined ? {} : { format }), ...(verbosity === undefined ? {} : { verbosity: encodeVerbosity(verbosity, notes) }) };
  return { ...(Object.keys(text).length === 0 ? {} : { text }), ...(instruction === undefined ? {} : { instruction }) };
}

function encodeFormat(wanted: ResponseFormat, formats: readonly ResponseFormatType[], notes: ParameterNote[]): { readonly format?: object; readonly instruction?: string } {
  if (wanted.type === "text" || wanted.type === "json_object") return { format: { type: wanted.type } };
  if (wanted.type !== "json_schema") {
    notes.push({ parameter: "response_format", action: "dropped", detail: `${wanted.type} is not in this dialect` });
    return {};
  }
  const { schema = { type: "object" }, ...named } = wanted.json_schema;
  if (formats.includes("json_schema")) return { format: { type: "json_schema", ...named, schema } };
  notes.push({ parameter: "response_format", action: "translated", detail: "the schema is sent as an instruction" });
  return { format: { type: "json_object" }, instruction: `Answer with JSON that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}` };
}

function encodeVerbosity(verbosity: string, notes: ParameterNote[]): string {
  if (verbosity !== "xhigh" && verbosity !== "max") return verbosity;
  notes.push({ parameter: "verbosity", action: "translated", detail: "sent as high, the most this dialect has" });
  return "high";
}

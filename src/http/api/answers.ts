/** How our OpenAPI document describes what operations answer. Tests hold the answers against the document. */

import { z } from "@hono/zod-openapi";

interface Described {
  readonly description: string;
  readonly content: Record<string, { readonly schema: z.ZodType }>;
}

/** One success and, for everything else, the error envelope. */
export function answers(description: string, schema: z.ZodType, status: 200 | 201 = 200): Record<number, Described> & { readonly default: Described } {
  return {
    [status]: { description, content: { "application/json": { schema } } },
    default: { description: "What went wrong", content: { "application/json": { schema: errorBody } } },
  };
}

/** The envelope of every read: `{ data }`. */
export function data<Schema extends z.ZodType>(schema: Schema): z.ZodObject<{ data: Schema }> {
  return z.object({ data: schema });
}

const errorBody = z
  .object({
    error: z.looseObject({
      code: z.int(),
      message: z.string(),
      metadata: z.looseObject({ error_type: z.string(), request_id: z.string(), docs_url: z.string().describe("Where this installation says what the error means and what helps.") }),
    }),
  })
  .openapi("Error");

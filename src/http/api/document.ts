/** GET /openapi.json: this API's own description, made from the schemas that check its requests. */

import type { OpenAPIHono } from "@hono/zod-openapi";
import { inferencePaths } from "./inference-document.ts";
import { basePath, policies, type ApiEnv } from "./policy.ts";
import type { OperationName } from "./unknown-route.ts";

interface DocumentFacts {
  readonly version: string;
  /** Operations that others answer under the same base. */
  readonly elsewhere: readonly OperationName[];
}

/** Register last: the document describes the routes that are registered when it is first asked for. */
export function registerDocument(api: OpenAPIHono<ApiEnv>, { version, elsewhere }: DocumentFacts): void {
  const inference = inferencePaths(elsewhere);
  let text: string | undefined;
  api.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  api.get("/openapi.json", (context) => {
    text ??= JSON.stringify(whole(describe(api, version), inference));
    return context.body(text, 200, { "content-type": "application/json" });
  });
}

function whole(document: Described, inference: Readonly<Record<string, object>>): object {
  const own = { get: { tags: ["Document"], summary: "This document", security: [], responses: { 200: { description: "OpenAPI 3.1", content: { "application/json": { schema: { type: "object" } } } } } } };
  return { ...document, paths: { ...inference, ...document.paths, "/openapi.json": own } };
}

type Described = ReturnType<OpenAPIHono<ApiEnv>["getOpenAPI31Document"]>;

function describe(api: OpenAPIHono<ApiEnv>, version: string): Described {
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Windrose", version, description: "One API in front of every model and every provider. Inference speaks the dialects of its clients; reads and management are as OpenRouter has them." },
    servers: [{ url: basePath }],
  });
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of ["get", "post", "patch", "delete"] as const) {
      const operation = item[method];
      if (operation !== undefined) operation.security = policies[`${method.toUpperCase()} ${path}`] === "public" ? [] : [{ bearer: [] }];
    }
  }
  return document;
}

/** GET /openapi.json: this API's own description, made from the schemas that check its requests. */

import type { OpenAPIHono } from "@hono/zod-openapi";
import { basePath, policies, type ApiEnv } from "./policy.ts";

/** Register last: the document describes the routes that are registered when it is first asked for. */
export function registerDocument(api: OpenAPIHono<ApiEnv>, version: string): void {
  let text: string | undefined;
  api.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  api.get("/openapi.json", (context) => {
    text ??= JSON.stringify(describe(api, version));
    return context.body(text, 200, { "content-type": "application/json" });
  });
}

function describe(api: OpenAPIHono<ApiEnv>, version: string): object {
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Windrose", version, description: "Reads and management. Inference speaks the dialects of its clients." },
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

/** GET /providers. Source: contract §1.3. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Provider } from "../../catalog/model.ts";
import { providerView } from "../../catalog/view.ts";
import { answers, data } from "./answers.ts";
import type { ApiEnv } from "./policy.ts";

export function registerProviders(api: OpenAPIHono<ApiEnv>, catalog: { readonly providers: readonly Provider[] }): void {
  api.openapi(listProviders, (context) => context.json({ data: catalog.providers.map(providerView) }));
}

const url = z.string().nullable();

const listProviders = createRoute({
  method: "get",
  path: "/providers",
  tags: ["Providers"],
  summary: "Every provider of the catalog",
  responses: answers(
    "The providers",
    data(
      z.array(
        z.object({
          name: z.string(),
          slug: z.string(),
          privacy_policy_url: url,
          terms_of_service_url: url.optional(),
          status_page_url: url.optional(),
          headquarters: z.string().nullish(),
          datacenters: z.array(z.string()).nullish(),
        }),
      ),
    ),
  ),
});

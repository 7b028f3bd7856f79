/** What the model operations take and answer. Source: contract §1.2, §1.3, §6. */

import { createRoute, z } from "@hono/zod-openapi";
import { modelCategories, modelSorts } from "../../catalog/query.ts";
import { answers, data } from "./answers.ts";

const modality = { example: "text,image" };
const count = { type: "integer", minimum: 0 } as const;
const amount = { type: "number", minimum: 0 } as const;

// Texts here: catalog/query.ts reads and checks them, for the CLI as well, and names the parameter that is wrong.
const parameter = (described: Readonly<Record<string, unknown>> = {}) => z.string().optional().openapi({ param: { required: false }, ...described });

const paging = {
  offset: parameter({ ...count, description: "Leave out offset and limit to get everything" }),
  limit: parameter({ type: "integer", minimum: 1, maximum: 1000, default: 500 }),
};

const filters = z.object({
  ...paging,
  q: parameter({ description: "Words of the name or the slug, at most 4,000 characters" }),
  category: parameter({ enum: [...modelCategories] }),
  supported_parameters: parameter({ example: "tools,response_format" }),
  input_modalities: parameter(modality),
  output_modalities: parameter({ ...modality, description: "Or all", default: "text" }),
  sort: parameter({ enum: [...modelSorts] }),
  context: parameter({ type: "integer", minimum: 1 }),
  min_price: parameter({ ...amount, description: "Dollars per million prompt tokens" }),
  max_price: parameter(amount),
  min_output_price: parameter({ ...amount, description: "Dollars per million completion tokens" }),
  max_output_price: parameter(amount),
  arch: parameter({ example: "Mistral" }),
  model_authors: parameter({ example: "mistralai" }),
  providers: parameter({ description: "Names or slugs" }),
  distillable: parameter({ enum: ["true", "false"] }),
  zdr: parameter({ enum: ["true"], description: "Has an endpoint that retains nothing" }),
  region: parameter({ enum: ["eu", "us"] }),
  min_age_days: parameter(count),
  max_age_days: parameter(count),
  use_rss: parameter({ description: "true for a feed" }),
  use_rss_chat_links: parameter({ description: "true for links to the chat room" }),
});

const price = z.looseObject({ prompt: z.string(), completion: z.string() }).openapi("Pricing", { description: "US dollars per unit" });

const architecture = z.object({
  modality: z.string().nullable(),
  input_modalities: z.array(z.string()),
  output_modalities: z.array(z.string()),
  tokenizer: z.string().nullable(),
  instruct_type: z.string().nullable(),
});

const model = z
  .looseObject({
    id: z.string(),
    canonical_slug: z.string(),
    name: z.string(),
    created: z.int(),
    description: z.string(),
    context_length: z.int().nullable(),
    architecture,
    pricing: price,
    top_provider: z.object({ context_length: z.int().nullable(), max_completion_tokens: z.int().nullable(), is_moderated: z.boolean() }),
    supported_parameters: z.array(z.string()),
    links: z.object({ details: z.string() }),
  })
  .openapi("Model");

const percentiles = z.object({ p50: z.number(), p75: z.number(), p90: z.number(), p99: z.number() }).nullable().openapi("Percentiles");
const uptime = z.number().nullable();

const endpoint = z
  .looseObject({
    name: z.string(),
    model_id: z.string(),
    model_name: z.string(),
    provider_name: z.string(),
    tag: z.string(),
    context_length: z.int(),
    pricing: price,
    quantization: z.string().nullable(),
    max_prompt_tokens: z.int().nullable(),
    max_completion_tokens: z.int().nullable(),
    supported_parameters: z.array(z.string()),
    supports_implicit_caching: z.boolean(),
    status: z.int(),
    uptime_last_5m: uptime,
    uptime_last_30m: uptime,
    uptime_last_1d: uptime,
    latency_last_30m: percentiles,
    throughput_last_30m: percentiles,
    tool_call_error_rate_last_1d: z.number().nullable().openapi({ description: "Percent of answers with tool calls, one of which could not be run" }),
  })
  .openapi("Endpoint");

const models = z.object({ data: z.array(model), total_count: z.int(), links: z.object({ next: z.string().nullable() }) });
const params = z.object({ author: z.string(), slug: z.string() });

export const listModels = createRoute({
  method: "get",
  path: "/models",
  tags: ["Models"],
  summary: "The models, filtered and sorted",
  request: { query: filters },
  responses: answers("The models", models),
});

export const listUserModels = createRoute({
  method: "get",
  path: "/models/user",
  tags: ["Models"],
  summary: "The models that this key may call",
  request: { query: z.object(paging) },
  responses: answers("The models", models),
});

export const listEmbeddingModels = createRoute({
  method: "get",
  path: "/embeddings/models",
  tags: ["Embeddings"],
  summary: "The models that make vectors",
  request: { query: z.object(paging) },
  responses: answers("The models", models),
});

const capabilities = z.record(z.string(), z.looseObject({ type: z.enum(["enum", "range", "boolean"]) })).openapi("Capabilities");

const imageModel = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  created: z.int(),
  architecture: z.object({ input_modalities: z.array(z.string()), output_modalities: z.array(z.string()) }),
  supported_parameters: capabilities,
  supports_streaming: z.boolean(),
  endpoints: z.string(),
}).openapi("ImageModel");

const imageEndpoint = z.object({
  provider_name: z.string(),
  provider_slug: z.string(),
  provider_tag: z.string().nullable(),
  supported_parameters: capabilities,
  allowed_passthrough_parameters: z.array(z.string()),
  supports_streaming: z.boolean(),
  pricing: z.array(z.object({ billable: z.string(), unit: z.string(), cost_usd: z.number() })),
}).openapi("ImageEndpoint");

export const listImageModels = createRoute({
  method: "get",
  path: "/images/models",
  tags: ["Images"],
  summary: "The models that make pictures",
  responses: answers("The models", data(z.array(imageModel))),
});

export const listImageEndpoints = createRoute({
  method: "get",
  path: "/images/models/{author}/{slug}/endpoints",
  tags: ["Images"],
  summary: "Who makes pictures with a model, and at what price",
  request: { params },
  responses: answers("The endpoints", z.object({ id: z.string(), endpoints: z.array(imageEndpoint) })),
});

export const countModels = createRoute({
  method: "get",
  path: "/models/count",
  tags: ["Models"],
  summary: "How many models there are",
  request: { query: z.object({ output_modalities: filters.shape.output_modalities }) },
  responses: answers("The count", data(z.object({ count: z.int() }))),
});

export const getModel = createRoute({
  method: "get",
  path: "/model/{author}/{slug}",
  tags: ["Models"],
  summary: "One model, by slug or alias",
  request: { params },
  responses: answers("The model", data(model)),
});

export const listEndpoints = createRoute({
  method: "get",
  path: "/models/{author}/{slug}/endpoints",
  tags: ["Endpoints"],
  summary: "Who serves a model, at what price, and how well",
  request: { params },
  responses: answers(
    "The model and its endpoints",
    data(z.object({ id: z.string(), name: z.string(), created: z.int(), description: z.string(), architecture, endpoints: z.array(endpoint) })),
  ),
});

export const listZdrEndpoints = createRoute({
  method: "get",
  path: "/endpoints/zdr",
  tags: ["Endpoints"],
  summary: "The endpoints whose providers retain nothing",
  responses: answers("The endpoints", data(z.array(endpoint))),
});

/** The OpenAPI document as the reference shows it: operations in groups, schemas as rows. */

import type { ApiGroup, Field, Operation } from "../../../../web/pages/docs/api.tsx";
import { policies } from "../../api/policy.ts";
import type { ApiContent, ApiDocument, ApiOperation, ApiSchema } from "./api-document.ts";

export function referenceOf(document: ApiDocument): readonly ApiGroup[] {
  const groups = new Map<string, Operation[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const name = operation.tags?.[0] ?? "Document";
      const group = groups.get(name) ?? [];
      groups.set(name, group);
      group.push(operationView(document, { method: method.toUpperCase(), path, operation }));
    }
  }
  return [...groups].map(([name, operations]) => ({ path: `/docs/api/${slugOf(name)}`, name, operations }));
}

interface Named {
  readonly method: string;
  readonly path: string;
  readonly operation: ApiOperation;
}

function operationView(document: ApiDocument, { method, path, operation }: Named): Operation {
  const body = jsonOf(operation.requestBody?.content);
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith("2"))?.[1];
  const example = body === undefined ? undefined : bodyText(body.example ?? sampleOf(document, body.schema ?? {}));
  const parameters = operation.parameters ?? [];
  const access = operation.security?.length === 0 ? "public" : policies[`${method} ${path}`] === "management" ? "management key" : "key";
  return {
    id: slugOf(`${method} ${path}`), method, path, summary: operation.summary ?? path, description: operation.description ?? "", access,
    parameters: parameters.map(({ name, in: place, required = false, description, schema = {} }) => ({
      name, type: `${typeOf(document, schema)}, in the ${place === "path" ? "path" : place}`, isRequired: required, description: meaningOf(schema, description),
    })),
    body: body === undefined ? [] : fieldsOf(document, body.schema ?? {}),
    answer: fieldsOf(document, jsonOf(success?.content)?.schema ?? {}),
    answerTypes: Object.keys(success?.content ?? {}),
    sample: sampleRequest({ method, path, body: example, needsKey: access !== "public" }),
    tryIt: {
      method, path, needsKey: access !== "public", ...(example === undefined ? {} : { body: example }),
      parameters: parameters.flatMap(({ name, in: place, required = false }) => (place === "header" ? [] : [{ name, place, isRequired: required, example: place === "path" ? pathExamples[name] ?? "" : "" }])),
    },
  };
}

/** A field a line, each on one line: short enough for the bodies that there are. */
function bodyText(body: unknown): string {
  const fields = Object.entries(body ?? {}).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n}`;
}

const pathExamples: Readonly<Record<string, string>> = { author: "mistralai", slug: "ministral-8b", version: "1" };

function jsonOf(content: ApiContent | undefined): ApiContent[string] | undefined {
  return content?.["application/json"] ?? Object.values(content ?? {})[0];
}

const depthMax = 3;
const fieldsMax = 80;

/** The fields of an object, and of what is in it, each with the way to it. */
function fieldsOf(document: ApiDocument, schema: ApiSchema): readonly Field[] {
  const fields: Field[] = [];
  const visit = (given: ApiSchema, way: string, depth: number): void => {
    const resolved = resolve(document, given);
    if (resolved.items !== undefined) visit(resolved.items, `${way}[]`, depth);
    for (const [name, property] of Object.entries(resolved.properties ?? {})) {
      if (fields.length >= fieldsMax) return;
      const path = way === "" ? name : `${way}.${name}`;
      fields.push({ name: path, type: typeOf(document, property), isRequired: resolved.required?.includes(name) ?? false, description: meaningOf(resolve(document, property)) });
      if (depth < depthMax) visit(property, path, depth + 1);
    }
  };
  visit(schema, "", 1);
  return fields;
}

/** References followed, parts of an `allOf` put together, and null left out of a choice. */
function resolve(document: ApiDocument, schema: ApiSchema): ApiSchema {
  if (schema.$ref !== undefined) return resolve(document, document.components?.schemas?.[schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)] ?? {});
  if (schema.allOf !== undefined) return schema.allOf.map((part) => resolve(document, part)).reduce((whole, part) => ({ ...whole, ...part, properties: { ...whole.properties, ...part.properties } }), schema);
  const choices = (schema.anyOf ?? schema.oneOf ?? []).filter(({ type }) => type !== "null");
  return choices.length === 1 && choices[0] !== undefined ? { ...resolve(document, choices[0]), ...(schema.description === undefined ? {} : { description: schema.description }) } : schema;
}

function typeOf(document: ApiDocument, given: ApiSchema): string {
  const schema = resolve(document, given);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map((choice) => typeOf(document, choice)))].join(" or ");
  const types = (typeof schema.type === "string" ? [schema.type] : schema.type ?? ["any"]).map((type) => (type === "array" ? `list of ${typeOf(document, schema.items ?? {})}` : type));
  return types.join(" or ");
}

function meaningOf(schema: ApiSchema, description = schema.description ?? ""): string {
  const { minimum, maximum } = schema;
  // Whole numbers without a bound are written with the largest that JSON carries.
  const range = minimum !== undefined && maximum !== undefined && Math.abs(maximum) < Number.MAX_SAFE_INTEGER ? `${minimum} to ${maximum}` : minimum !== undefined && Math.abs(minimum) < Number.MAX_SAFE_INTEGER ? `${minimum} or more` : "";
  const usual = schema.default === undefined ? "" : `${JSON.stringify(schema.default)} where absent`;
  return [description, range, usual].filter((part) => part !== "").join("; ");
}

/** The least that the schema takes, to start from. */
function sampleOf(document: ApiDocument, given: ApiSchema): unknown {
  const schema = resolve(document, given);
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.properties !== undefined) return Object.fromEntries((schema.required ?? []).map((name) => [name, sampleOf(document, schema.properties?.[name] ?? {})]));
  if (schema.type === "array") return [];
  if (schema.type === "string") return "…";
  return schema.type === "boolean" ? false : schema.type === "integer" || schema.type === "number" ? schema.minimum ?? 1 : {};
}

interface Sample {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly needsKey: boolean;
}

function sampleRequest({ method, path, body, needsKey }: Sample): string {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => pathExamples[name] ?? `${name.toUpperCase()}`);
  const lines = [
    `curl ${method === "GET" || (method === "POST" && body !== undefined) ? "" : `-X ${method} `}{base}${filled}`,
    ...(needsKey ? ['-H "Authorization: Bearer $WINDROSE_API_KEY"'] : []),
    ...(body === undefined ? [] : ['-H "Content-Type: application/json"', `-d '${body.replaceAll("\n", "\n  ")}'`]),
  ];
  return lines.join(" \\\n  ");
}

function slugOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

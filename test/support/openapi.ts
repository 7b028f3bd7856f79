/** Holds an answer against OpenRouter's published OpenAPI document: the promise that their clients can read ours. */

import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import { assert } from "../../src/base/assert.ts";

const published: Document = JSON.parse(readFileSync(new URL("../fixtures/openapi/openrouter.json", import.meta.url), "utf8"));

// The document closes this list over the providers of one company on one day, and lets clients meet others (contract §0,
// "Evolution"). Ours come from the catalog and from the operator.
delete published.components.schemas["ProviderName"]?.enum;
delete published.components.schemas["ProviderResponse"]?.properties?.["provider_name"]?.enum;

// Of the parts of an item the document forbids in the base of an event one that it names in the event itself; their own client
// takes it.
for (const name of ["BaseContentPartAddedEvent", "BaseContentPartDoneEvent"]) delete published.components.schemas[name]?.properties?.["part"];

const check = validator(published);

/**
 * Fails the test unless the document promises this status for the operation ("GET /models/{author}/{slug}/endpoints")
 * and `body` is what it promises.
 */
export function expectValid(operation: string, status: number, body: unknown): void {
  check(operation, status, body);
}

const components = schemasOf(published);

/**
 * Fails the test unless `value` is what the document calls by this name, such as an event of a stream. Where the name stands
 * for many schemas and the value says which, it is held against that one.
 */
export function expectSchema(name: string, value: unknown): void {
  const { propertyName, mapping } = published.components.schemas[name]?.discriminator ?? {};
  const chosen = propertyName === undefined ? undefined : mapping?.[String((value as Record<string, unknown>)[propertyName])];
  const validate = components.getSchema(`document${chosen ?? `#/components/schemas/${name}`}`);
  assert(validate !== undefined, `${name} is not in the document`);
  expectNoErrors(validate, value);
}

/** The same against any other OpenAPI 3.1 document, such as our own. */
export function validator(document: Document): (operation: string, status: number, body: unknown) => void {
  const ajv = schemasOf(document);
  return (operation, status, body) => {
    const [method = "", path = ""] = operation.split(" ");
    const answers = document.paths[path]?.[method.toLowerCase()]?.responses;
    const promised = answers?.[status] === undefined ? "default" : String(status);
    expect(answers, `${operation} is not in the document`).toBeDefined();
    expect(answers?.[promised], `${operation} does not promise status ${status}`).toBeDefined();
    const steps = ["paths", path, method.toLowerCase(), "responses", promised, "content", "application/json", "schema"];
    expectNoErrors(ajv.compile({ $ref: `document#/${steps.map(pointerStep).join("/")}` }), body);
  };
}

function schemasOf(document: Document): Ajv2020 {
  // Not strict: the keywords of OpenAPI and of its generators are no keywords of JSON Schema.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.addSchema(document, "document");
}

function expectNoErrors(validate: ValidateFunction, value: unknown): void {
  validate(value);
  expect((validate.errors ?? []).map(({ instancePath, message, params }) => ({ instancePath, message, params }))).toEqual([]);
}

interface Document {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, unknown> }>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

interface Schema {
  enum?: unknown;
  readonly properties?: Record<string, { enum?: unknown } | undefined>;
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Readonly<Record<string, string>> };
}

function pointerStep(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}

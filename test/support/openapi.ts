/** Holds an answer against OpenRouter's published OpenAPI document: the promise that their clients can read ours. */

import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";

const published: Document = JSON.parse(readFileSync(new URL("../fixtures/openapi/openrouter.json", import.meta.url), "utf8"));

// The document closes this list over the providers of one company on one day, and lets clients meet others (contract §0,
// "Evolution"). Ours come from the catalog and from the operator.
delete published.components.schemas["ProviderName"]?.enum;
delete published.components.schemas["ProviderResponse"]?.properties?.["provider_name"]?.enum;

const check = validator(published);

/**
 * Fails the test unless the document promises this status for the operation ("GET /models/{author}/{slug}/endpoints")
 * and `body` is what it promises.
 */
export function expectValid(operation: string, status: number, body: unknown): void {
  check(operation, status, body);
}

/** The same against any other OpenAPI 3.1 document, such as our own. */
export function validator(document: Document): (operation: string, status: number, body: unknown) => void {
  // Not strict: the keywords of OpenAPI and of its generators are no keywords of JSON Schema.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, "document");
  return (operation, status, body) => {
    const [method = "", path = ""] = operation.split(" ");
    const answers = document.paths[path]?.[method.toLowerCase()]?.responses;
    const promised = answers?.[status] === undefined ? "default" : String(status);
    expect(answers, `${operation} is not in the document`).toBeDefined();
    expect(answers?.[promised], `${operation} does not promise status ${status}`).toBeDefined();
    const steps = ["paths", path, method.toLowerCase(), "responses", promised, "content", "application/json", "schema"];
    const validate = ajv.compile({ $ref: `document#/${steps.map(pointerStep).join("/")}` });
    validate(body);
    expect((validate.errors ?? []).map(({ instancePath, message, params }) => ({ instancePath, message, params }))).toEqual([]);
  };
}

interface Document {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, unknown> }>>;
  readonly components: { readonly schemas: Record<string, { enum?: unknown; properties?: Record<string, { enum?: unknown }> }> };
}

function pointerStep(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}

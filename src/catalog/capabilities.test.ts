import { expect, test } from "vitest";
import { parameterNames } from "../providers/capabilities.ts";
import { quirksOf } from "../providers/known-quirks.ts";
import { protocols } from "../providers/registry.ts";
import { capabilityMatrix } from "./capabilities.ts";
import { loadCatalog } from "./load.ts";

const catalog = loadCatalog({ folder: "catalog/", configured: [], credential: () => undefined, simulated: [], protocols, quirksOf, now: Date.parse("2026-01-01") });
const matrix = catalog.models.flatMap((model) => capabilityMatrix(model.endpoints, []));

test("every endpoint of the catalog that there is an adapter for has a row, and every row a word on each parameter", () => {
  const callable = catalog.models.flatMap(({ endpoints }) => endpoints).filter(({ protocol, status }) => protocols.has(protocol) && status !== "retired");
  expect(matrix.map(({ endpoint }) => endpoint.id)).toEqual(callable.map(({ id }) => id));
  for (const { parameters } of matrix) expect(Object.keys(parameters)).toEqual(parameterNames);
});

test("what is dropped or translated always says why or into what", () => {
  const silent = matrix.flatMap(({ endpoint, parameters }) => parameterNames.filter((name) => parameters[name].carriage !== "sent" && parameters[name].detail === undefined).map((name) => [endpoint.id, name]));
  expect(silent).toEqual([]);
});

test("what a provider never takes is sent to none of its endpoints, whatever a list says", () => {
  const wrong = matrix.filter(({ endpoint, parameters }) => quirksOf(endpoint.provider).refuses.some((name) => endpoint.protocol === "openai-chat" && parameters[name].carriage === "sent"));
  expect(wrong.map(({ endpoint }) => endpoint.id)).toEqual([]);
});

test("an endpoint as the operator set it up goes before what is listed", () => {
  const model = catalog.models.find(({ endpoints }) => endpoints.some(({ protocol, status, upstreamModel }) => protocol === "openai-chat" && status === "active" && upstreamModel !== undefined));
  const endpoint = model?.endpoints.find(({ protocol, status, upstreamModel }) => protocol === "openai-chat" && status === "active" && upstreamModel !== undefined);
  const configured = loadCatalog({
    folder: "catalog/", simulated: [], protocols, quirksOf, now: Date.parse("2026-01-01"), credential: (name) => (name === "GOOGLE_APPLICATION_CREDENTIALS" ? undefined : "credential"),
    configured: [{ slug: endpoint?.provider ?? "", baseUrl: "https://provider.example", quirks: { refuses: ["temperature"] } }],
  });
  const same = configured.find(model?.slug ?? "");
  const row = same === undefined ? undefined : capabilityMatrix(same.endpoints, configured.live(same)).find((one) => one.endpoint.id === endpoint?.id);
  expect(row?.parameters.temperature.carriage).toBe("dropped");
});

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyOverlay, readOverlay, type CatalogRecords, type EndpointRecord, type ModelRecord, type Overlay, type PriceRecord, type ProviderRecord } from "./records.ts";
import { planSync, writeOverlay, type SyncOptions, type SyncPlan } from "./sync.ts";

const price: PriceRecord = { prompt: "1", completion: "2" };

function endpoint(provider: string, facts: Partial<EndpointRecord> = {}): EndpointRecord {
  return { id: `lab/one@${provider}`, provider, upstream_model: "lab/One", context_length: 8192, pricing: price, status: "active", as_of: "2026-01-01", ...facts };
}

function catalogOf(...endpoints: readonly EndpointRecord[]): CatalogRecords {
  const model: ModelRecord = {
    slug: "lab/one", author: "lab", author_name: "Lab", name: "Lab: One", description: "", created: 0, context_length: 8192,
    input_modalities: ["text"], output_modalities: ["text"], tokenizer: "Other", supported_parameters: [], endpoints,
  };
  return { models: [model], providers: [provider("acme", ["acme-inference", "acme-eu"]), provider("other", ["other"])] };
}

function provider(slug: string, ids: readonly string[]): ProviderRecord {
  return { slug, name: slug, kind: "host", protocol: "openai-chat", auth: "bearer", credential_env: [], models_dev_ids: ids };
}

type Cost = Readonly<Record<string, unknown>>;
const listing = (cost: Cost | undefined, limit: Cost = { context: 8192 }) => ({ id: "lab/One", name: "One", ...(cost && { cost }), limit });
const acme = (cost: Cost | undefined, limit?: Cost) => ({ "acme-inference": { id: "acme-inference", models: { "lab/One": listing(cost, limit) } } });

function sync(options: Partial<SyncOptions>): SyncPlan {
  return planSync({ catalog: catalogOf(endpoint("acme")), overlay: emptyOverlay, document: acme({ input: 1, output: 2 }), accepted: new Set(), today: "2026-11-21", ...options });
}

/** What becomes of the one known endpoint. */
function outcome(plan: SyncPlan): string {
  return plan.changes.length > 0 ? "changed" : plan.heldBack.length > 0 ? "held back" : plan.unchanged > 0 ? "unchanged" : "not met";
}

describe("a price in the document", () => {
  const cases: readonly { readonly name: string; readonly before?: PriceRecord | undefined; readonly cost: Cost | undefined; readonly outcome: string; readonly after?: PriceRecord }[] = [
    { name: "that is the same", cost: { input: 1, output: 2 }, outcome: "unchanged" },
    { name: "that differs by float noise alone", before: { prompt: "0.05", completion: "0.3" }, cost: { input: 0.049999999999999996, output: 0.1 + 0.2 }, outcome: "unchanged" },
    { name: "that fell by half", cost: { input: 0.5, output: 1 }, outcome: "changed", after: { prompt: "0.5", completion: "1" } },
    { name: "that rose by half", cost: { input: 1.5, output: 3 }, outcome: "changed", after: { prompt: "1.5", completion: "3" } },
    { name: "that rose by more", cost: { input: 1.51, output: 2 }, outcome: "held back" },
    { name: "that fell by more", cost: { input: 1, output: 0.99 }, outcome: "held back" },
    { name: "that fell by a thousand", cost: { input: 0.001, output: 0.002 }, outcome: "held back" },
    { name: "that became zero", cost: { input: 0, output: 0 }, outcome: "held back" },
    { name: "whose input became zero", cost: { input: 0, output: 2 }, outcome: "held back" },
    { name: "that is zero where none was known", before: undefined, cost: { input: 0, output: 0 }, outcome: "held back" },
    { name: "that is the first one known", before: undefined, cost: { input: 9, output: 9 }, outcome: "changed", after: { prompt: "9", completion: "9" } },
    { name: "that names cached input for the first time", cost: { input: 1, output: 2, cache_read: 0.1 }, outcome: "changed", after: { ...price, input_cache_read: "0.1" } },
    { name: "whose cached input rose by more than half", before: { ...price, input_cache_read: "0.1" }, cost: { input: 1, output: 2, cache_read: 0.9 }, outcome: "held back" },
    { name: "with a zero that means not listed apart", cost: { input: 1, output: 2, cache_write: 0 }, outcome: "unchanged" },
    { name: "with less than half of it", cost: { input: 1 }, outcome: "unchanged" },
    { name: "that is text", cost: { input: "1", output: "2" }, outcome: "unchanged" },
    { name: "that is negative", cost: { input: -1, output: 2 }, outcome: "unchanged" },
    { name: "that is absent", cost: undefined, outcome: "unchanged" },
    { name: "beside tiers and fees, which it does not speak of", before: { ...price, web_search: "0.01", overrides: [{ min_prompt_tokens: 9, prompt: "2" }] }, cost: { input: 1.1, output: 2 }, outcome: "changed", after: { prompt: "1.1", completion: "2", web_search: "0.01", overrides: [{ min_prompt_tokens: 9, prompt: "2" }] } },
  ];
  for (const { name, cost, outcome: expected, after, ...rest } of cases) {
    test(`${name}: ${expected}`, () => {
      const { pricing: listed, ...unpriced } = endpoint("acme");
      const before = "before" in rest ? rest.before : listed;
      const plan = sync({ catalog: catalogOf(before === undefined ? unpriced : { ...unpriced, pricing: before }), document: acme(cost) });
      expect(outcome(plan)).toBe(expected);
      if (after !== undefined) expect(plan.overlay.endpoints["lab/one@acme"]).toEqual({ pricing: after, context_length: 8192, as_of: "2026-11-21" });
      if (expected !== "changed") expect(plan.overlay).toEqual(emptyOverlay);
    });
  }

  test("is taken in spite of the doubt when the operator accepts it", () => {
    const plan = sync({ document: acme({ input: 100, output: 0.001 }), accepted: new Set(["lab/one@acme"]) });
    expect(plan.heldBack).toEqual([]);
    expect(plan.overlay.endpoints["lab/one@acme"]?.pricing).toEqual({ prompt: "100", completion: "0.001" });
  });

  test("says what it is held back for", () => {
    expect(sync({ document: acme({ input: 3, output: 2 }) }).heldBack[0]).toMatchObject({ endpointId: "lab/one@acme", why: "prompt goes from $1 to $3 per million" });
  });

  test("of a trial stays a trial's until the operator accepts it", () => {
    const trial = catalogOf(endpoint("acme", { pricing: { prompt: "0", completion: "0" }, zero_price_unverified: true }));
    expect(outcome(sync({ catalog: trial, document: acme({ input: 0, output: 0 }) }))).toBe("unchanged");
    expect(outcome(sync({ catalog: trial, document: acme({ input: 0, output: 0 }), accepted: new Set(["lab/one@acme"]) }))).toBe("changed");
  });
});

describe("a sync", () => {
  test("takes new limits, and compares with what earlier syncs found", () => {
    const first = sync({ document: acme({ input: 1.4, output: 2 }, { context: 32_768, output: 4096 }) });
    expect(first.changes[0]?.after).toEqual({ pricing: { prompt: "1.4", completion: "2" }, context_length: 32_768, max_output_tokens: 4096 });
    const second = sync({ overlay: first.overlay, document: acme({ input: 2, output: 2 }, { context: 32_768, output: 4096 }) });
    expect(second.changes[0]?.before.pricing).toMatchObject({ prompt: "1.4" });
    expect(outcome(sync({ overlay: second.overlay, document: acme({ input: 2, output: 2 }, { context: 32_768, output: 4096 }) }))).toBe("unchanged");
  });

  test("speaks to every endpoint at the place", () => {
    const twins = catalogOf(endpoint("acme"), endpoint("acme", { id: "lab/one@acme:twin" }));
    expect(sync({ catalog: twins, document: acme({ input: 1.1, output: 2 }) }).changes).toHaveLength(2);
  });

  test("adds a provider's new endpoint, unverified, when the id stands for a model that we have", () => {
    const plan = sync({ document: { other: { models: { "LAB/ONE": { id: "LAB/ONE", cost: { input: 1, output: 1 }, limit: { context: 4096 } } } } } });
    expect(plan.added).toEqual([
      { model: "lab/one", endpoint: { id: "lab/one@other", provider: "other", upstream_model: "LAB/ONE", pricing: { prompt: "1", completion: "1" }, context_length: 4096, status: "unverified", as_of: "2026-11-21" } },
    ]);
    expect(sync({ overlay: plan.overlay, document: { other: { models: { "LAB/ONE": { cost: { input: 1, output: 1 }, limit: { context: 4096 } } } } } })).toMatchObject({ added: [], unchanged: 1 });
  });

  test("names what it cannot place, and adds nothing at a zero price", () => {
    const plan = sync({ document: { other: { models: { "who/knows": { cost: { input: 1, output: 1 } }, "lab/one": { cost: { input: 0, output: 0 } } } } } });
    expect(plan.unrecognised).toEqual(["other/who/knows"]);
    expect(plan.heldBack).toMatchObject([{ endpointId: "lab/one@other", why: "new zero price" }]);
    expect(plan.overlay).toEqual(emptyOverlay);
  });

  test("leaves alone what the document calls deprecated", () => {
    const model = { ...listing({ input: 1.1, output: 2 }), status: "deprecated" };
    expect(outcome(sync({ document: { "acme-inference": { models: { "lab/One": model } } } }))).toBe("not met");
  });

  test.each([null, [], "text", {}, { data: [] }])("refuses a document that is not of the format: %j", (document) => {
    expect(() => sync({ document })).toThrow(/not a models\.dev document/);
  });

  test("is written whole, and read back", () => {
    const folder = mkdtempSync(join(tmpdir(), "windrose-sync-"));
    try {
      const file = join(folder, "deep", "catalog-overlay.json");
      const overlay: Overlay = sync({ document: acme({ input: 1.1, output: 2 }) }).overlay;
      writeOverlay(file, overlay);
      writeOverlay(file, overlay);
      expect(readOverlay(file)).toEqual(overlay);
      expect(readdirSync(join(folder, "deep"))).toEqual(["catalog-overlay.json"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

import { describe, expect, test } from "vitest";
import { readPreferences } from "./preferences.ts";

describe.each(["order", "only", "ignore", "quantizations"])("provider.%s", (field) => {
  const list = (length: number) => ({ provider: { [field]: Array.from({ length }, () => "fp8") } });

  test("has at most 256 entries", () => {
    expect(() => readPreferences(list(256))).not.toThrow();
    expect(() => readPreferences(list(257))).toThrow(expect.objectContaining({
      code: "invalid_request", message: `provider.${field} must have at most 256 entries; this has 257.`, metadata: { field: `provider.${field}` },
    }));
  });
});

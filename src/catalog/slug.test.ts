import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Model } from "./model.ts";
import { isVariantRow, readSlug, variants } from "./slug.ts";

const rows = ["lab/one", "lab/one:free", "lab/llama3:8b", "lab/two:thinking"];
const find = (slug: string): Model | undefined => (rows.includes(slug) ? ({ slug } as Model) : undefined);

test.each([
  { slug: "lab/one:nitro", model: "lab/one", variants: ["nitro"] },
  { slug: "lab/one:online:exacto", model: "lab/one", variants: ["online", "exacto"] },
  { slug: "lab/one:online:free", model: "lab/one:free", variants: ["online"] },
  { slug: "lab/one:free:online", model: "lab/one:free", variants: ["online"] },
  { slug: "lab/llama3:8b:nitro", model: "lab/llama3:8b", variants: ["nitro"] },
  { slug: "lab/llama3:nitro:8b", model: "lab/llama3:8b", variants: ["nitro"] },
  { slug: "lab/two:floor:thinking", model: "lab/two:thinking", variants: ["floor"] },
])("$slug is $model, and $variants", ({ slug, model, variants: wanted }) => {
  expect(readSlug(slug, find)).toEqual({ model: { slug: model }, variants: wanted });
});

test.each([["lab/one:turbo", "turbo"], ["lab/one:nitro:", ""], ["lab/one:8b:nitro", "8b"], ["lab/one:Nitro", "Nitro"], ["lab/one:constructor", "constructor"]])("the suffix of %s means nothing", (slug, unknownSuffix) => {
  expect(readSlug(slug, find)).toEqual({ model: { slug: "lab/one" }, unknownSuffix });
});

test.each(["lab/none", "lab/none:nitro", "", ":", "lab/two:nitro", ":".repeat(250)])("there is no model in %j", (slug) => {
  expect(readSlug(slug, find)).toEqual({ model: undefined });
});

test("the order of the suffixes is all one", () => {
  fc.assert(fc.property(fc.shuffledSubarray([...variants]), fc.constantFrom("lab/one", "lab/llama3:8b"), (suffixes, base) => {
    const read = readSlug([base, ...suffixes].join(":"), find);
    const own = base === "lab/one" && suffixes.includes("free") ? ["free"] : [];
    expect(read).toMatchObject({ model: { slug: [base, ...own].join(":") }, variants: suffixes.filter((suffix) => !own.includes(suffix)) });
  }));
});

test.each([["lab/one:free", true], ["lab/one", false], ["lab/llama3:8b", false]])("%s: a variant's row? %s", (slug, expected) => {
  expect(isVariantRow(slug)).toBe(expected);
});

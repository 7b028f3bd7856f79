import { expect, test } from "vitest";
import { findPlaces } from "./find-places.ts";

const places = [
  { name: "Errors", detail: "Docs", path: "/docs/errors" }, { name: "rate_limited", detail: "Docs: Errors", path: "/docs/errors#rate_limited" },
  { name: "Mistral", detail: "Provider", path: "/provider/mistral" }, { name: "Mistral AI", detail: "Author", path: "/mistralai" },
];
const found = (text: string, most = 9) => findPlaces(places, text, most).map(({ name }) => name);

test.each([
  { text: "errors", names: ["Errors", "rate_limited"] },
  { text: "ERRORS rate", names: ["rate_limited"] },
  { text: "author mistral", names: ["Mistral AI"] },
  { text: "mistral prov", names: ["Mistral"] },
  { text: "no such thing", names: [] },
  { text: "  ", names: ["Errors", "rate_limited", "Mistral", "Mistral AI"] },
])("finds by every word, and those that begin with the text first: $text", ({ text, names }) => expect(found(text)).toEqual(names));

test("gives no more than is asked for", () => expect(found("mistral", 1)).toEqual(["Mistral"]));

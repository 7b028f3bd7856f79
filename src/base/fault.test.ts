import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { asFault, Fault, faults } from "./fault.ts";

const page = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (\w+) \| (yes|no) \| (\w+) \| (\S.*) \|$/gm)];

test("docs/faults.md and the table say the same, both ways", () => {
  const documented = Object.fromEntries(rows.map(([, code = "", status, type, elsewhere, blames]) => [code, { status: Number(status), type, elsewhere: elsewhere === "yes", blames }]));
  expect(documented).toEqual(faults);
});

test("a fault that may be tried elsewhere is never the gateway's own", () => {
  for (const row of Object.values(faults)) if (row.elsewhere) expect(row.blames).not.toBe("gateway");
});

test("what was not foreseen says nothing about itself", () => {
  const fault = asFault(new TypeError("connect failed for sk-or-v1-0123456789abcdef0123"));
  expect(fault).toBeInstanceOf(Fault);
  expect(fault.code).toBe("internal");
  expect(fault.message).toBe("Internal Server Error");
});

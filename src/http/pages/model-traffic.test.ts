import { afterAll, beforeAll, expect, test } from "vitest";
import { attempt, generationOf } from "../../../test/support/generation.ts";
import { openTestSite, siteNow, type TestSite } from "../../../test/support/site.ts";
import type { Db } from "../../db/port.ts";
import { openSqlite } from "../../db/sqlite.ts";
import { chargedOf, encodeGeneration } from "../../usage/generation-text.ts";
import type { Generation } from "../../usage/generation.ts";
import { openUsageReads } from "../../usage/reads.ts";
import { rollUp } from "../../usage/rollups.store.ts";

const slug = "mistralai/ministral-8b-2512";
const dayMs = 86_400_000;
const at = (provider: string) => `${slug}@${provider}`;

let db: Db;
let site: TestSite;
let html: string;

beforeAll(async () => {
  db = await openSqlite(":memory:");
  await db.write([{
    sql: `insert into keys (hash, workspace_id, name, label, kind, is_sandbox, disabled, include_byok_in_limit, created_at, public_app)
      values ('open', '00000000-0000-4000-8000-000000000000', 'x', 'x', 'inference', 0, 0, 0, 0, 1)`,
    values: [],
  }]);
  const app = { referer: "https://helm.example/x", title: "Helm <b>", categories: [], userAgent: null };
  await record([
    ...many(37, { endpointId: at("mistral"), attempts: [attempt(at("mistral"))], app, keyHash: "open" }),
    // Mistral failed first, and Fireworks answered.
    ...many(3, { endpointId: at("fireworks"), attempts: [attempt(at("mistral"), { status: 503, faultCode: "provider_unavailable" }), attempt(at("fireworks"))] }),
    ...many(2, { endpointId: at("mistral"), attempts: [attempt(at("mistral"))], createdAt: siteNow - 20 * dayMs }),
  ]);
  site = await openTestSite({ reads: { usage: openUsageReads({ db, clock: () => siteNow }) } });
  html = await site.page(`/${slug}`);
});
afterAll(() => Promise.all([site.close(), db.close()]));

test("tokens of the week say of how many requests and when", () => {
  expect(html).toMatch(/<dt>Weekly tokens<\/dt><dd>6K<span[^>]*> \(7 days · 40 requests · as of Jul 20, 12:00 UTC · measured here\)/);
});

test("each provider has its speed and its uptime, or how few samples there are", () => {
  const [mistral = "", fireworks = ""] = ["mistral", "fireworks"].map((tag) => html.split("<tr>").find((row) => row.includes(`<code>${tag}</code>`)) ?? "");
  expect(mistral).toContain('title="n = 40">92.50%');
  expect(mistral).toContain('aria-label="Mistral, 24 hours: 0 good, 0 degraded, 1 down, 23 without traffic"');
  expect(mistral).toMatch(/title="n = 37">\d+ ms<span class="cell-note">p90 \d+ ms/);
  expect(fireworks).toContain('>n = 3</span>');
});

test("tokens of each day are a figure with a table", () => {
  expect(html).toContain("6.3K tokens in 90 days; most on Jul 20, 2026 (6K); 6K so far today.");
  expect(html).toContain('<span class="chart-title" id="activity-chart-title">Tokens processed per day</span>');
  expect(html).toMatch(/Jul 20, 2026 \(so far\)<\/th><td[^>]*>5,550<\/td><td[^>]*>450<\/td><td[^>]*>6,000</);
});

test("uptime is told with routing and without", () => {
  expect(html).toContain("100.00% of requests were answered with routing; 92.85% would have been by the first provider alone");
});

test("public apps are named, as text", () => {
  expect(html).toMatch(/<span class="rank">1<\/span>.*?Helm &lt;b&gt;/);
  expect(html).not.toContain("Helm <b>");
});

function many(count: number, fields: Partial<Generation>): readonly Partial<Generation>[] {
  return Array.from({ length: count }, () => fields);
}

async function record(generations: readonly Partial<Generation>[]): Promise<void> {
  const rows = generations.map((fields, index) => generationOf(`gen-${index}`, { createdAt: siteNow - 60_000, ...fields })).map((generation) => ({ generation: chargedOf(generation), text: encodeGeneration(generation) }));
  await db.write(await rollUp(db, rows));
}

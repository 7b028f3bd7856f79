/** The pages of figures over real rollups: what they say is what the sums say, as a page, as CSV and as a dataset. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt, generationOf } from "../../../test/support/generation.ts";
import { openTestSite, siteNow, type TestSite } from "../../../test/support/site.ts";
import { Fault } from "../../base/fault.ts";
import { dollars, nanodollars } from "../../base/money.ts";
import type { Db } from "../../db/port.ts";
import { openSqlite } from "../../db/sqlite.ts";
import { chargedOf, encodeGeneration } from "../../usage/generation-text.ts";
import type { Generation } from "../../usage/generation.ts";
import { openUsageReads } from "../../usage/reads.ts";
import { rollUp } from "../../usage/rollups.store.ts";
import { dayMs, hourMs } from "../../usage/spans.ts";

let db: Db;
let site: TestSite;
let quiet: TestSite;
let sandbox: TestSite;

const ministral = "mistralai/ministral-8b@mistral";
const mixtral = "mistralai/mixtral-8x7b-instruct@together";
const sonnet = "anthropic/claude-sonnet-5@anthropic";
const fromApp = (host: string, keyHash: string): Partial<Generation> => ({ keyHash, app: { referer: `https://${host}/page`, title: `The <${host}>`, categories: ["cli-agent"], userAgent: null } });

async function record(count: number, endpointId: string, fields: Partial<Generation>): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => generationOf(`gen-${endpointId}-${fields.createdAt}-${index}`, { endpointId, attempts: [attempt(endpointId)], ...fields }))
    .map((generation) => ({ generation: chargedOf(generation), text: encodeGeneration(generation) }));
  await db.write(await rollUp(db, rows));
}

const key = (hash: string, isPublic: boolean) => ({
  sql: "insert into keys (hash, workspace_id, name, label, kind, is_sandbox, disabled, include_byok_in_limit, created_at, public_app) values (?, '00000000-0000-4000-8000-000000000000', 'x', 'x', 'inference', 0, 0, 0, 0, ?)",
  values: [hash, Number(isPublic)],
});

beforeAll(async () => {
  db = await openSqlite(":memory:");
  await db.write([key("open", true), key("closed", false)]);
  const lately = siteNow - 2 * hourMs;
  await record(40, ministral, { createdAt: lately, ...fromApp("helm.example", "open"), cost: nanodollars(1_000_000n) });
  await record(30, mixtral, { createdAt: siteNow - 2 * dayMs, promptTokens: 300, ...fromApp("veiled.example", "closed") });
  await record(10, sonnet, { createdAt: siteNow - 3 * dayMs });
  await record(20, mixtral, { createdAt: siteNow - 9 * dayMs });
  await record(5, ministral, { createdAt: siteNow - 10 * dayMs });
  await record(4, "mistralai/ministral-8b@together", { createdAt: lately, faultCode: "upstream_failed", attempts: [attempt("mistralai/ministral-8b@together", { faultCode: "upstream_failed" })] });
  await record(50, "mistralai/ministral-8b@sandbox-1", { createdAt: lately, isSandbox: true });
  const usage = openUsageReads({ db, clock: () => siteNow });
  site = await openTestSite({ reads: { usage } });
  quiet = await openTestSite();
  sandbox = await openTestSite({ reads: { usage: openUsageReads({ db, clock: () => siteNow, isSandbox: true }), isSandbox: true } });
});
afterAll(async () => {
  await Promise.all([site.close(), quiet.close(), sandbox.close()]);
  await db.close();
});

const body = async (path: string, of: TestSite = site) => (await of.page(path)).replace(/^.*<main/s, "").replaceAll("&#x27;", "'");
const csvAt = async (path: string) => {
  const response = await site.get(path);
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  return (await response.text()).split("\r\n").map((line) => line.split(","));
};
/** The rows of a table by its caption: of each cell its text. */
function table(html: string, caption: string): readonly (readonly string[])[] {
  const start = html.indexOf(`${caption}</caption>`);
  if (start === -1) return [];
  const inner = /<tbody>(.*?)<\/tbody>/s.exec(html.slice(start))?.[1] ?? "";
  return [...inner.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) => [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = ""]) => cell.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").trim()));
}

describe("/rankings", () => {
  test("ranks by tokens and tells the change of place and of amount in words", async () => {
    const rows = table(await body("/rankings"), "Models by tokens, the last 7 days");
    expect(rows.map(([model, tokens, , place, change, requests]) => [model, tokens, place, change, requests])).toEqual([
      ["1 Mistral: Mixtral 8x7B Instruct mistralai/mixtral-8x7b-instruct", "10.5K", "same place", "3.5 times as much", "30"],
      ["2 Mistral: Ministral 8B mistralai/ministral-8b", "6.6K", "same place", "8.8 times as much", "44"],
      ["3 Anthropic: Claude Sonnet 5 anthropic/claude-sonnet-5", "1.5K", "● new", "none before", "10"],
    ]);
  });

  test("has the same numbers in its CSV as in the sums and on the page", async () => {
    const [head, ...rows] = await csvAt("/rankings.csv?of=models&period=week");
    expect(head?.slice(0, 6)).toEqual(["rank", "name", "id", "tokens", "share", "requests"]);
    const { rows: ranked } = await site.reads.usage.ranking("models", "week");
    expect(rows.map((row) => [row[2], Number(row[3]), Number(row[5]), Number(row[6])])).toEqual(ranked.map(({ id, tokens, requests, cost }) => [id, tokens, requests, dollars(cost)]));
    const html = await body("/rankings");
    for (const { tokens } of ranked) expect(html).toContain(`title="${tokens.toLocaleString("en-US")} tokens"`);
  });

  test("has a chart whose table, CSV and dataset agree", async () => {
    const [head = [], ...rows] = await csvAt("/rankings/daily.csv?of=models&period=week");
    expect(rows).toHaveLength(28);
    const dataset = await site.reads.usage.modelDataset({ from: siteNow / dayMs - 27.5, to: siteNow / dayMs - 0.5, period: "day", context: undefined, isToolCalling: false, nameOf: (slug) => slug });
    expect(rows.flatMap((row) => row.slice(1, -1).map(Number)).filter((tokens) => tokens > 0).toSorted()).toEqual(dataset.map(({ tokens }) => tokens).toSorted());
    const figure = /<figure[^>]*id="models-daily".*?<\/figure>/s.exec(await body("/rankings"))?.[0] ?? "";
    const drawn = [...figure.matchAll(/<tr><th scope="row" data-value="([^"]+)">.*?<\/tr>/g)].map(([row, day]) => [day, ...[...row.matchAll(/<td[^>]*data-value="(\d+)"/g)].map(([, value]) => value)]);
    expect(drawn).toEqual(rows);
    expect(head.slice(1, -1)).toEqual(["Mistral: Mixtral 8x7B Instruct", "Mistral: Ministral 8B", "Anthropic: Claude Sonnet 5"]);
  });

  test("ranks by requests and by spend where the address says so, as a page and as CSV", async () => {
    const [byRequests, byCost] = [await body("/rankings?by=requests"), await body("/rankings?by=cost&period=month")];
    expect(table(byRequests, "Models by requests, the last 7 days").map(([model, , share, place]) => [model?.split(" ").at(-1), share, place])).toEqual([
      ["mistralai/ministral-8b", "52.4%", "▲ up 1 place"], ["mistralai/mixtral-8x7b-instruct", "35.7%", "▼ down 1 place"], ["anthropic/claude-sonnet-5", "11.9%", "● new"],
    ]);
    expect(byRequests).not.toContain("models-daily");
    expect(byCost).toContain('href="./rankings.csv?of=models&amp;period=month&amp;by=cost"');
    const [head, first] = await csvAt("/rankings.csv?of=models&period=month&by=cost");
    expect([head?.[8], first?.[2]]).toEqual(["previous_cost_usd", "mistralai/ministral-8b"]);
  });

  test("of all time has all, and compares it with nothing", async () => {
    const html = await body("/rankings?period=all");
    expect(table(html, "Models by tokens, all that is on record")[0]).toHaveLength(5);
    expect(html).not.toContain("Rising most");
  });

  test("has each author's part of each week, and all parts make a whole", async () => {
    const rows = table(await body("/rankings"), "Shares of tokens by author, week by week");
    expect(rows.map(([author]) => author)).toEqual(["Mistral AI", "Anthropic"]);
    expect(rows[0]).toHaveLength(9);
    const filled = rows[0]?.slice(1).flatMap((cell, index) => (cell === "—" ? [] : [index + 1])) ?? [];
    expect(filled.length).toBeGreaterThan(1);
    for (const index of filled) expect(rows.reduce((sum, row) => sum + Number.parseFloat(row[index] ?? ""), 0)).toBeCloseTo(100, 1);
  });

  test.each(["day", "week", "month", "all"])("adds up to all there was, by %s", async (period) => {
    const shares = (await csvAt(`/rankings.csv?of=authors&period=${period}`)).slice(1).map((row) => Number(row[4]));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  test("leaves private apps and the sandbox out", async () => {
    const html = await body("/rankings");
    expect(table(html, "Apps by tokens, the last 7 days").map(([app]) => app)).toEqual(["1 The &lt;helm.example&gt;"]);
    expect(html).not.toContain("veiled.example");
    expect(html).not.toContain("sandbox-1");
  });

  test("with few requests shows counts, and neither shares nor changes", async () => {
    const html = await body("/rankings?period=day", await thinSite());
    expect(html).toContain("under 30 requests shares and changes say nothing");
    expect(table(html, "Models by tokens, the last 24 hours")).toEqual([["1 Mistral: Ministral 8B mistralai/ministral-8b", "750", "—", "—", "—", "5", "&lt;$0.0001"]]);
  });

  test("without traffic says why, and what to do", async () => {
    const html = await body("/rankings", quiet);
    expect(html).toContain("No tokens went through this gateway in the last 7 days.");
    for (const [, anchor = ""] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${anchor}"`);
    expect(html).toContain('href="./#first-request"');
    expect(await body("/", quiet)).toContain('id="first-request"');
  });
});

/** The same books, read at a time when the last 24 hours had five requests. */
async function thinSite(): Promise<TestSite> {
  const then = siteNow - 10 * dayMs + hourMs;
  thin ??= await openTestSite({ reads: { usage: openUsageReads({ db, clock: () => then }), clock: () => then } });
  return thin;
}
let thin: TestSite | undefined;
afterAll(() => thin?.close());

describe("figures of the sandbox", () => {
  test.each(["/", "/rankings", "/providers", "/provider/sandbox-1", "/mistralai", "/status", "/apps"])("are told apart in words: %s", async (path) => {
    const html = await body(path, sandbox);
    expect(html).toContain("Simulated traffic");
    expect(html).not.toContain("· measured here");
  });
});

describe("/providers and /provider/{slug}", () => {
  test("measured and declared facts stand apart", async () => {
    const html = await body("/providers");
    expect(table(html, "Providers called from here").map(([name, share, , attempts]) => [name, share, attempts])).toEqual([["Together", "88.23%", "34"], ["Mistral", "100.00%", "40"]]);
    expect(html).toContain("1 provider with under 30 attempts in 72 hours");
    const said = table(html, "What providers say of themselves");
    expect(said).toHaveLength(site.catalog.providers.length);
    expect(said.find(([name]) => name?.startsWith("Mistral "))?.slice(3, 6)).toEqual(["not stated", "30 days", "France"]);
  });

  test("are filtered and sorted by the address", async () => {
    const french = table(await body("/providers?country=FR&sort=name"), "What providers say of themselves");
    expect(french.length).toBeGreaterThan(0);
    expect(french.every((row) => row[5] === "France")).toBe(true);
    expect(french.map(([name]) => name)).toEqual(french.map(([name]) => name ?? "").toSorted((one, other) => one.localeCompare(other, "en")));
    expect(await body("/providers?callable=true")).toContain("No provider fits all of these filters.");
  });

  test("a provider has its policy, its uptime with its count, and its models with prices", async () => {
    const html = await body("/provider/mistral");
    expect(html).toContain("<h1>Mistral</h1>");
    expect(html).toContain("needs MISTRAL_API_KEY");
    expect(html).toContain("100.00% of 40 attempts succeeded");
    expect(await body("/provider/together")).toMatch(/Attempts that failed, 90 days<\/dt><dd>4 of 54<.*Refused for too many requests, 90 days<\/dt><dd>0</s);
    expect(html).toMatch(/n = 45 attempts · as of Jul 20, 12:00 UTC · measured here/);
    const [first] = table(html, "Models at Mistral");
    expect(first?.slice(0, 3)).toEqual(["Mistral: Ministral 8B mistralai/ministral-8b", "$0.10", "$0.10"]);
    expect(first?.slice(6, 9)).toEqual(["210 ms", "47.2 tok/s", "100.00%"].map((text) => expect.stringMatching(text.endsWith("%") ? /100\.00%/ : / /)));
  });

  test("its activity as CSV has every day", async () => {
    const [, ...rows] = await csvAt("/provider/mistral/activity.csv");
    expect(rows).toHaveLength(90);
    expect(rows.at(-1)).toEqual(["2026-07-20", "40", "4000", "0", "2000", "0", "0.04"]);
  });

  test("one that nobody knows is not found", async () => {
    expect((await site.get("/provider/nobody")).status).toBe(404);
    expect((await site.get("/provider/nobody/activity.csv")).status).toBe(404);
  });
});

const told = async (name: string) => (await body(`/apps?url=https://${name}.example`)).replaceAll(name, "");

describe("/apps", () => {
  test("shows public apps, and how an app becomes one", async () => {
    const html = await body("/apps");
    expect(html).toContain("The &lt;helm.example&gt;");
    expect(html).not.toContain("veiled.example");
    expect(html).toContain('{&quot;public_app&quot;: true}');
  });

  test.each([["?url=https://helm.example/any/page", "./apps/helm.example"], ["?url=helm.example", "./apps/helm.example"]])("leads to an app by its URL: %s", async (query, location) => {
    const response = await site.get(`/apps${query}`);
    expect([response.status, response.headers.get("location")]).toEqual([302, location]);
  });

  test("says of a private app's URL no more than of one that never was", async () => {
    expect(await told("veiled")).toBe(await told("never"));
    expect((await site.get("/apps/veiled.example")).status).toBe(404);
    expect((await site.get("/apps/veiled.example/activity.csv")).status).toBe(404);
  });

  test("filters by category, and says when there is nothing of a kind", async () => {
    expect(await body("/apps?category=coding")).toContain("helm.example");
    expect(await body("/apps?category=entertainment")).toContain("No public app of this kind");
  });

  test("an app has its days and its models", async () => {
    const html = await body("/apps/helm.example");
    expect(html).toContain("6K tokens in 90 days");
    expect(table(html, "Models that The &lt;helm.example&gt; uses")).toEqual([["Mistral: Ministral 8B", "6K", "100.0%"]]);
    expect((await csvAt("/apps/helm.example/activity.csv")).at(-1)).toEqual(["2026-07-20", "40", "4000", "2000", "0.04", "6000"]);
  });
});

describe("/{author}", () => {
  test("has the author's models, listed ones as cards, and what was used of them", async () => {
    const html = await body("/mistralai");
    const listed = site.catalog.models.filter(({ author, isListed }) => author === "mistralai" && isListed);
    expect(html.match(/<li class="card">/g)).toHaveLength(listed.length);
    expect(html).toContain("1 of 2");
    expect(html).toContain("Tokens per day, models by Mistral AI");
  });

  test("is there for every author, and shadows no place of the site", async () => {
    for (const author of new Set(site.catalog.models.map((model) => model.author))) expect((await site.get(`/${author}`)).status).toBe(200);
    for (const place of ["/chat", "/workspaces", "/logs", "/nobody"]) expect((await site.get(place)).status).toBe(404);
    expect(await body("/models")).toContain("<h1>Models</h1>");
  });
});

const rowCount = (html: string) => html.match(/<th scope="row">/g)?.length ?? 0;

describe("/compare", () => {
  const pair = "models=mistralai/ministral-8b,mistralai/mixtral-8x7b-instruct";

  test("is one table with a header for each row and column", async () => {
    const html = await body(`/compare?${pair}`);
    expect(html.match(/<table class="data-table compare-table"/g)).toHaveLength(1);
    expect(html.match(/<th scope="col"><a href=/g)).toHaveLength(2);
    expect(html).toContain('<th scope="rowgroup" colSpan="3">');
    expect(html).toContain('<th scope="row">Input</th><td>$0.10</td><td>$0.08 <span class="chip chip-fair">lowest</span></td>');
  });

  test("by its address shows differences alone, as a page, as Markdown and as CSV", async () => {
    const [all, some] = [await body(`/compare?${pair}`), await body(`/compare?${pair}&diff=1`)];
    expect(rowCount(some)).toBeLessThan(rowCount(all));
    expect(some).not.toContain('<th scope="row">Tokenizer</th>');
    const markdown = await (await site.get(`/compare.md?${pair}&diff=1`)).text();
    // The table of costs has a row for each model.
    expect(markdown.trim().split("\n")).toHaveLength(rowCount(some) - 2 + 2);
    expect((await csvAt(`/compare.csv?${pair}&diff=1`))[0]).toEqual(["group", "attribute", "mistralai/ministral-8b", "mistralai/mixtral-8x7b-instruct"]);
  });

  test("measures by the baseline that the address names, and keeps all of it in its links", async () => {
    const html = await body(`/compare?${pair}&base=mistralai/ministral-8b&input=1000000`);
    expect(html).toContain('$0.08 <span class="chip chip-fair">lowest</span> <span class="delta">20.0% less</span>');
    expect(html).toContain('href="./compare?models=mistralai/mixtral-8x7b-instruct,mistralai/ministral-8b&amp;base=mistralai/ministral-8b&amp;input=1000000"');
    expect(await site.page(`/compare?${pair}`)).toContain("<title>Ministral 8B vs Mixtral 8x7B Instruct · Windrose</title>");
  });

  test("counts the cost that the address asks for, without a script", async () => {
    const html = await body(`/compare?${pair}&input=1000000&output=200000&requests=10`);
    expect(table(html, "Cost by model")[0]).toEqual(["Mistral: Ministral 8B", "$0.1200", "$1.20", "$36.00", "$1.20 at Mistral"]);
  });

  test("one model alone gets suggestions, none gets a beginning", async () => {
    expect((await body("/compare?models=mistralai/ministral-8b")).match(/<li class="card">/g)).toHaveLength(6);
    expect(await body("/compare")).toContain("Nothing to compare yet");
  });

  test("names the nearest to a slug that is none, and takes six at most", async () => {
    expect(await body("/compare?models=mistralai/ministral-8b,mistralai/mixtral-8x7b-instruc")).toContain('href="./compare?models=mistralai/ministral-8b,mistralai/mixtral-8x7b-instruct"');
    const eight = site.catalog.models.slice(0, 8).map(({ slug }) => slug).join(",");
    const html = await body(`/compare?models=${eight}`);
    expect(html.match(/<th scope="col"><a href=/g)).toHaveLength(6);
    expect(html).toContain("2 models of the address were left out");
  });

  test("takes what a form sends: the models so far and one more", async () => {
    expect((await body("/compare?models=mistralai/ministral-8b&add=mistralai/mixtral-8x7b-instruct")).match(/<th scope="col"><a href=/g)).toHaveLength(2);
  });
});

const tally = (successes: number, failures: number) => ({ minutes: { successes, failures }, halfHour: { successes: successes * 2, failures: failures * 2 }, day: { successes: 0, failures: 0 } });
const recentAnswers = () => new Map([["mistralai/ministral-8b@mistral", tally(19, 1)], ["mistralai/codestral@mistral/eu", tally(20, 0)]]);
const gone = () => Promise.reject(new Fault("storage_unavailable", "gone"));

describe("/status", () => {
  test("says first what is wrong, and publishes its thresholds", async () => {
    const html = await body("/status");
    expect(html).toContain("at least 99.5% of the attempts succeeded");
    expect(table(html, "Uptime of providers").map((row) => row.slice(0, 5))).toEqual([
      ["Mistral", "Good", "—", "—", "100.00%"], ["Together", "too few to say", "—", "—", "n = 4"], ["Anthropic", "no traffic", "—", "—", "—"],
    ]);
    expect(html).toContain('aria-label="Mistral, 24 hours: 1 good, 0 degraded, 0 down, 23 without traffic"');
    expect(html).toMatch(/aria-label="Together, 90 days: \d+ good/);
    expect(html).toContain("1 m 30 s");
  });

  test("has 5 and 30 minutes from memory, over all of a provider's endpoints", async () => {
    const lively = await openTestSite({ reads: { usage: site.reads.usage, gateway: { ...site.reads.gateway, recentAnswers } } });
    expect(table(await body("/status", lively), "Uptime of providers")[0]?.slice(0, 4)).toEqual(["Mistral", "Good", "97.50%", "97.50%"]);
    const { providers } = JSON.parse(await (await lively.get("/api/ui/v1/status")).text()) as { readonly providers: readonly { readonly slug: string; readonly last_5m: object }[] };
    expect(providers[0]).toMatchObject({ slug: "mistral", last_5m: { successes: 39, attempts: 40, uptime: 0.975, state: "degraded" } });
    await lively.close();
  });

  test("is there when the database is not", async () => {
    const broken = await openTestSite({ reads: { usage: { ...site.reads.usage, providersUptime: gone }, gateway: { ...site.reads.gateway, unsettled: gone } } });
    const html = await body("/status", broken);
    expect(html).toContain("The database does not answer.");
    expect(JSON.parse(await (await broken.get("/api/ui/v1/status")).text())).toMatchObject({ storage: { reachable: false } });
    await broken.close();
  });

  test("an address of one provider leads to its uptime", async () => {
    expect((await site.get("/status/mistral")).headers.get("location")).toBe("../provider/mistral#uptime");
  });
});

test("the front page has the traffic, who rises and the top apps", async () => {
  const html = await body("/");
  expect(html).toContain("Tokens, 7 days");
  expect(html).toMatch(/Rising this week.*Mixtral 8x7B Instruct.*\+7\.5K.*Ministral 8B/s);
  expect(html).toMatch(/Top apps this week.*helm\.example/s);
  expect(html).toMatch(/Providers, 24 hours.*href="\.\/provider\/mistral">Mistral<\/a><span[^>]*>100\.00%/s);
  expect(html).toMatch(/what the colours mean<\/a>\. [^<]*n = \d+ attempts/);
});

test("no page of figures has a style in its markup, or a link that leads nowhere", async () => {
  const paths = ["/", "/rankings", "/providers", "/provider/mistral", "/apps", "/apps/helm.example", "/mistralai", "/compare?models=mistralai/ministral-8b,mistralai/mixtral-8x7b-instruct", "/status"];
  const seen = new Map<string, number>();
  for (const path of paths) {
    const html = await site.page(path);
    expect(html).not.toMatch(/\sstyle=/);
    for (const [, href = ""] of html.replace(/^.*?<main/s, "").matchAll(/href="(\.[^"#]*)/g)) {
      const { pathname, search } = new URL(href.replaceAll("&amp;", "&"), `http://h${path}`);
      if (pathname.startsWith("/api/v1/") || pathname.startsWith("/assets/")) continue;
      // The list of models has a test of its own for its queries.
      const address = pathname === "/models" ? pathname : pathname + search;
      if (!seen.has(address)) seen.set(address, (await site.get(address)).status);
    }
  }
  expect([...seen].filter(([, status]) => status !== 200)).toEqual([]);
});

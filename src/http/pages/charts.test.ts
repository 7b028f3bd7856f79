/** Every chart of the site: what is drawn is what its table says, and so is its CSV. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt, generationOf } from "../../../test/support/generation.ts";
import { openTestSite, siteNow, type TestSite } from "../../../test/support/site.ts";
import { dayMs, hourMs } from "../../usage/spans.ts";
import type { Db } from "../../db/port.ts";
import { openSqlite } from "../../db/sqlite.ts";
import { chargedOf, encodeGeneration } from "../../usage/generation-text.ts";
import { openUsageReads } from "../../usage/reads.ts";
import { rollUp } from "../../usage/rollups.store.ts";

const pages = ["/mistralai/ministral-8b-2512", "/rankings", "/rankings?period=month", "/provider/mistral", "/apps/helm.example", "/mistralai"];

let db: Db;
let site: TestSite;

beforeAll(async () => {
  db = await openSqlite(":memory:");
  await db.write([{
    sql: "insert into keys (hash, workspace_id, name, label, kind, is_sandbox, disabled, include_byok_in_limit, created_at, public_app) values ('open', '00000000-0000-4000-8000-000000000000', 'x', 'x', 'inference', 0, 0, 0, 0, 1)",
    values: [],
  }]);
  const app = { referer: "https://helm.example/x", title: "Helm", categories: [], userAgent: null };
  const endpoints = ["mistralai/ministral-8b-2512@mistral", "mistralai/ministral-8b-2512@fireworks", "mistralai/mixtral-8x7b-instruct@mistral", "mistralai/mistral-small@mistral"];
  for (let day = 0; day < 40; day++) {
    const rows = endpoints.flatMap((endpointId, index) => Array.from({ length: (day * 7 + index * 3) % 9 }, (_, at) => generationOf(`gen-${day}-${index}-${at}`, {
      endpointId, attempts: [attempt(endpointId)], app, keyHash: "open", createdAt: siteNow - hourMs - day * dayMs, promptTokens: 100 * (index + 1) + day, completionTokens: 37 + at,
    }))).map((generation) => ({ generation: chargedOf(generation), text: encodeGeneration(generation) }));
    await db.write(await rollUp(db, rows));
  }
  site = await openTestSite({ reads: { usage: openUsageReads({ db, clock: () => siteNow }) } });
});
afterAll(async () => {
  await site.close();
  await db.close();
});

describe.each(pages)("%s", (page) => {
  test("has charts that can be read, walked and taken along", async () => {
    const figures = figuresOf(await site.page(page));
    expect(figures.length).toBeGreaterThan(0);
    for (const { html, rows } of figures) {
      expect(html).toMatch(/<span class="chart-summary">[^<]{20,}</);
      expect(html).toMatch(/<div class="chart-drawing" tabindex="0" role="application" aria-roledescription="chart" aria-label="[^"]+"/);
      expect(html).toContain("View as table</button>");
      expect(html).toContain("Download CSV<");
      expect(html).toMatch(/<p class="as-of">[^<]*as of/);
      expect(new Set([...html.matchAll(/data-point="(\d+)"/g)].map(([, at]) => Number(at)))).toEqual(new Set(rows.keys()));
    }
  });

  test("draws what its tables say", async () => {
    for (const { html, columns, rows } of figuresOf(await site.page(page))) {
      const max = Number(/data-bars="(\d+)"/.exec(html)?.[1]);
      const shapes = [...html.matchAll(/data-series="\d" d="([^"]*)"/g)].map(([, path = ""]) => barsIn(path));
      if (Number.isNaN(max)) continue;
      expect(shapes).toHaveLength(Math.max(1, columns.length - 2));
      for (const [day, [, ...values]] of rows.entries()) {
        const drawn = shapes.map((bars) => (bars.get(day) ?? 0) * (max / 200));
        // A bar that would be thinner than half a pixel is half a pixel high.
        for (const [series, value] of drawn.entries()) expect(Math.abs(value - (values[series] ?? Number.NaN))).toBeLessThanOrEqual(max * (0.5 / 200));
        if (columns.at(-1) === "Total") expect(values.at(-1)).toBe(values.slice(0, -1).reduce((sum, value) => sum + value, 0));
      }
    }
  });

  test("has CSV of the same numbers", async () => {
    for (const { html, rows, columns } of figuresOf(await site.page(page))) {
      const address = /<a href="([^"]*\.csv[^"]*)"/.exec(html)?.[1]?.replaceAll("&amp;", "&");
      if (address === undefined) continue;
      const { pathname, search } = new URL(address, `http://h${page}`);
      const [head = [], ...lines] = (await (await site.get(pathname + search)).text()).split("\r\n").map((line) => line.split(","));
      expect(lines.map(([day]) => day)).toEqual(rows.map(([day]) => day));
      const [prompt, completion] = [head.indexOf("prompt_tokens"), head.indexOf("completion_tokens")];
      if (prompt === -1) {
        // Of a single series the file has the total, too.
        expect(lines.map((cells) => cells.slice(1, columns.length).map(Number))).toEqual(rows.map(([, ...values]) => values));
      } else {
        // The file says more than the chart; together they come to the same.
        expect(lines.map((cells) => Number(cells[prompt]) + Number(cells[completion]))).toEqual(rows.map((cells) => cells.at(-1)));
      }
    }
  });
});

type Row = readonly [name: string, ...values: number[]];

interface Figure {
  readonly html: string;
  readonly columns: readonly string[];
  /** By the exact values of the cells; what has none is 0, as an empty cell of the CSV is. */
  readonly rows: readonly Row[];
}

function figuresOf(html: string): readonly Figure[] {
  return [...html.matchAll(/<figure class="chart"[^>]*data-chart="".*?<\/figure>/gs)].map(([figure]) => {
    const [head = "", ...body] = (/<table class="data-table".*<\/table>/s.exec(figure)?.[0] ?? "").split("<tr>").slice(1);
    return {
      html: figure,
      columns: [...head.matchAll(/<th[^>]*>([^<]*)</g)].map(([, name = ""]) => name),
      rows: body.map((row): Row => {
        const [day = "", ...values] = [...row.matchAll(/data-value="([^"]*)"/g)].map(([, value = ""]) => value);
        return [day, ...values.map(Number)];
      }),
    };
  });
}

/** How tall the bars of a shape are, in pixels, by their day. */
function barsIn(path: string): ReadonlyMap<number, number> {
  return new Map([...path.matchAll(/M([\d.]+) [\d.]+h[\d.]+v([\d.]+)/g)].map(([, x, tall]) => [Math.floor(Number(x) / 10), Number(tall)]));
}

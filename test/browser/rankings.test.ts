/** The rankings: the chart, its table, its CSV and the API say the same. */

import { expect } from "vitest";
import { call } from "../support/caller.ts";
import { demoOrigin, demoKey, journey, useBrowser } from "../support/journey.ts";
import { cellsOf, count, fieldsOf, tableOf } from "../support/reading.ts";

useBrowser();

journey("table, CSV and API of a month agree, with words for who moved", async ({ page }) => {
  await page.goto("/rankings");
  await page.getByRole("navigation", { name: "Period" }).getByRole("link", { name: "Month" }).click();
  await page.getByRole("table", { name: /^Models by tokens, the last 30 days/ }).waitFor();

  const figure = page.getByRole("figure", { name: "Tokens per day by model" });
  const [heads = [], ...days] = await cellsOf(await tableOf(figure));
  expect(heads).toContain("Other");
  const downloading = page.waitForEvent("download");
  await figure.getByText("Download CSV").click();
  const download = await downloading;
  const [, ...lines] = fieldsOf(await (await fetch(download.url())).text());
  expect(days.map((cells) => cells.slice(1).map(count))).toEqual(lines.map((fields) => fields.slice(1).map(Number)));

  // The API leaves out the day that is not over.
  const dates = lines.map(([date = ""]) => date).slice(0, -1);
  const api = `${demoOrigin()}/api/v1`;
  const { data } = (await call(api, `/datasets/rankings-daily?start_date=${dates[0]}&end_date=${dates.at(-1)}`, { key: demoKey() })).json as { data: { date: string; model_permaslug: string; total_tokens: string }[] };
  const named = new Map(((await call(api, "/models")).json.data as { canonical_slug: string; name: string }[]).map((model) => [model.canonical_slug, model.name]));
  for (const [at, date] of dates.entries()) {
    const rows = data.filter((row) => row.date === date);
    const cells = days[at]?.map(count) ?? [];
    expect(cells.at(-1), date).toBe(rows.reduce((sum, row) => sum + Number(row.total_tokens), 0));
    for (const row of rows) {
      const column = heads.indexOf(named.get(row.model_permaslug) ?? "");
      if (column !== -1) expect(cells[column], `${date} ${row.model_permaslug}`).toBe(Number(row.total_tokens));
    }
  }

  const table = page.getByRole("table", { name: /^Models by tokens/ });
  const [columns = [], ...ranked] = await cellsOf(table);
  const places = ranked.map((cells) => cells[columns.indexOf("Place")] ?? "");
  expect(places.filter((place) => place !== "" && !/\b(?:up|down|same|new)\b/.test(place))).toEqual([]);
  expect(places.filter((place) => place !== "").length).toBeGreaterThan(5);
});

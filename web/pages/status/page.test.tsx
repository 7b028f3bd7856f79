import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { statusPage, type ProviderStatus, type StatusData } from "./page.tsx";

const now = Date.UTC(2026, 6, 20, 12);
const counted = (successes: number, n: number) => ({ successes, n });
const provider = (name: string, successes: number, n: number): ProviderStatus => ({
  slug: name.toLowerCase(), name, recent5m: counted(0, 0), recent30m: counted(0, 0), last24h: counted(successes, n), last90d: counted(successes, n), hours: [], days: [{ at: now, share: n === 0 ? undefined : successes / n, n }],
});
const draw = (data: Partial<StatusData>) => renderToStaticMarkup(<>{statusPage({
  now, startedAt: now - 3_600_000, version: "1.2.3", book: "real", storage: { isReachable: true, unsettled: 0 }, day: { requests: 400, failures: 1 }, daySource: "24 hours", providers: [], source: "90 days", ...data,
}).body}</>);
const lede = (html: string) => /<p class="lede">(.*?)<\/p>/.exec(html)?.[1];

describe("the first sentence of the status", () => {
  test.each([
    { providers: [], text: "The gateway is up. No provider had enough traffic in 24 hours to judge it by." },
    { providers: [provider("Few", 0, 29)], text: "The gateway is up. No provider had enough traffic in 24 hours to judge it by." },
    { providers: [provider("One", 40, 40)], text: "The gateway is up, and so is the one provider with enough traffic in 24 hours to judge." },
    { providers: [provider("One", 40, 40), provider("Two", 399, 400)], text: "The gateway is up, and so are all 2 providers with enough traffic in 24 hours to judge." },
    { providers: [provider("One", 40, 40), provider("Gale", 60, 100), provider("Slow", 97, 100)], text: "The gateway is up. Over 24 hours Gale was down, Slow was degraded; 1 of 3 providers were well." },
  ])("is: $text", ({ providers, text }) => expect(lede(draw({ providers }))).toBe(text));
});

test("a database that does not answer is said first, and nothing is made up for it", () => {
  const html = draw({ storage: { isReachable: false } });
  expect(lede(html)).toContain("The gateway is up, its database is not.");
  expect(html).toContain("The database does not answer.");
  expect(html).toContain("<dt>Waiting in the journal</dt><dd>—");
});

test("a share of few attempts is their number", () => {
  const html = draw({ providers: [provider("Few", 28, 29)] });
  expect(html).toContain("n = 29");
  expect(html).toContain("too few to say");
});

test("the share of the unanswered is not told of few requests", () => {
  expect(draw({})).toContain("1 (0.25%)");
  expect(draw({ day: { requests: 10, failures: 1 } })).not.toContain("(10");
});

/** `windrose replay`: known traffic through a real gateway, and what the command makes of its records. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/caller.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

const model = "mistralai/ministral-8b";
const providers = ["Sandbox Swift", "Sandbox Steady", "Sandbox Thrifty"];
const known = { answered: 24, rescued: 6, failed: 3, refused: 2 };

let gateway: Gateway;
let costs = 0;
const servedBy = new Map<string, number>();

beforeAll(async () => {
  gateway = await startGateway();
  const { key } = await gateway.newKey();
  const ask = async (directive: string, body: object = {}) => {
    const answer = await call(gateway.baseUrl, "/chat/completions", {
      key, headers: { "x-windrose-sandbox": directive }, body: { model, messages: [{ role: "user", content: "What is the meaning of life?" }], max_tokens: 20, ...body },
    });
    if (answer.status !== 200) return answer.status;
    costs += answer.json.usage.cost;
    servedBy.set(answer.json.provider, (servedBy.get(answer.json.provider) ?? 0) + 1);
    return 200;
  };
  for (let count = 0; count < known.answered; count++) expect(await ask("fast")).toBe(200);
  for (let count = 0; count < known.rescued; count++) expect(await ask("fast,thrifty:503,steady:503")).toBe(200);
  for (let count = 0; count < known.failed; count++) expect(await ask("503")).toBe(503);
  for (let count = 0; count < known.refused; count++) expect(await ask("fast", { max_tokens: -1 })).toBe(400);
  // Records reach the database up to a second after their answers.
  await gateway.stop();
  gateway = await startGateway({ home: gateway.home });
}, 60_000);
afterAll(() => gateway.dispose());

async function replay(policy: string): Promise<string> {
  const file = join(gateway.home, "policy.yaml");
  await writeFile(file, policy);
  return gateway.cli("replay", "--policy", file, "--days", "1", "--sandbox");
}

/** The three cells of a row: recorded, under the default policy, under the file's. */
function cells(report: string, title: string): readonly string[] {
  return report.split("\n").find((line) => line.startsWith(title))?.slice(title.length).trim().split(/\s{2,}/) ?? [];
}

describe("replayed traffic", () => {
  test("is the recorded traffic, request by request, failure by failure, to the nano-dollar", async () => {
    const report = await replay("{}");
    const all = String(known.answered + known.rescued + known.failed);
    expect(cells(report, "requests"), report).toEqual([all, all, all]);
    const failed = `${known.failed} (9.09 %)`;
    expect(cells(report, "failures before the first content")).toEqual([failed, failed, failed]);
    expect(cells(report, "cost ")[0]).toBe(`$${costs.toFixed(6)}`);
    // Byte for byte what the seed on record makes of it.
    expect(report).toMatch(/Of (\d+) recorded plans in which the seed decided between endpoints, \1 stand as the seed draws them again/);
    expect(providers.every((provider) => cells(report, `first tries at ${provider}`).length === 3)).toBe(true);
  });

  test("goes the same way twice under one policy, and elsewhere under another", async () => {
    const same = await replay("{}");
    expect(same).toContain("0 of 33 requests go to another endpoint first, and 0 have");
    const [, byDefault, again] = cells(same, "cost, relative to the cheapest");
    expect(again).toBe(byDefault);

    const other = await replay("{ trialAnswers: 1, band: 0, perSecond: 0, perFailure: 0, explored: 0, breaker: { inRow: 1000, errors: 1000 } }");
    const shares = cells(other, "first tries at Sandbox Swift").map((cell) => Number.parseFloat(cell));
    expect(shares[2]).toBeLessThan(shares[1] ?? 0);
    expect(other).not.toContain(" 0 of 33 requests go to another endpoint first");
  });

  test("of the days before the installation there is none", async () => {
    expect(await gateway.cli("replay", "--policy", join(gateway.home, "policy.yaml"), "--days", "1")).toContain("No request of the last 1 days can be replayed");
  });
});

test.each([
  { policy: "bandwidth: 3", says: "bandwidth is not one of band, perSecond," },
  { policy: "breaker: { inRow: two }", says: "breaker.inRow must be a number from 0 on" },
  { policy: "breaker: 3", says: "breaker must hold fields and their numbers" },
  { policy: "- 1", says: "it must hold fields and their numbers" },
  { policy: "{", says: "cannot be read as YAML or JSON" },
])("a policy file that says $policy is refused with what is wrong", async ({ policy, says }) => {
  await expect(replay(policy)).rejects.toMatchObject({ stderr: expect.stringContaining(says) });
});

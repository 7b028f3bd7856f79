import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidate } from "./candidate.ts";
import { candidate, groupsOf, noon, plan, priced, routingRequest, tags, type Wanted } from "./examples.ts";
import { createHealth, observe, type Health } from "./health.ts";
import { snapshot } from "./snapshot.ts";
import { decide } from "./plan.ts";

const withTools: Wanted = { parameters: new Set(["tools"]) };

interface Past {
  readonly errors?: number;
  readonly tokensPerSecond?: number;
  readonly answers?: number;
}

/** 250 answers with tool calls of the last twenty minutes, unless told otherwise; `errors` per cent of them bad. */
function answer(health: Health, { id, credentialId }: Candidate, { errors = 0, tokensPerSecond = 50, answers = 250 }: Past = {}): void {
  for (let index = 0; index < answers; index++) {
    const toolCalls = Math.floor(((index + 1) * errors) / 100) > Math.floor((index * errors) / 100) ? "invalid" : "valid";
    observe(health, { endpointId: id, credentialId, faultCode: undefined, latencyMs: 500, outputTokens: tokensPerSecond * 3, generationMs: 3000, toolCalls }, noon - 1_200_000 + index * 4000);
  }
}

const five = ["a", "b", "c", "d", "e"].map((name, index) => priced(name, 1 + index / 100));
const [a, b] = five as [Candidate, Candidate];

/** How often the endpoint is the last, over seeds. */
function isLastShare(name: string, health: Health, wanted: Wanted = withTools, candidates: readonly Candidate[] = five): number {
  let last = 0;
  for (let seed = 0; seed < 500; seed++) if (tags(candidates, wanted, { health, seed }).at(-1) === name) last += 1;
  return last / 500;
}

describe("a request with tools", () => {
  test("comes last to the endpoint whose tool calls fail far more often than its peers', but for a look now and then", () => {
    const health = createHealth();
    for (const one of five) answer(health, one, { errors: one === a ? 12 : 1 });
    expect(isLastShare("a", health)).toBeGreaterThan(0.97);
    expect(isLastShare("a", health)).toBeLessThan(1);
    expect(isLastShare("a", health, {})).toBeLessThan(0.5);
  });

  test("comes last to the one that is far slower", () => {
    const health = createHealth();
    for (const one of five) answer(health, one, { tokensPerSecond: one === b ? 20 : 50 });
    expect(isLastShare("b", health)).toBeGreaterThan(0.97);
  });

  test("comes to an endpoint of which too little is known after the good ones and before the bad", () => {
    const health = createHealth();
    const stranger = priced("stranger", 0.5);
    for (const one of five) answer(health, one, { errors: one === a ? 12 : 1 });
    const steps = tags([stranger, ...five], withTools, { health, seed: 3 });
    expect(steps.slice(4)).toEqual(["stranger", "a"]);
  });

  test.each([
    { name: "a sort", wanted: { preferences: { sort: { by: "price", partition: "model" } } } },
    { name: "an order", wanted: { preferences: { order: ["a"] } } },
    { name: "a tier", wanted: { serviceTier: "flex" } },
  ] satisfies { name: string; wanted: Wanted }[])("$name goes before it", ({ wanted }) => {
    const health = createHealth();
    for (const one of five) answer(health, one, { errors: one === a ? 12 : 1 });
    expect(tags(five, { ...withTools, ...wanted }, { health })[0]).toBe("a");
  });
});

test("sort exacto asks for it without tools", () => {
  const health = createHealth();
  for (const one of five) answer(health, one, { errors: one === a ? 12 : 1 });
  expect(isLastShare("a", health, { preferences: { sort: { by: "exacto", partition: "model" } } })).toBeGreaterThan(0.97);
});

describe("the signals are off", () => {
  test.each([
    { name: "with three endpoints", known: 3, record: {} },
    { name: "with 199 answers", known: 5, record: { answers: 199 } },
  ])("$name", ({ known, record }) => {
    const health = createHealth();
    for (const one of five.slice(0, known)) answer(health, one, { ...record, errors: one === a ? 50 : 0 });
    for (let seed = 0; seed < 50; seed++) expect(tags(five, withTools, { health, seed })).toEqual(tags(five, {}, { health, seed }));
  });

  test("half an hour after the last of them was heard of", () => {
    const health = createHealth();
    for (const one of five) answer(health, one, { errors: one === a ? 50 : 0 });
    const ordersAt = (now: number, wanted: Wanted) => Array.from({ length: 20 }, (_, seed) => decide({ groups: groupsOf(five), request: routingRequest(wanted), health, now, seed }).steps.map(({ tag }) => tag));
    expect(ordersAt(noon, withTools)).not.toEqual(ordersAt(noon, {}));
    const later = noon + 31 * 60_000;
    expect(ordersAt(later, withTools)).toEqual(ordersAt(later, {}));
  });
});

test("the rate of answers with a bad call is told once there are a hundred, for a day", () => {
  const health = createHealth();
  answer(health, a, { errors: 50, answers: 99 });
  expect(snapshot(health, a.id, noon).toolCallErrors1d).toBeNull();
  observe(health, { endpointId: a.id, credentialId: "another", faultCode: undefined, toolCalls: "invalid" }, noon);
  expect(snapshot(health, a.id, noon).toolCallErrors1d).toBe(50);
  expect(snapshot(health, a.id, noon + 25 * 3_600_000).toolCallErrors1d).toBeNull();
});

test("small differences are nobody's fault", () => {
  const health = createHealth();
  five.forEach((one, index) => answer(health, one, { errors: index % 2, tokensPerSecond: 50 + (index % 3) }));
  for (let seed = 0; seed < 50; seed++) expect(tags(five, withTools, { health, seed })).toEqual(tags(five, {}, { health, seed }));
});

test("whatever is known, the plan has the same endpoints, twice in the same order, and without tools it is as ever", () => {
  const records = fc.array(fc.record({ errors: fc.integer({ min: 0, max: 100 }), tokensPerSecond: fc.integer({ min: 1, max: 200 }), answers: fc.constantFrom(0, 150, 220) }), { minLength: 5, maxLength: 5 });
  fc.assert(fc.property(records, fc.nat(), (known, seed) => {
    const judged = createHealth();
    const unjudged = createHealth();
    const candidates = [...five, candidate("stranger")];
    known.forEach((record, index) => {
      answer(judged, five[index] as Candidate, record);
      answer(unjudged, five[index] as Candidate, { ...record, errors: 0 });
    });
    const steps = tags(candidates, withTools, { health: judged, seed });
    expect(steps.toSorted()).toEqual(tags(candidates).toSorted());
    expect(JSON.stringify(plan(candidates, withTools, { health: judged, seed }))).toBe(JSON.stringify(plan(candidates, withTools, { health: judged, seed })));
    expect(tags(candidates, {}, { health: judged, seed })).toEqual(tags(candidates, {}, { health: unjudged, seed }));
  }), { numRuns: 50 });
});

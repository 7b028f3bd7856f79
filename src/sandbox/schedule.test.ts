import * as fc from "fast-check";
import { expect, test } from "vitest";
import { seededChance } from "../base/clock.ts";
import { profiles } from "./profiles.ts";
import { dueTimes } from "./schedule.ts";

const cases = profiles.map((profile) => ({ name: profile.name, profile }));

test.each(cases)("$name keeps its promises about the first token and the whole", ({ profile }) => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 3000 }), fc.nat(5000), (seed, count, extraMs) => {
    const due = dueTimes(count, profile, { fast: false, extraMs, hurried: true }, seededChance(seed));
    const first = (due[0] ?? Number.NaN) - extraMs;
    expect(first).toBeGreaterThanOrEqual(profile.firstTokenMs.low);
    expect(first).toBeLessThanOrEqual(profile.firstTokenMs.high);
    expect(due.every((at, index) => index === 0 || at >= (due[index - 1] ?? 0))).toBe(true);
    expect(due[count - 1]).toBeLessThan(extraMs + profile.firstTokenMs.high + 1200);
  }));
});

test.each(cases)("$name speaks at its speed when it is not hurried", ({ profile }) => {
  fc.assert(fc.property(fc.nat(), (seed) => {
    const due = dueTimes(2001, profile, { fast: false, extraMs: 0, hurried: false }, seededChance(seed));
    const perSecond = 2000 / (((due[2000] ?? 0) - (due[0] ?? 0)) / 1000);
    expect(perSecond).toBeGreaterThan(profile.tokensPerSecond.low * 0.9);
    expect(perSecond).toBeLessThan(profile.tokensPerSecond.high * 1.1);
  }), { numRuns: 20 });
});

test("the providers differ in their shortest waits", () => {
  expect(new Set(profiles.map((profile) => profile.firstTokenMs.low)).size).toBe(profiles.length);
});

test("fast means no delay but the one that was asked for", () => {
  const [profile] = profiles;
  if (profile === undefined) expect.unreachable();
  expect([...dueTimes(3, profile, { fast: true, extraMs: 70, hurried: true }, () => 0.5)]).toEqual([70, 70, 70]);
});

/** The worlds that are reported. docs/simulation.md says what each is for. */

import { day, hour, minute, second, type Spell, type WorldPlan } from "./world.ts";

const dead = { errorShare: 1, hangShare: 0.35, slowness: 1 };

/** An hour of trouble and forty minutes of peace, over and over. */
function spans(count: number, lengthMs: number): readonly Pick<Spell, "from" | "to">[] {
  return Array.from({ length: count }, (_, index) => ({ from: (index + 1) * 40 * minute + index * lengthMs, to: (index + 1) * (40 * minute + lengthMs) }));
}

interface Trouble {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly times: number;
  readonly lengthMs: number;
  readonly condition: Omit<Spell, "from" | "to">;
}

/** The same trouble several times over, at the cheapest endpoint alone, in steady traffic. */
function trouble({ name, requestsPerSecond, times, lengthMs, condition }: Trouble): WorldPlan {
  const troubled = spans(times, lengthMs);
  return {
    name, requestsPerSecond, days: (troubled.at(-1)?.to ?? 0) / day + 1 / 24, adversity: 0, isSeasonal: false, endpoints: roomy,
    spells: [troubled.map((span) => ({ ...span, ...condition }))], focus: { endpoint: 0, spans: troubled },
  };
}

function hardDown(requestsPerSecond: number, times: number): WorldPlan {
  return trouble({ name: `hard down, ${requestsPerSecond} rps`, requestsPerSecond, times, lengthMs: hour, condition: dead });
}

/** Everything is down for ten minutes, and callers send failed requests again. */
function blackout(): WorldPlan {
  const plan = trouble({ name: "blackout", requestsPerSecond: 5, times: 1, lengthMs: 10 * minute, condition: dead });
  const everywhere = plan.spells?.[0] ?? [];
  return { ...plan, callersRetry: true, spells: [everywhere, everywhere, everywhere, everywhere, everywhere] };
}

/** Twenty seconds dead, twenty seconds well, for an hour. */
function flapping(): WorldPlan {
  const plan = trouble({ name: "flapping 20 s", requestsPerSecond: 1, times: 2, lengthMs: hour, condition: dead });
  const flaps = plan.focus?.spans.flatMap(({ from, to }) => Array.from({ length: (to - from) / (40 * second) }, (_, index) => ({ ...dead, from: from + index * 40 * second, to: from + index * 40 * second + 20 * second }))) ?? [];
  return { ...plan, spells: [flaps] };
}

/** The cheapest has three per cent of errors for ever. */
function cheapButBad(): WorldPlan {
  return { name: "cheap but bad", days: 1 / 4, requestsPerSecond: 1, adversity: 0, endpoints: (standard) => standard.map((one, place) => (place === 0 ? { ...one, errorShare: 0.03 } : one)) };
}

/** Room for everything everywhere, so that a scenario shows its one fault and not the rate limits. */
const roomy: NonNullable<WorldPlan["endpoints"]> = (standard) => standard.map((one) => ({ ...one, capacity: 5 }));

/** `thoroughness` scales the long worlds: 1 for the report, less for a first look. */
export function scenarios(thoroughness: number): readonly WorldPlan[] {
  return [
    { name: "ref", days: 4 * thoroughness, requestsPerSecond: 1, adversity: 1 },
    { name: "stress", days: 2 * thoroughness, requestsPerSecond: 1, adversity: 8 },
    { name: "low traffic", days: 21 * thoroughness, requestsPerSecond: 0.05, adversity: 1 },
    hardDown(0.2, 12), hardDown(1, 12), hardDown(10, 3),
    trouble({ name: "grey 35 %", requestsPerSecond: 1, times: 3, lengthMs: hour, condition: { errorShare: 0.35, hangShare: 0.35, slowness: 1 } }),
    blackout(), flapping(),
    trouble({ name: "slow only, x6", requestsPerSecond: 1, times: 3, lengthMs: hour, condition: { errorShare: 0, hangShare: 0, slowness: 6 } }),
    cheapButBad(),
  ];
}

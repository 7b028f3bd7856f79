/** No policy but a bound: it knows how every endpoint is, and calls the cheapest that is well. What it fails, nobody saves. */

import { plainRouter, type Policy } from "./policy.ts";
import { createWeather } from "./world.ts";

export const clairvoyant: Policy = {
  name: "clairvoyant (a bound)",
  start: (world) => {
    const weather = createWeather(world);
    const places = world.endpoints.map((_, place) => place);
    return {
      ...plainRouter,
      plan: (_arrival, now) => {
        const illness = places.map((place) => {
          const { errorShare, slowness } = weather(place, now);
          return errorShare >= 0.05 ? 2 + errorShare : slowness > 1 ? 1 : 0;
        });
        return places.toSorted((left, right) => (illness[left] ?? 0) - (illness[right] ?? 0));
      },
    };
  },
};

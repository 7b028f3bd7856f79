/** Hours and days as rollups count them: whole ones since the epoch, in UTC. */

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

export function hourOf(time: number): number {
  return Math.floor(time / hourMs);
}

export function dayOf(time: number): number {
  return Math.floor(time / dayMs);
}

/** "2026-11-21". */
export function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The Monday of a day's week. The epoch was a Thursday, so Mondays are the days 4, 11, 18, … */
export function weekStart(day: number): number {
  return day - ((day + 3) % 7);
}

/** The first day of a day's month. */
export function monthStart(day: number): number {
  return day - new Date(day * dayMs).getUTCDate() + 1;
}

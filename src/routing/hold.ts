/** Endpoints that have asked to be left alone: for how long, and how much longer if they ask again. */

/** Not to be called before `until`; each further refusal after that doubles `lastMs`. */
export interface Hold {
  until: number;
  lastMs: number;
  reason: BackOff["reason"];
}

/** Without a word from the upstream, the first wait and the longest. */
export interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
  readonly reason: "capacity" | "credential";
}

/** A rate limit may lift at any moment; a refused credential waits for a person. */
export const rateLimited: BackOff = { firstMs: 1000, mostMs: 60_000, reason: "capacity" };
export const credentialRefused: BackOff = { firstMs: 60_000, mostMs: 30 * 60_000, reason: "credential" };

/** Longer waits than this are not believed. */
const askedMsMax = 60 * 60_000;

export function noHold(): Hold {
  return { until: 0, lastMs: 0, reason: "capacity" };
}

export interface HoldRequest {
  readonly now: number;
  /** What the upstream asked for; undefined when it said nothing. */
  readonly askedMs: number | undefined;
}

/** Holds as long as asked; else twice as long as last time, unless this refusal belongs to the hold already running. */
export function extend(hold: Hold, backOff: BackOff, { now, askedMs }: HoldRequest): void {
  hold.reason = backOff.reason;
  if (askedMs !== undefined) {
    hold.until = Math.max(hold.until, now + Math.min(Math.max(0, askedMs), askedMsMax));
  } else if (now >= hold.until) {
    hold.lastMs = hold.lastMs === 0 ? backOff.firstMs : Math.min(2 * hold.lastMs, backOff.mostMs);
    hold.until = now + hold.lastMs;
  }
}

/**
 * How much of its usual load an endpoint takes, from what it refused: each refusal halves it or nearly so, and it grows back
 * with time. A hold says when to come back; this says with how many.
 */
export interface Room {
  share: number;
  at: number;
}

export interface RoomPolicy {
  readonly perRefusal: number;
  readonly perSecond: number;
  readonly least: number;
}

export function createRoom(): Room {
  return { share: 1, at: 0 };
}

export function roomOf({ share, at }: Room, { perSecond }: RoomPolicy, now: number): number {
  return share >= 1 ? 1 : Math.min(1, share + (perSecond * Math.max(0, now - at)) / 1000);
}

export function shrinkRoom(room: Room, policy: RoomPolicy, now: number): void {
  room.share = Math.max(policy.least, roomOf(room, policy, now) * policy.perRefusal);
  room.at = now;
}

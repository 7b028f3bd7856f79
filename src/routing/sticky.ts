/**
 * Which endpoint holds a conversation's prompt in its cache, for ten minutes after its last answer. What that is worth is
 * stay.ts's matter. Source: contract §5.8. Pure but for the memory that is its argument, and the memory is bounded.
 */

/** Opaque to all but this file. */
export interface Sticky {
  /** Those kept of late, and those before: a map that forgot its oldest one by one would walk over all that it forgot. */
  late: Map<string, Entry>;
  early: ReadonlyMap<string, Entry>;
  readonly most: number;
}

/** Where a conversation was last answered. */
export interface Stay {
  readonly endpointId: string;
  /** The endpoint's model: what a router chose, where one did. */
  readonly model: string;
  /** Of its next prompt, so many tokens are taken to be in the endpoint's cache. */
  readonly cachedTokens: number;
}

/** How a conversation was just answered. */
export interface Answered extends Stay {
  /** The caller named the conversation: it stays after any answer, and not only after one that a cache had a part in. */
  readonly isExplicit: boolean;
}

interface Entry {
  readonly stay: Stay;
  readonly until: number;
}

const stayMs = 10 * 60_000;

/** Remembers at most so many conversations (about 600 bytes each), and surely the latest half of them. */
export function createSticky(most = 20_000): Sticky {
  return { late: new Map(), early: new Map(), most };
}

/** Conversations are told apart by workspace, by model or router slug, and by their own key. */
export function stickyKey(workspaceId: string, slug: string, conversation: string): string {
  return `${workspaceId}\n${slug}\n${conversation}`;
}

/** Nothing is remembered, so that nothing need be asked. */
export function isEmpty({ late, early }: Sticky): boolean {
  return late.size + early.size === 0;
}

/** Changes nothing: only an answer keeps a stay alive. */
export function recall({ late, early }: Sticky, key: string, now: number): Stay | undefined {
  const entry = late.get(key) ?? early.get(key);
  return entry === undefined || entry.until <= now ? undefined : entry.stay;
}

/** The model that a router chose for this conversation, under the router's key. */
export function stickyModel(sticky: Sticky, key: string, now: number): string | undefined {
  return recall(sticky, key, now)?.model;
}

/** After a success. A failed answer is not told: what is known of the conversation then ages. */
export function keep(sticky: Sticky, key: string, { isExplicit, ...stay }: Answered, now: number): void {
  const isMiss = !isExplicit && stay.cachedTokens === 0;
  // Nothing was cached where something was: it is gone. Another endpoint's miss says nothing about this one's cache.
  if (isMiss && recall(sticky, key, now)?.endpointId !== stay.endpointId) return;
  sticky.late.set(key, { stay, until: isMiss ? now : now + stayMs });
  if (sticky.late.size < sticky.most / 2) return;
  sticky.early = sticky.late;
  sticky.late = new Map();
}

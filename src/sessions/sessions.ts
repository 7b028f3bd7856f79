/**
 * Who is signed in at the site. An operator gets a one-time token from the terminal and changes it for a session; of both, the
 * database holds hashes alone. A session ends 24 hours after it was last seen and 30 days after it began, whichever comes first.
 */

import { hash } from "node:crypto";
import { randomText, type Clock } from "../base/clock.ts";
import type { Db } from "../db/port.ts";
import { findSession, insertToken, openSession, removeSession, touchSession } from "./sessions.store.ts";

export interface Session {
  /** SHA-256 of the id that the browser holds. */
  readonly hash: string;
  readonly workspaceId: string;
  readonly createdAt: number;
  readonly seenAt: number;
}

export interface SignInToken {
  readonly token: string;
  readonly expiresAt: number;
}

export interface Sessions {
  /** A token that signs in once within {@link tokenMs}. */
  issueToken(workspaceId: string): Promise<SignInToken>;

  /**
   * Changes a token for a session and gives the id that the browser is to hold; undefined for a token that is wrong, too old or used, and
   * for the second of two racing callers. The id is always a new one, and the session of `previousId` ends.
   */
  open(token: string, previousId?: string): Promise<string | undefined>;

  /** The session of an id, which is thereby seen; undefined when there is none or it has ended. */
  find(id: string): Promise<Session | undefined>;

  /** Ends it. Nothing happens when it has ended before. */
  close(id: string): Promise<void>;
}

const minuteMs = 60_000;
export const tokenMs = 30 * minuteMs;
export const idleMs = 24 * 60 * minuteMs;
export const longestMs = 30 * 24 * 60 * minuteMs;
/** A session that is in use is written down this often, not at every request. */
const touchMs = 5 * minuteMs;

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 131 bits: short enough for a line of the terminal, and good for half an hour. */
const tokenLength = 22;
/** 256 bits. */
const idLength = 43;

export function openSessions({ db, clock }: { readonly db: Db; readonly clock: Clock }): Sessions {
  return {
    async issueToken(workspaceId) {
      const token = randomText(tokenLength, alphanumeric);
      const now = clock();
      await insertToken(db, { hash: hashOf(token), workspaceId, expiresAt: now + tokenMs, now });
      return { token, expiresAt: now + tokenMs };
    },

    async open(token, previousId = "") {
      const id = randomText(idLength, alphanumeric);
      const now = clock();
      const opened = await openSession(db, { tokenHash: hashOf(token), hash: hashOf(id), previousHash: hashOf(previousId), now, ...endedBefore(now) });
      return opened ? id : undefined;
    },

    async find(id) {
      const now = clock();
      const session = await findSession(db, { hash: hashOf(id), ...endedBefore(now) });
      if (session === undefined || now - session.seenAt < touchMs) return session;
      await touchSession(db, session.hash, now);
      return { ...session, seenAt: now };
    },

    close: (id) => removeSession(db, hashOf(id)),
  };
}

function hashOf(secret: string): string {
  return hash("sha256", secret);
}

function endedBefore(now: number): { readonly createdAfter: number; readonly seenAfter: number } {
  return { createdAfter: now - longestMs, seenAfter: now - idleMs };
}

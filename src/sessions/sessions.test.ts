import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../db/port.ts";
import { openSqlite } from "../db/sqlite.ts";
import { defaultWorkspaceId } from "../keys/key.ts";
import { idleMs, longestMs, openSessions, tokenMs, type Sessions } from "./sessions.ts";

let db: Db;
beforeAll(async () => {
  db = await openSqlite(":memory:");
});
afterAll(() => db.close());

function setUp() {
  const time = { now: 1_700_000_000_000 };
  return { time, sessions: openSessions({ db, clock: () => time.now }) };
}

async function signedIn(sessions: Sessions, previousId?: string): Promise<string> {
  const { token } = await sessions.issueToken(defaultWorkspaceId);
  return (await sessions.open(token, previousId)) ?? expect.fail("a new token signs in");
}

describe("a token", () => {
  test("signs in once", async () => {
    const { sessions } = setUp();
    const { token } = await sessions.issueToken(defaultWorkspaceId);
    const id = (await sessions.open(token)) ?? expect.fail();
    expect(await sessions.find(id)).toMatchObject({ workspaceId: defaultWorkspaceId });
    expect(await sessions.open(token)).toBeUndefined();
  });

  test("signs one of two racing callers in", async () => {
    const { sessions } = setUp();
    const { token } = await sessions.issueToken(defaultWorkspaceId);
    const ids = await Promise.all([sessions.open(token), sessions.open(token)]);
    expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
  });

  test.each([
    { age: tokenMs - 1, opens: true },
    { age: tokenMs, opens: false },
  ])("of $age ms: $opens", async ({ age, opens }) => {
    const { sessions, time } = setUp();
    const { token } = await sessions.issueToken(defaultWorkspaceId);
    time.now += age;
    expect((await sessions.open(token)) !== undefined).toBe(opens);
  });

  test.each(["", "nonsense", "' or 1=1 --"])("that was never issued opens nothing: %j", async (token) => {
    expect(await setUp().sessions.open(token)).toBeUndefined();
  });

  test("is too old on the way to the next, and leaves the database", async () => {
    const { sessions, time } = setUp();
    await sessions.issueToken(defaultWorkspaceId);
    time.now += tokenMs;
    await sessions.issueToken(defaultWorkspaceId);
    expect(await db.read("select expires_at from sign_in_tokens where expires_at <= ?", [time.now])).toEqual([]);
  });
});

describe("a session", () => {
  test("has a new id at every sign-in, and the one before ends", async () => {
    const { sessions } = setUp();
    const first = await signedIn(sessions);
    const second = await signedIn(sessions, first);
    expect(second).not.toBe(first);
    expect(await sessions.find(first)).toBeUndefined();
    expect(await sessions.find(second)).toBeDefined();
  });

  test("outlives a failed sign-in with its id", async () => {
    const { sessions } = setUp();
    const id = await signedIn(sessions);
    await sessions.open("wrong", id);
    expect(await sessions.find(id)).toBeDefined();
  });

  test("ends when nobody was seen for a day", async () => {
    const { sessions, time } = setUp();
    const id = await signedIn(sessions);
    time.now += idleMs - 1;
    expect(await sessions.find(id)).toBeDefined();
    time.now += idleMs - 1;
    expect(await sessions.find(id)).toBeDefined();
    time.now += idleMs;
    expect(await sessions.find(id)).toBeUndefined();
  });

  test("ends after thirty days, however often it was seen", async () => {
    const { sessions, time } = setUp();
    const id = await signedIn(sessions);
    const end = time.now + longestMs;
    while (time.now + idleMs / 2 < end) {
      time.now += idleMs / 2;
      expect(await sessions.find(id)).toBeDefined();
    }
    time.now = end;
    expect(await sessions.find(id)).toBeUndefined();
  });

  test("is closed for good", async () => {
    const { sessions } = setUp();
    const id = await signedIn(sessions);
    await sessions.close(id);
    await sessions.close(id);
    expect(await sessions.find(id)).toBeUndefined();
  });

  test("leaves neither its id nor its token in the database", async () => {
    const { sessions } = setUp();
    const { token } = await sessions.issueToken(defaultWorkspaceId);
    const { token: unused } = await sessions.issueToken(defaultWorkspaceId);
    const id = (await sessions.open(token)) ?? expect.fail();
    const stored = JSON.stringify([await db.read("select * from sessions"), await db.read("select * from sign_in_tokens")]);
    for (const secret of [token, unused, id]) expect(stored).not.toContain(secret);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlite } from "../../db/sqlite.ts";
import type { Db } from "../../db/port.ts";
import { defaultWorkspaceId } from "../../keys/key.ts";
import { openSessions, tokenMs } from "../../sessions/sessions.ts";
import { openVisitor } from "../../../test/support/browser.ts";
import { openTestSite, type TestSite } from "../../../test/support/site.ts";

let db: Db;
let plain: TestSite;
let site: TestSite;
let origin: string;
const time = { now: 1_700_000_000_000 };
let refusals = 0;

beforeAll(async () => {
  db = await openSqlite(":memory:");
  plain = await openTestSite();
  const account = { ...plain.reads.account, sessions: openSessions({ db, clock: () => time.now }), refusalTurn: async () => void (refusals += 1) };
  site = await openTestSite({ reads: { account } });
  origin = new URL((await site.get("/login")).url).origin;
});
afterAll(() => Promise.all([plain.close(), site.close(), db.close()]));

test("a token that is too old gets the answer of one that is wrong, and both wait their turn", async () => {
  const { token } = await site.reads.account.sessions.issueToken(defaultWorkspaceId);
  time.now += tokenMs;
  const visitor = openVisitor(origin);
  const [old, wrong] = [await visitor.send("/login", { token }), await visitor.send("/login", { token: "wrong" })];
  expect([old.status, wrong.status, old.html === wrong.html]).toEqual([403, 403, true]);
  expect(refusals).toBe(2);
});

test("a token in time signs in without waiting", async () => {
  const { token } = await site.reads.account.sessions.issueToken(defaultWorkspaceId);
  time.now += tokenMs - 1;
  const before = refusals;
  expect((await openVisitor(origin).send("/login", { token })).status).toBe(303);
  expect(refusals).toBe(before);
});

test("neither the door nor what is behind it is kept, or listed", async () => {
  const { headers, html } = await openVisitor(origin).get("/login");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(html).toContain('content="noindex"');
  const map = await site.page("/sitemap.xml");
  for (const path of ["/login", "/logout", "/settings", "/keys"]) expect(map).not.toContain(`${origin}${path}<`);
  expect(map).toContain(`${origin}/docs/quickstart<`);
});

test("a page that takes no forms leaves them to the API", async () => expect((await openVisitor(origin).send("/models", {})).status).toBe(418));

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import type { Db } from "../db/port.ts";
import { openSqlite } from "../db/sqlite.ts";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import type { ChatRequest } from "../wire/chat.ts";
import { openPresets } from "./presets.ts";

const workspaceId = "00000000-0000-4000-8000-000000000000";
const otherWorkspaceId = "5e1f0000-0000-4000-8000-000000000000";

let db: Db;
beforeAll(async () => {
  db = await openSqlite(":memory:");
  await db.write([{ sql: "insert into workspaces (id, name, slug, created_at) values (?, 'other', 'other', 0)", values: [otherWorkspaceId] }]);
});
afterAll(() => db.close());

/** A node of its own on the common database, whose reads are counted and which can be cut off. */
function setUp() {
  const time = { now: 1_700_000_000_000 };
  const state = { reads: 0, isDown: false };
  const watched: Db = {
    ...db,
    async read(sql, values) {
      state.reads += 1;
      if (state.isDown) throw new Fault("storage_unavailable", "down");
      return db.read(sql, values);
    },
  };
  const presets = openPresets({ db: watched, clock: () => time.now });
  const save = (slug: string, body: object, workspace = workspaceId) =>
    presets.save({ workspaceId: workspace, slug, creatorUserId: null, surface: chatCompletions, body: { model: "a/b", ...body } });
  return { time, state, presets, save };
}

function request(body: object): ChatRequest {
  return chatCompletions.parse(Buffer.from(JSON.stringify({ messages: [{ role: "user", content: "Hello" }], ...body })));
}

const temperature = async (given: ChatRequest | Promise<ChatRequest>) => (await given).parameters.temperature;

let slugs = 0;
const newSlug = () => `slug-${slugs++}`;

/** A reading behind an answer was asked for before these, and so is done when they are. */
async function readingsBehind(): Promise<void> {
  for (let step = 0; step < 3; step++) await db.read("select 1");
  await new Promise(setImmediate);
}

describe("apply", () => {
  test("gives back the very request that names no preset, and reads nothing", () => {
    const { presets, state } = setUp();
    const plain = request({ model: "a/b" });
    expect(presets.apply(plain, workspaceId)).toBe(plain);
    expect(state.reads).toBe(0);
  });

  test("reads a preset once for all who wait for it, then answers at once", async () => {
    const slug = newSlug();
    const { preset } = await setUp().save(slug, { temperature: 0.5 });
    const { presets, state } = setUp();
    const given = request({ model: `@preset/${slug}` });
    const [one, two] = await Promise.all([presets.apply(given, workspaceId), presets.apply(given, workspaceId)]);
    expect(one).toMatchObject({ models: ["a/b"], parameters: { temperature: 0.5 }, gateway: { presetId: preset.id } });
    expect(two).toEqual(one);
    expect(state.reads).toBe(2);
    expect(presets.apply(given, workspaceId)).not.toBeInstanceOf(Promise);
    expect(state.reads).toBe(2);
  });

  test("sees a version that was made here at once", async () => {
    const { presets, save } = setUp();
    const slug = newSlug();
    const given = request({ preset: slug });
    await save(slug, { temperature: 0.1 });
    expect(await temperature(presets.apply(given, workspaceId))).toBe(0.1);
    await save(slug, { temperature: 0.2 });
    expect(await temperature(presets.apply(given, workspaceId))).toBe(0.2);
  });

  test("never remembers a reading that began before a change", async () => {
    const { presets, save } = setUp();
    const slug = newSlug();
    const given = request({ preset: slug });
    await setUp().save(slug, { temperature: 0.1 });
    const before = presets.apply(given, workspaceId);
    await Promise.all([save(slug, { temperature: 0.2 }), before]);
    expect(await temperature(presets.apply(given, workspaceId))).toBe(0.2);
  });

  test("sees a version that was made elsewhere behind the answer after 15 seconds, before it after 30", async () => {
    const here = setUp();
    const elsewhere = setUp();
    const slug = newSlug();
    const given = request({ preset: slug });
    await elsewhere.save(slug, { temperature: 0.1 });
    await here.presets.apply(given, workspaceId);
    await elsewhere.save(slug, { temperature: 0.2 });
    here.time.now += 15_001;
    expect(await temperature(here.presets.apply(given, workspaceId))).toBe(0.1);
    await readingsBehind();
    expect(await temperature(here.presets.apply(given, workspaceId))).toBe(0.2);
    await elsewhere.save(slug, { temperature: 0.3 });
    here.time.now += 30_001;
    expect(await temperature(here.presets.apply(given, workspaceId))).toBe(0.3);
  });

  test("works for 30 seconds without the database, and then does not call the preset unknown", async () => {
    const { presets, save, state, time } = setUp();
    const slug = newSlug();
    const given = request({ preset: slug });
    await save(slug, { temperature: 0.1 });
    await presets.apply(given, workspaceId);
    state.isDown = true;
    time.now += 30_000;
    expect(await temperature(presets.apply(given, workspaceId))).toBe(0.1);
    time.now += 1;
    await expect(presets.apply(given, workspaceId)).rejects.toMatchObject({ code: "storage_unavailable" });
  });

  test("refuses a preset that is not there, for five seconds without asking again, and one of another workspace", async () => {
    const { presets, save, state, time } = setUp();
    const slug = newSlug();
    const given = request({ model: `@preset/${slug}` });
    await save(slug, {}, otherWorkspaceId);
    const refusal = { code: "not_found", metadata: { field: "model" }, message: expect.stringContaining(slug) };
    await expect(presets.apply(given, workspaceId)).rejects.toMatchObject(refusal);
    const { reads } = state;
    time.now += 5_000;
    expect(() => presets.apply(given, workspaceId)).toThrow(expect.objectContaining(refusal));
    expect(state.reads).toBe(reads);
    time.now += 1;
    await expect(presets.apply(given, workspaceId)).rejects.toMatchObject(refusal);
    expect(state.reads).toBeGreaterThan(reads);
  });

  test.each(["", "no/slug", "a@preset/b", "-x", "a".repeat(129)])("refuses %j, which can be none, without the database", (slug) => {
    const { presets, state } = setUp();
    expect(() => presets.apply(request({ model: "a/b", preset: slug }), workspaceId)).toThrow(expect.objectContaining({ code: "not_found", metadata: { field: "preset" } }));
    expect(state.reads).toBe(0);
  });

  test.each(["disabled", "archived"])("refuses one that is %s", async (status) => {
    const { presets, save } = setUp();
    const slug = newSlug();
    const { preset } = await save(slug, {});
    await db.write([{ sql: "update presets set status = ? where id = ?", values: [status, preset.id] }]);
    await expect(presets.apply(request({ preset: slug }), workspaceId)).rejects.toMatchObject({ code: "invalid_request", message: `The preset ${slug} is ${status}.` });
  });
});

describe("save", () => {
  test("makes a preset, then versions of it, of which the last is designated and none is changed", async () => {
    const { presets, save, time } = setUp();
    const slug = newSlug();
    const first = await save(slug, { temperature: 0.1, messages: [{ role: "system", content: "Be brief." }] });
    time.now += 5;
    const second = await save(slug, { temperature: 0.2 });
    expect(first.preset).toMatchObject({ workspaceId, slug, name: slug, status: "active", designatedVersionId: first.version.id, createdAt: time.now - 5 });
    expect(first.version).toMatchObject({ presetId: first.preset.id, version: 1, systemPrompt: "Be brief.", config: { model: "a/b", temperature: 0.1 }, creatorId: workspaceId });
    expect(second.preset).toEqual({ ...first.preset, designatedVersionId: second.version.id, updatedAt: time.now });
    expect(second.version).toMatchObject({ version: 2, systemPrompt: null });
    expect(await presets.find(workspaceId, slug)).toEqual(second);
    expect(await presets.versions(first.preset.id, { offset: 0, limit: 9 })).toEqual({ items: [first.version, second.version], totalCount: 2 });
    expect(await presets.findVersion(first.preset.id, 1)).toEqual(first.version);
    expect(await presets.findVersion(first.preset.id, 3)).toBeUndefined();
  });

  test("gives every racing caller a version of its own, and loses none", async () => {
    const slug = newSlug();
    const nodes = [setUp(), setUp()];
    const saved = await Promise.all(Array.from({ length: 20 }, (_, index) => nodes[index % 2]?.save(slug, { seed: index })));
    const [{ presets }] = nodes as [ReturnType<typeof setUp>];
    const found = await presets.find(workspaceId, slug);
    expect(new Set(saved.map((one) => one?.preset.id))).toEqual(new Set([found?.preset.id]));
    expect(saved.map((one) => one?.version.version).toSorted((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    const { items } = await presets.versions(found?.preset.id ?? "", { offset: 0, limit: 100 });
    expect(new Set(items.map(({ config }) => config["seed"]))).toEqual(new Set(Array.from({ length: 20 }, (_, index) => index)));
    expect(found?.version).toEqual(items.at(-1));
  });

  test("refuses what is no slug", async () => {
    await expect(setUp().save("no slug", {})).rejects.toMatchObject({ code: "invalid_request", metadata: { field: "slug" } });
  });
});

test("a list holds the workspace's own, the one changed last first, page by page", async () => {
  const { presets, save, time } = setUp();
  const workspace = "11111111-0000-4000-8000-000000000000";
  await db.write([{ sql: "insert into workspaces (id, name, slug, created_at) values (?, 'listed', 'listed', 0)", values: [workspace] }]);
  for (const slug of ["a", "b", "c", "a"]) {
    time.now += 1;
    await save(slug, {}, workspace);
  }
  const slugsOf = async (offset: number, limit: number) => {
    const { items, totalCount } = await presets.list(workspace, { offset, limit });
    return [...items.map(({ slug }) => slug), totalCount];
  };
  expect(await slugsOf(0, 2)).toEqual(["a", "c", 3]);
  expect(await slugsOf(2, 2)).toEqual(["b", 3]);
});

test("of large presets fewer are remembered", async () => {
  const { presets, save, state } = setUp();
  const workspace = "22222222-0000-4000-8000-000000000000";
  await db.write([{ sql: "insert into workspaces (id, name, slug, created_at) values (?, 'large', 'large', 0)", values: [workspace] }]);
  const slugs = Array.from({ length: 100 }, (_, index) => `large-${index}`);
  for (const slug of slugs) await save(slug, { messages: [{ role: "system", content: "x".repeat(120_000) }] }, workspace);
  for (const slug of slugs) await presets.apply(request({ model: `@preset/${slug}` }), workspace);
  const before = state.reads;
  const again = slugs.toReversed().filter((slug) => !(presets.apply(request({ model: `@preset/${slug}` }), workspace) instanceof Promise));
  expect(again.length * 120_000).toBeGreaterThan(7 * 1024 * 1024);
  expect(again.length * 120_000).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(state.reads).toBeGreaterThan(before);
});

test("a workspace holds a thousand presets: one more is refused, a new version of one is not", async () => {
  const { save } = setUp();
  const workspace = "33333333-0000-4000-8000-000000000000";
  await db.write([{ sql: "insert into workspaces (id, name, slug, created_at) values (?, 'full', 'full', 0)", values: [workspace] }]);
  await save("first", {}, workspace);
  await db.write([{
    sql: `with recursive n(i) as (select 1 union all select i + 1 from n where i < 999)
      insert into presets (id, workspace_id, slug, name, status, latest_version, designated_version_id, created_at, updated_at)
      select 'full-' || i, ?, 'full-' || i, 'full', 'active', 1, 'none', 0, 0 from n`,
    values: [workspace],
  }]);
  await expect(save("one-more", {}, workspace)).rejects.toMatchObject({ code: "invalid_request", message: expect.stringContaining("at most 1,000 presets"), metadata: { field: "slug" } });
  expect((await save("first", { temperature: 1 }, workspace)).version.version).toBe(2);
});

/**
 * The schema, as an ordered list: append, never edit. SQL text in a module, not in files, so that the bundle carries it.
 * Written in the subset that SQLite and PostgreSQL share. Money is `bigint` nano-dollars, time is `bigint` milliseconds,
 * a day is the number of whole UTC days since the epoch, a truth is 0 or 1.
 */

export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

// Columns that several rollups share; as fixed as the migration that they are part of.
const sums = (names: readonly string[]) => names.map((name) => `${name} bigint not null`).join(", ");
const bins = Array.from({ length: 32 }, (_, bin) => String(bin).padStart(2, "0"));
const tokenSums = ["prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "tool_calls", "cost_nano"];
const callSums = sums(["requests", "successes", "failures", "rate_limited", "first_tries", "first_failures", "rescued", ...tokenSums]);
const histogramSums = sums([...bins.map((bin) => `latency_${bin}`), ...bins.map((bin) => `throughput_${bin}`)]);
const requestSums = sums(["requests", "failures", ...tokenSums]);
const contextSums = sums(["tokens_1k", "tokens_10k", "tokens_100k", "tokens_1m", "tokens_10m"]);

export const migrations: readonly Migration[] = [
  {
    name: "initial",
    statements: [
      `create table workspaces (
        id text primary key,
        name text not null,
        slug text not null unique,
        created_at bigint not null
      )`,
      // Every installation has one workspace from the start; its id is the same everywhere.
      `insert into workspaces (id, name, slug, created_at) values ('00000000-0000-4000-8000-000000000000', 'Default', 'default', 0)`,

      `create table keys (
        hash text primary key,
        workspace_id text not null references workspaces (id),
        name text not null,
        label text not null,
        kind text not null,
        is_sandbox integer not null,
        disabled integer not null,
        limit_nano bigint,
        limit_reset text,
        include_byok_in_limit integer not null,
        expires_at bigint,
        created_at bigint not null,
        updated_at bigint,
        deleted_at bigint,
        creator_user_id text
      )`,
      `create index keys_by_creation on keys (workspace_id, created_at)`,

      // What the ledger enforces. terms_at: since when the limit is what it is; older terms never replace newer ones.
      `create table budgets (
        id text primary key,
        limit_nano bigint,
        limit_reset text,
        terms_at bigint not null
      )`,
      `create table spend (
        budget_id text not null,
        day integer not null,
        spent_nano bigint not null,
        primary key (budget_id, day)
      )`,
      // One open lease for a budget on a node; a closed lease is a deleted row.
      `create table leases (
        budget_id text not null,
        node_id text not null,
        amount_nano bigint not null,
        taken_at bigint not null,
        primary key (budget_id, node_id)
      )`,
      `create table grants (
        id text primary key,
        workspace_id text not null,
        amount_nano bigint not null check (amount_nano > 0),
        note text not null,
        created_at bigint not null
      )`,

      // The row of record. What has a column is not in "detail". Ids begin with the time, so that rows of one time lie
      // together in the key's index; another index is paid by every request, and waits for the read that needs it.
      `create table generations (
        id text primary key,
        workspace_id text not null,
        key_hash text not null,
        created_at bigint not null,
        is_sandbox integer not null,
        provider_name text,
        cost_nano bigint not null,
        detail text not null
      )`,
      // Double entry in one row: the amount leaves one account and reaches the other, so the sum over all accounts is
      // zero. Each entry is what a row of record says, read as bookkeeping; it is not written a second time.
      `create view entries (id, debit_account, credit_account, amount_nano, kind, note, created_at) as
        select id, case is_sandbox when 1 then 'sandbox/' else '' end || 'workspace:' || workspace_id,
          case is_sandbox when 1 then 'sandbox/' else '' end || 'provider:' || coalesce(provider_name, 'unknown'),
          cost_nano, 'charge', null, created_at
        from generations where cost_nano > 0
        union all
        select id, 'external', 'workspace:' || workspace_id, amount_nano, 'grant', note, created_at from grants`,
      // How far a node's journal has reached this database. "not null" refuses a batch that starts anywhere else.
      `create table journals (
        node_id text primary key,
        position bigint not null
      )`,

      `create table endpoint_switches (
        endpoint_id text primary key,
        off_at bigint not null,
        reason text not null
      )`,
      `create table settings (
        key text primary key,
        value text not null
      )`,
    ],
  },
  {
    name: "presets",
    statements: [
      // latest_version hands out the versions' numbers: whoever adds one changes it first, and so waits for the one before.
      `create table presets (
        id text primary key,
        workspace_id text not null references workspaces (id),
        slug text not null,
        name text not null,
        description text,
        status text not null,
        status_updated_at bigint,
        creator_user_id text,
        latest_version integer not null,
        designated_version_id text not null,
        created_at bigint not null,
        updated_at bigint not null,
        unique (workspace_id, slug)
      )`,
      `create table preset_versions (
        id text primary key,
        preset_id text not null references presets (id),
        version integer not null,
        creator_id text not null,
        system_prompt text,
        config text not null,
        created_at bigint not null,
        unique (preset_id, version)
      )`,
    ],
  },
  {
    name: "key hedge",
    statements: ["alter table keys add column hedge integer not null default 0"],
  },
  {
    // What pages read (docs/usage.md). A row is a sum: whoever adds to it may come late, in any order and from any node.
    name: "usage rollups",
    statements: [
      "alter table keys add column public_app integer not null default 0",
      "create index keys_by_public_app on keys (public_app, hash)",
      ...["hour", "day"].flatMap((span) => [
        `create table endpoint_${span}s (is_sandbox integer not null, model text not null, ${span} integer not null, endpoint_id text not null,
          ${callSums}, ${histogramSums}, primary key (is_sandbox, model, ${span}, endpoint_id))`,
        `create table provider_${span}s (is_sandbox integer not null, provider text not null, ${span} integer not null,
          ${callSums}, primary key (is_sandbox, provider, ${span}))`,
        `create table model_${span}s (is_sandbox integer not null, ${span} integer not null, model text not null,
          ${requestSums}, ${contextSums}, primary key (is_sandbox, ${span}, model))`,
      ]),
      `create table key_days (is_sandbox integer not null, key_hash text not null, day integer not null, model text not null,
        ${requestSums}, primary key (is_sandbox, key_hash, day, model))`,
      // "model" is '' in the rows of all models together. is_public: did the key's owner say so when the request was made?
      `create table app_days (is_public integer not null, model text not null, day integer not null, app_id bigint not null,
        ${requestSums}, primary key (is_public, model, day, app_id))`,
      `create index app_days_by_app on app_days (app_id, model, day)`,
      // An app as each key describes it: pages believe the keys whose owners made it public, and no others.
      `create table app_keys (
        app_id bigint not null,
        key_hash text not null,
        origin text not null,
        title text,
        title_at bigint not null,
        first_at bigint not null,
        last_at bigint not null,
        primary key (app_id, key_hash)
      )`,
      `create table app_categories (
        app_id bigint not null,
        key_hash text not null,
        category text not null,
        primary key (app_id, key_hash, category)
      )`,
    ],
  },
  {
    name: "sessions",
    statements: [
      `create table sign_in_tokens (
        hash text primary key,
        workspace_id text not null references workspaces (id),
        expires_at bigint not null
      )`,
      `create table sessions (
        hash text primary key,
        workspace_id text not null references workspaces (id),
        created_at bigint not null,
        seen_at bigint not null
      )`,
    ],
  },
];

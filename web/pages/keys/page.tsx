/** The keys of a workspace. Forms and dialogs work without a script: a dialog is then shown by its address (`#create-key`). */

import { date, isoDate } from "../../format/time.ts";
import { counted } from "../../format/number.ts";
import { money } from "../../format/price.ts";
import type { Page } from "../../shell/page.ts";
import { Chip } from "../../ui/chip.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link, useHref } from "../../ui/link.tsx";
import { CreateKey, createKeyId, type KeyForm } from "./create-key.tsx";
import { NewKey, type MadeKey } from "./new-key.tsx";
import { SettingsRail } from "./settings-rail.tsx";

export type { KeyForm } from "./create-key.tsx";

export interface KeyRow {
  readonly hash: string;
  readonly name: string;
  /** "sk-wr-v1-0e6...1c96" */
  readonly label: string;
  readonly kind: "inference" | "management";
  readonly isSandbox: boolean;
  readonly hedge: boolean;
  /** Dollars; undefined for no limit. */
  readonly limit: number | undefined;
  readonly reset: string | undefined;
  readonly spent: number;
  /** What simulated answers would have cost. */
  readonly simulated: number;
  readonly createdAt: number;
  /** The start of a UTC day. */
  readonly lastUsed: number | undefined;
  readonly status: "active" | "disabled" | "expired";
}

export interface KeysData {
  readonly keys: readonly KeyRow[];
  /** "https://ai.example.org/api/v1" */
  readonly baseUrl: string;
  readonly sampleModel: string;
  /** A key that was made a moment ago. Its secret is in this one page and in no other. */
  readonly made?: MadeKey;
  /** A form that was sent and could not be taken. */
  readonly refused?: KeyForm & { readonly why: string };
}

export function keysPage(data: KeysData): Page {
  return {
    title: "API keys", description: "The keys of this installation.", path: "/settings/keys", isPrivate: true,
    ...(data.refused === undefined ? {} : { status: 400 }),
    body: <Keys data={data} />,
  };
}

function Keys({ data: { keys, baseUrl, sampleModel, made, refused } }: { readonly data: KeysData }) {
  const create = <a className="button button-primary" href={`#${createKeyId}`} data-opens={createKeyId}>Create key</a>;
  return (
    <div className="wide settings">
      <SettingsRail current="/settings/keys" />
      <div className="page" id="keys">
        <div className="page-head">
          <div className="settings-head"><h1>API keys</h1>{keys.length > 0 && create}</div>
          <p className="lede">A key is what a program calls with. Give each program its own, with a limit. Only a hash of it is kept here.</p>
        </div>
        {made !== undefined && <NewKey made={made} baseUrl={baseUrl} model={sampleModel} />}
        {keys.length === 0 ? <EmptyState reason="There are no keys yet, so nothing can call this gateway." action={create} /> : <KeyTable keys={keys} />}
        <CreateKey refused={refused} />
        {keys.map((key) => <RevokeKey key={key.hash} name={key.name} label={key.label} hash={key.hash} kind={key.kind} />)}
        <p className="as-of">{counted(keys.length, "key")} in the workspace Default. A day of use or spending begins at 00:00 UTC. <Link to="/docs/operating#keys">About keys</Link></p>
      </div>
    </div>
  );
}

const columns: readonly Column<KeyRow>[] = [
  { name: "Name", cell: ({ name, kind, isSandbox, hedge }) => <>{name} <span className="badges">{kind === "management" && <Chip tone="brass" title="Manages keys and credits; cannot call models">management</Chip>}{isSandbox && <Chip tone="meridian" title="Answered by simulated providers, at no cost">sandbox</Chip>}{hedge && <Chip title="A second provider is asked when the first is slower than usual">hedged</Chip>}</span></> },
  { name: "Key", cell: ({ label }) => <code>{label}</code> },
  { name: "Limit", isNumeric: true, cell: ({ kind, limit, reset }) => (kind === "management" ? "—" : limit === undefined ? "none" : `${money(limit)}${reset === undefined ? "" : ` ${reset}`}`) },
  { name: "Spent", isNumeric: true, title: "Since it was created", cell: ({ kind, spent, simulated }) => (kind === "management" ? "—" : <>{money(spent)}{simulated > 0 && <small className="key-note">and {money(simulated)} simulated</small>}</>) },
  { name: "Created", cell: ({ createdAt }) => <time dateTime={isoDate(createdAt)}>{date(createdAt)}</time> },
  { name: "Last used", title: "The UTC day of the last request that was recorded", cell: ({ lastUsed, kind }) => (kind === "management" ? "—" : lastUsed === undefined ? "never" : <time dateTime={isoDate(lastUsed)}>{date(lastUsed)}</time>) },
  { name: "Status", cell: ({ status }) => <Chip tone={status === "active" ? "fair" : "needle"}>{status}</Chip> },
  { name: "Revoke", cell: ({ hash, name }) => <a className="revoke-link" href={`#${revokeId(hash)}`} data-opens={revokeId(hash)}>Revoke<span className="visually-hidden"> {name}</span></a> },
];

function KeyTable({ keys }: { readonly keys: readonly KeyRow[] }) {
  return <DataTable caption="API keys" isCaptionHidden columns={columns} rows={keys} keyOf={({ hash }) => hash} />;
}

function revokeId(hash: string): string {
  return `revoke-${hash.slice(0, 16)}`;
}

function RevokeKey({ hash, name, label, kind }: Pick<KeyRow, "hash" | "name" | "label" | "kind">) {
  const href = useHref();
  const id = revokeId(hash);
  return (
    <dialog id={id} className="dialog" aria-labelledby={`${id}-title`}>
      <form method="post" action={href("/settings/keys")}>
        <h2 id={`${id}-title`}>Revoke “{name}”?</h2>
        <p><code>{label}</code></p>
        <p>{kind === "management" ? "Scripts that manage this installation with it" : "Programs that call with it"} are refused at once. This cannot be undone; what it spent stays on record.</p>
        <input type="hidden" name="revoke" value={hash} />
        <p className="buttons">
          {/* The first is the one that a dialog gives the focus to. */}
          <a className="button" href="#keys" data-closes="">Keep it</a>
          <button type="submit" className="button button-danger">Revoke</button>
        </p>
      </form>
    </dialog>
  );
}

/** `/settings/keys`: list, create, reveal once, revoke. Plain forms, so that it works without a script. */

import { dollars, parseDollars, type Nanodollars } from "../../base/money.ts";
import type { Key, LimitReset } from "../../keys/key.ts";
import type { Session } from "../../sessions/sessions.ts";
import { keysPage, type KeyForm, type KeyRow, type KeysData } from "../../../web/pages/keys/page.tsx";
import { spendingView } from "../api/key-view.ts";
import { sessionOf, type Account } from "../session/account.ts";
import type { PageAnswer, PageReads, PageRequest, PageRoute } from "./page-route.ts";
import { sampleModelOf } from "./sample-model.ts";

const here = "/settings/keys";
const listedMax = 500;

export const keysRoute: PageRoute = {
  path: here,
  answer: (reads, request) => whenSignedIn(reads, request, async (session) => {
    // Whoever asks for the head alone shows nothing to anybody.
    const made = request.method === "HEAD" ? undefined : reads.account.reveals.take(session.hash);
    return page(reads, request, session, made === undefined ? {} : { made: { name: made.name, isSandbox: made.isSandbox, secret: made.secret.reveal() } });
  }),
  submit: (reads, request, form) => whenSignedIn(reads, request, (session) => (form.has("revoke") ? revoke(reads, session, form.get("revoke") ?? "") : create(reads, request, session, form))),
};

async function whenSignedIn({ account }: PageReads, request: PageRequest, answer: (session: Session) => Promise<PageAnswer>): Promise<PageAnswer> {
  const session = await sessionOf(account, request);
  return session === undefined ? { redirect: "/login" } : answer(session);
}

async function page(reads: PageReads, { origin }: PageRequest, { workspaceId }: Session, more: Pick<KeysData, "made" | "refused">): Promise<PageAnswer> {
  const { account, clock } = reads;
  const keys = await account.keys.list({ workspaceId, offset: 0, limit: listedMax, includeDisabled: true });
  const lastUsed = await account.lastUsed(keys.map(({ hash }) => hash));
  return keysPage({
    keys: await Promise.all(keys.map((key) => row(key, { account, now: clock(), lastUsed: lastUsed.get(key.hash) }))),
    baseUrl: `${origin}/api/v1`, sampleModel: sampleModelOf(reads), ...more,
  });
}

interface RowFacts {
  readonly account: Account;
  readonly now: number;
  readonly lastUsed: number | undefined;
}

async function row(key: Key, { account, now, lastUsed }: RowFacts): Promise<KeyRow> {
  const spending = await spendingView(key, account.spending);
  return {
    hash: key.hash, name: key.name, label: key.label, kind: key.kind, isSandbox: key.isSandbox, hedge: key.hedge,
    limit: key.limit === null ? undefined : dollars(key.limit), reset: key.limitReset ?? undefined,
    spent: Number(spending["usage"]), simulated: Number(spending["sandbox_usage"]), createdAt: key.createdAt, lastUsed,
    status: key.disabled ? "disabled" : key.expiresAt !== null && key.expiresAt <= now ? "expired" : "active",
  };
}

async function revoke({ account }: PageReads, { workspaceId }: Session, hash: string): Promise<PageAnswer> {
  const key = await account.keys.find(hash);
  // Of another workspace: as if it were not there. One that is gone already is what was wanted.
  if (key?.workspaceId === workspaceId) await account.keys.remove(hash);
  return { redirect: here };
}

async function create(reads: PageReads, request: PageRequest, session: Session, form: URLSearchParams): Promise<PageAnswer> {
  const wanted = formOf(form);
  const limit = limitOf(wanted.limit);
  const why = wanted.name === "" || wanted.name.length > nameLengthMax ? `Give the key a name of at most ${nameLengthMax} characters.`
    : limit === undefined ? "A limit is an amount in dollars, such as 25 or 0.50. Leave it empty for none." : undefined;
  if (why !== undefined || limit === undefined) return page(reads, request, session, { refused: { ...wanted, why: why ?? "" } });
  const { name, reset, isSandbox, hedge } = wanted;
  const { secret } = await reads.account.keys.create({
    name, kind: "inference", workspaceId: session.workspaceId, limit, limitReset: limit === null ? null : resets.find((one) => one === reset) ?? null, isSandbox, hedge,
  });
  reads.account.reveals.put(session.hash, { name, isSandbox, secret });
  return { redirect: here };
}

const nameLengthMax = 200;
const resets: readonly LimitReset[] = ["daily", "weekly", "monthly"];

function formOf(form: URLSearchParams): KeyForm {
  return { name: (form.get("name") ?? "").trim(), limit: (form.get("limit") ?? "").trim(), reset: form.get("reset") ?? "", isSandbox: form.has("sandbox"), hedge: form.has("hedge") };
}

/** Null for none, undefined for what is no amount. More than a billion dollars is a slip of the hand. */
function limitOf(text: string): Nanodollars | null | undefined {
  if (text === "") return null;
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? parseDollars(text) : undefined;
}

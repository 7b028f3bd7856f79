/**
 * Where a request would go. Without a script it is a form that asks for the page again; with one, every change asks the gateway
 * for the same dry run.
 */

import { useContext, useEffect, useRef, useState, type FormEvent } from "react";
import { hrefFrom } from "../format/href.ts";
import { exact, percent } from "../format/number.ts";
import { price } from "../format/price.ts";
import { duration } from "../format/time.ts";
import { Chip } from "../ui/chip.tsx";
import { DataTable, type Column } from "../ui/data-table.tsx";
import { RootContext } from "../ui/link.tsx";

/** The fields that the preview takes, as they are written in an address. */
export interface PreviewWish {
  readonly promptTokens: number;
  readonly needs: readonly string[];
  readonly sort: "" | "price" | "throughput" | "latency";
  readonly data: "" | "deny" | "zdr";
  /** Dollars per million prompt tokens, as written. */
  readonly maxPrice: string;
}

/** Of the answer of POST /route, what is shown. */
export interface RouteAnswer {
  readonly sandbox: boolean;
  readonly candidates: readonly RouteCandidate[];
  readonly rejected: readonly RouteRejection[];
  readonly error: { readonly message: string } | null;
}

interface RouteCandidate {
  readonly endpoint: string;
  readonly provider: string;
  readonly tag: string;
  readonly first_try_probability: number;
  readonly predicted_cost: number;
  readonly predicted_latency_ms: number | null;
}

interface RouteRejection {
  readonly endpoint: string;
  readonly provider: string;
  readonly rule: string;
  readonly admitted_by: string;
}

export interface RoutePreviewProps {
  readonly slug: string;
  readonly name: string;
  readonly wish: PreviewWish;
  readonly answer: RouteAnswer;
  /** Parameters that the model takes and a request may be built on. */
  readonly parameters: readonly string[];
}

export function RoutePreview({ slug, name, wish, answer, parameters }: RoutePreviewProps) {
  const root = useContext(RootContext);
  const [shown, setShown] = useState({ answer, note: "" });
  const asking = useRef<AbortController>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const ask = async (form: HTMLFormElement): Promise<void> => {
    asking.current?.abort();
    const { signal } = (asking.current = new AbortController());
    const params = new URLSearchParams([...new FormData(form)].map(([field, value]) => [field, String(value)]));
    params.set("model", slug);
    try {
      const response = await fetch(hrefFrom(root, `/api/ui/v1/route-preview?${params.toString()}`), { signal });
      const body: unknown = await response.json();
      if (isAnswer(body)) setShown({ answer: body.data, note: "" });
      else setShown((before) => ({ ...before, note: response.status === 429 ? "Too many questions at once; the answer below is the last one. Try again in a second." : "This could not be asked; the answer below is the last one." }));
    } catch {
      if (!signal.aborted) setShown((before) => ({ ...before, note: "The gateway did not answer; the answer below is the last one." }));
    }
  };
  const changed = (event: FormEvent<HTMLFormElement>): void => {
    const form = event.currentTarget;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void ask(form), typingMs);
  };

  return (
    <>
      <form className="route-form" action={hrefFrom(root, `/${slug}#would-route-to`)} aria-label="Request to route" onInput={changed} onSubmit={(event) => { event.preventDefault(); void ask(event.currentTarget); }}>
        <label className="field"><span>Prompt, tokens</span><input className="input" type="number" name="prompt_tokens" min="1" max={promptTokensMax} step="1" defaultValue={wish.promptTokens} /></label>
        <label className="field"><span>Sort</span>
          <select className="input" name="sort" defaultValue={wish.sort}>
            <option value="">Default: balanced</option><option value="price">Price</option><option value="throughput">Throughput</option><option value="latency">Latency</option>
          </select>
        </label>
        <label className="field"><span>Data policy</span>
          <select className="input" name="data" defaultValue={wish.data}>
            <option value="">Any</option><option value="deny">No training on prompts</option><option value="zdr">Zero data retention</option>
          </select>
        </label>
        <label className="field"><span>Max input price, $ / 1M tokens</span><input className="input" type="number" name="max_price" min="0" step="any" defaultValue={wish.maxPrice} placeholder="any" /></label>
        {parameters.length > 0 && (
          <fieldset className="route-needs">
            <legend>Must take</legend>
            {parameters.map((parameter) => <label key={parameter} className="check"><input type="checkbox" name="needs" value={parameter} defaultChecked={wish.needs.includes(parameter)} /><code>{parameter}</code></label>)}
          </fieldset>
        )}
        <button className="button button-small no-js" type="submit">Show</button>
      </form>
      <div className="route-answer" aria-live="polite">
        {shown.note !== "" && <p className="small">{shown.note}</p>}
        <Answer answer={shown.answer} name={name} />
      </div>
    </>
  );
}

/** As long as one types, nothing is asked. */
const typingMs = 200;
export const promptTokensMax = 1_000_000;

function isAnswer(body: unknown): body is { readonly data: RouteAnswer } {
  return typeof body === "object" && body !== null && "data" in body;
}

function Answer({ answer: { sandbox, candidates, rejected, error }, name }: { readonly answer: RouteAnswer; readonly name: string }) {
  const columns: readonly Column<RouteCandidate>[] = [
    { name: "Provider", cell: ({ provider, tag }) => <>{provider} <code className="slug">{tag}</code></> },
    { name: "Tried first", isNumeric: true, title: "How often it is tried first, over 256 draws", cell: ({ first_try_probability: chance }) => <Chance share={chance} /> },
    { name: "Predicted cost", isNumeric: true, title: "Of this prompt and an answer of 500 tokens", cell: ({ predicted_cost: cost }) => price(cost.toFixed(9)) },
    { name: "First content", isNumeric: true, title: "Median of the last 30 minutes", cell: ({ predicted_latency_ms: latency }) => (latency === null ? <span title="too few requests in the last 30 minutes">—</span> : duration(latency)) },
  ];
  return (
    <>
      {sandbox && candidates.length > 0 && <p className="small muted">No provider is configured on this gateway, so the sandbox would answer: these providers are simulated.</p>}
      {error !== null && <p className="banner banner-brass" role="note">{error.message}</p>}
      {candidates.length > 0 && <DataTable caption={`Routing of ${name}`} isCaptionHidden reflows columns={columns} rows={byChance(candidates)} keyOf={({ endpoint }) => endpoint} />}
      {rejected.length > 0 && (
        <>
          <h3>Not tried</h3>
          <ul className="route-rejected">
            {rejected.map(({ endpoint, provider, rule, admitted_by: remedy }) => <li key={endpoint}><strong>{provider}</strong> <Chip tone="brass">{rule.replace(/[_:]/g, " ")}</Chip> admitted by: {remedy}</li>)}
          </ul>
        </>
      )}
      {candidates.length === 0 && rejected.length === 0 && error === null && <p>Nothing would be tried.</p>}
    </>
  );
}

/** Those that are never first stay in the order in which they would be tried. */
function byChance(candidates: readonly RouteCandidate[]): readonly RouteCandidate[] {
  return [...candidates].sort((one, other) => other.first_try_probability - one.first_try_probability);
}

function Chance({ share }: { readonly share: number }) {
  return (
    <span className="chance">
      <svg width="48" height="8" viewBox="0 0 48 8" aria-hidden="true"><rect className="chance-all" width="48" height="8" /><rect className="chance-part" width={exact(48 * share)} height="8" /></svg>
      {percent(share)}
    </span>
  );
}

import { Banner } from "../../ui/banner.tsx";
import { useHref } from "../../ui/link.tsx";

/** As the form holds it: what was typed, well or not. */
export interface KeyForm {
  readonly name: string;
  readonly limit: string;
  readonly reset: string;
  readonly isSandbox: boolean;
  readonly hedge: boolean;
}

/** A key without a limit is a choice, not what happens. */
const usual: KeyForm = { name: "", limit: "10", reset: "monthly", isSandbox: false, hedge: false };

const resets = [
  { value: "", label: "never: a total" },
  { value: "daily", label: "every day" },
  { value: "weekly", label: "every Monday" },
  { value: "monthly", label: "every month" },
] as const;

export const createKeyId = "create-key";

export function CreateKey({ refused }: { readonly refused: (KeyForm & { readonly why: string }) | undefined }) {
  const href = useHref();
  const form = refused ?? usual;
  return (
    <dialog id={createKeyId} className="dialog" aria-labelledby="create-key-title" open={refused !== undefined} data-modal={refused === undefined ? undefined : ""}>
      <form method="post" action={href("/settings/keys")}>
        <h2 id="create-key-title">Create API key</h2>
        {refused !== undefined && <Banner tone="needle">{refused.why}</Banner>}
        <label className="field"><span>Name: which program is it for?</span><input className="input" name="name" required maxLength={200} autoComplete="off" defaultValue={form.name} /></label>
        <div className="field-pair">
          <label className="field"><span>Limit in dollars; empty for none</span><input className="input" name="limit" inputMode="decimal" pattern="\d{1,9}(\.\d{1,9})?" autoComplete="off" defaultValue={form.limit} /></label>
          <label className="field"><span>The limit begins anew</span><select className="input" name="reset" defaultValue={form.reset}>{resets.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}</select></label>
        </div>
        <label className="check"><input type="checkbox" name="sandbox" defaultChecked={form.isSandbox} /><span>Sandbox: simulated providers answer, at no cost</span></label>
        <label className="check"><input type="checkbox" name="hedge" defaultChecked={form.hedge} /><span>Hedge: ask a second provider when the first is slow</span></label>
        <p className="buttons">
          <button type="submit" className="button button-primary">Create</button>
          <a className="button" href="#keys" data-closes="">Cancel</a>
        </p>
      </form>
    </dialog>
  );
}

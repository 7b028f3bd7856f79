/** Sends one request of the API reference to this host and shows what came back. The key stays in its field. */

import { useContext, useState, type FormEvent } from "react";
import { hrefFrom } from "../format/href.ts";
import { compact } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { RootContext } from "../ui/link.tsx";

export interface TryItProps {
  readonly method: string;
  /** Below /api/v1: "/models/{author}/{slug}/endpoints". */
  readonly path: string;
  readonly parameters: readonly TryParameter[];
  /** What the body starts with; undefined where there is none. */
  readonly body?: string;
  readonly needsKey: boolean;
}

export interface TryParameter {
  readonly name: string;
  readonly place: "path" | "query";
  readonly isRequired: boolean;
  /** What the field starts with. */
  readonly example: string;
}

interface Outcome {
  readonly status: string;
  readonly isRefused: boolean;
  readonly body: string;
}

const shownMax = 20_000;

export function TryIt({ method, path, parameters, body, needsKey }: TryItProps) {
  const root = useContext(RootContext);
  const [isWaiting, setWaiting] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();

  const send = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string): string => String(fields.get(name) ?? "").trim();
    setWaiting(true);
    const address = hrefFrom(root, `/api/v1${addressOf(path, parameters, text)}`);
    setOutcome(await ask(address, { method, key: text("key"), body: body === undefined ? undefined : text("body") }).catch(unreachable));
    setWaiting(false);
  };

  return (
    <form className="try-it" onSubmit={(event) => void send(event)} autoComplete="off">
      {needsKey && <label className="field"><span>Key</span><input className="input" type="password" name="key" placeholder="sk-wr-…" autoComplete="off" spellCheck={false} /></label>}
      {parameters.map(({ name, isRequired, example }) => (
        <label key={name} className="field"><span><code>{name}</code>{isRequired ? "" : ", optional"}</span><input className="input" name={`p.${name}`} required={isRequired} defaultValue={example} spellCheck={false} /></label>
      ))}
      {body !== undefined && <label className="field field-wide"><span>Body</span><textarea className="input code-input" name="body" rows={Math.min(16, body.split("\n").length + 1)} defaultValue={body} spellCheck={false} /></label>}
      <p className="buttons field-wide"><button type="submit" className="button button-small" disabled={isWaiting}>{isWaiting ? "Sending…" : `Send ${method}`}</button></p>
      <div className="field-wide" role="status">
        {outcome !== undefined && <>
          <p className={outcome.isRefused ? "try-status try-refused" : "try-status"}>{outcome.status}</p>
          <pre className="try-answer" tabIndex={0} role="group" aria-label="Answer"><code>{outcome.body}</code></pre>
        </>}
      </div>
    </form>
  );
}

function addressOf(path: string, parameters: readonly TryParameter[], text: (name: string) => string): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, place } of parameters) {
    const value = text(`p.${name}`);
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== "") query.set(name, value);
  }
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

interface Asked {
  readonly method: string;
  readonly key: string;
  readonly body: string | undefined;
}

async function ask(address: string, { method, key, body }: Asked): Promise<Outcome> {
  const began = performance.now();
  const response = await fetch(address, {
    method, credentials: "omit",
    headers: { ...(key === "" ? {} : { authorization: `Bearer ${key}` }), ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body }),
  });
  const type = response.headers.get("content-type") ?? "";
  const isText = /json|text|xml|event-stream/.test(type);
  const answer = isText ? await response.text() : "";
  const size = isText ? answer.length : (await response.blob()).size;
  return {
    status: `${response.status} ${response.statusText} after ${duration(performance.now() - began)}, ${compact(size)} ${isText ? "characters" : `bytes of ${type}`}`,
    isRefused: !response.ok,
    body: isText ? shown(answer, type) : "",
  };
}

function shown(answer: string, type: string): string {
  const text = type.includes("json") ? indented(answer) : answer;
  return text.length > shownMax ? `${text.slice(0, shownMax)}\n… and ${compact(text.length - shownMax)} characters more` : text;
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2);
  } catch {
    return json;
  }
}

function unreachable(): Outcome {
  return { status: "No answer: the gateway could not be reached", isRefused: true, body: "" };
}

/** "Test now": one request with the key that the page shows, from the browser to this host. The key is read from the page when the button is pressed, and kept nowhere. */

import { useContext, useState } from "react";
import { hrefFrom } from "../format/href.ts";
import { money } from "../format/price.ts";
import { duration } from "../format/time.ts";
import { RootContext } from "../ui/link.tsx";

export interface KeyTesterProps {
  /** The id of the element that holds the key. */
  readonly keyElement: string;
  readonly model: string;
  readonly isSandbox: boolean;
}

interface Outcome {
  readonly isAnswer: boolean;
  readonly text: string;
  readonly facts: string;
}

export function KeyTester({ keyElement, model, isSandbox }: KeyTesterProps) {
  const root = useContext(RootContext);
  const [isWaiting, setWaiting] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();

  const test = async (): Promise<void> => {
    setWaiting(true);
    const key = document.getElementById(keyElement)?.textContent ?? "";
    setOutcome(await ask(hrefFrom(root, "/api/v1/chat/completions"), { key, model, isSandbox }).catch(unreachable));
    setWaiting(false);
  };

  return (
    <div className="key-tester needs-js">
      <p className="buttons"><button type="button" className="button" disabled={isWaiting} onClick={() => void test()}>{isWaiting ? "Asking…" : "Test now"}</button></p>
      <p className="small muted">Asks <code>{model}</code> for one sentence{isSandbox ? ": the sandbox answers, at no cost." : "."}</p>
      <div role="status">
        {outcome !== undefined && <div className={outcome.isAnswer ? "banner banner-info" : "banner banner-needle"}><p className="answer-text">{outcome.text}</p><p className="small muted">{outcome.facts}</p></div>}
      </div>
    </div>
  );
}

async function ask(address: string, { key, model, isSandbox }: { readonly key: string; readonly model: string; readonly isSandbox: boolean }): Promise<Outcome> {
  const began = performance.now();
  const response = await fetch(address, {
    method: "POST", credentials: "omit", headers: { "authorization": `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 60, messages: [{ role: "user", content: "Say hello in one sentence." }] }),
  });
  const took = duration(performance.now() - began);
  const body = (await response.json()) as { choices?: { message?: { content?: string } }[]; provider?: string; usage?: { cost?: number }; error?: { message?: string } };
  if (!response.ok) return { isAnswer: false, text: body.error?.message ?? "The gateway refused it and did not say why.", facts: `Status ${response.status} after ${took}` };
  const provider = body.provider ?? "";
  const isSimulated = isSandbox || provider.startsWith("Sandbox ");
  const cost = isSimulated ? "$0: simulated" : money(body.usage?.cost ?? 0);
  return { isAnswer: true, text: body.choices?.[0]?.message?.content ?? "", facts: `${provider} in ${took}, cost ${cost}` };
}

function unreachable(): Outcome {
  return { isAnswer: false, text: "The gateway could not be reached. Does it still run?", facts: "No answer" };
}

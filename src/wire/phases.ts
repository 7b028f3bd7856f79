/**
 * What of an assistant's text is said on the way and what is the answer, where a model tells them apart: it does worse when its
 * own words come back without their phase. Source: contract Appendix A, `EasyInputMessage.phase`.
 */

/** Of the text from `at` on, in UTF-16 units from the beginning of the answer. */
export interface Phase {
  readonly phase: PhaseName;
  readonly at: number;
}

export type PhaseName = "commentary" | "final_answer";

const names: ReadonlySet<unknown> = new Set<PhaseName>(["commentary", "final_answer"]);

export function isPhaseName(value: unknown): value is PhaseName {
  return names.has(value);
}

/** A text in its phases: whoever knows none finds the whole of it. `start` is where the text begins. Phases come from outside: what is none is left out. */
export function inPhases(text: string, phases: unknown, start = 0): readonly { readonly phase: PhaseName | undefined; readonly text: string }[] {
  let last = 0;
  const within = (Array.isArray(phases) ? (phases as readonly unknown[]) : []).filter(isPhase).map(({ phase, at }) => ({ phase, at: at - start })).filter(({ at }) => {
    const isNext = at >= last && at <= text.length;
    if (isNext) last = at;
    return isNext;
  });
  const [first] = within;
  const head = first === undefined || first.at > 0 ? [{ phase: undefined, text: text.slice(0, first?.at) }] : [];
  return [...head, ...within.map(({ phase, at }, index) => ({ phase, text: text.slice(at, within[index + 1]?.at) }))];
}

function isPhase(value: unknown): value is Phase {
  return typeof value === "object" && value !== null && "phase" in value && isPhaseName(value.phase) && "at" in value && Number.isSafeInteger(value.at);
}

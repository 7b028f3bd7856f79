/**
 * What differs between the models that speak this protocol, by the version in their names: later versions think in
 * another way, and refuse what earlier ones took. A model of another maker is met with what the protocol began with.
 * Source: https://platform.claude.com/docs/en/about-claude/models/migration-guide
 */

import type { Effort } from "../quirks.ts";

export interface ModelTraits {
  /** How much it thinks is said as a budget of tokens, as an effort, or either way. */
  readonly thinking: "none" | "budget" | "either" | "effort";
  /** Thinks when nothing is said about it: `stoppable` unless it is told not to, `always` whatever it is told. */
  readonly thinksUnasked: "no" | "stoppable" | "always";
  /** In ascending order; empty for a model that takes no effort. */
  readonly efforts: readonly Effort[];
  /** `unthinking`: takes temperature, top_p and top_k as long as it does not think; `either` then takes one of the first two. */
  readonly sampling: "free" | "unthinking" | "either" | "none";
  readonly takesSchemas: boolean;
  readonly canBeForced: boolean;
  /** Streams the arguments of tools as they are written, when asked to. */
  readonly streamsArguments: boolean;
  /** Takes system messages within the conversation. */
  readonly takesSystemTurns: boolean;
  /** Goes on where a trailing assistant message ends. */
  readonly continues: boolean;
}

const other: ModelTraits = {
  thinking: "budget", thinksUnasked: "stoppable", efforts: [], sampling: "free", takesSchemas: false, canBeForced: true, streamsArguments: false, takesSystemTurns: false,
  continues: false,
};

const name = /claude-(?:([a-z]+)-)?(\d)(?:[-.](\d{1,2})(?!\d))?/;

export function traitsOf(upstreamModel: string): ModelTraits {
  const [, family = "", major, minor = "0"] = name.exec(upstreamModel) ?? [];
  if (major === undefined) return other;
  const version = Number(major) * 100 + Number(minor);
  const isThinker = family === "fable" || family === "mythos";
  return {
    thinking: version < 307 ? "none" : version < 406 ? "budget" : version < 407 ? "either" : "effort",
    thinksUnasked: version >= 505 || isThinker ? "always" : version >= 500 ? "stoppable" : "no",
    efforts: effortsOf(version, family),
    sampling: version < 401 ? "unthinking" : version < 407 ? "either" : "none",
    takesSchemas: version >= 405 || (version === 401 && family === "opus"),
    canBeForced: version < (isThinker ? 501 : 505),
    streamsArguments: version >= 400,
    takesSystemTurns: version >= 500 || (version >= 408 && family === "opus"),
    continues: version < 406,
  };
}

function effortsOf(version: number, family: string): readonly Effort[] {
  if (version >= 407) return ["low", "medium", "high", "xhigh", "max"];
  if (version >= 406) return ["low", "medium", "high", "max"];
  return version === 405 && family === "opus" ? ["low", "medium", "high"] : [];
}

/** What a Gemini or Gemma model takes, read off its id: the API says it nowhere. Source: ai.google.dev, "Thinking", "Function calling". */

export type ThinkingLevel = "minimal" | "low" | "medium" | "high";

/** How a model is told how much to think. */
export type Thinking =
  | { readonly by: "level"; readonly levels: readonly ThinkingLevel[]; readonly isDefault: true }
  | { readonly by: "budget"; readonly tokensMin: number; readonly tokensMax: number; readonly canBeOff: boolean; readonly isDefault: boolean }
  | { readonly by: "nothing" };

export interface ModelTraits {
  readonly thinking: Thinking;
  /** Has a place for system instructions; elsewhere they are said by the user. */
  readonly takesSystem: boolean;
  /** Refuses calls of the current turn that come back without the signature they were given with. */
  readonly checksSignatures: boolean;
  /** Takes functions beside a JSON format, and media inside a function's result. */
  readonly combinesTools: boolean;
  /** Knows function calls that are held to their schemas without being forced. */
  readonly validatesCalls: boolean;
  /** Charges for every search of the web; earlier models for an answer that was searched for, however often. Source: ai.google.dev/gemini-api/docs/pricing. */
  readonly paysBySearch: boolean;
}

export function traitsOf(upstreamModel: string): ModelTraits {
  const id = upstreamModel.slice(upstreamModel.lastIndexOf("/") + 1).toLowerCase();
  const version = versionOf(id);
  const isThird = version >= 3;
  return {
    thinking: thinkingOf(id, version),
    takesSystem: !id.startsWith("gemma-"),
    checksSignatures: isThird,
    combinesTools: isThird,
    validatesCalls: version >= 2.5,
    paysBySearch: isThird,
  };
}

/** The names without a number always mean the latest. 0 for what is not a Gemini. */
function versionOf(id: string): number {
  if (/^gemini-(?:pro|flash|flash-lite)-latest$/.test(id)) return 3;
  return Number(/^gemini-(\d+(?:\.\d+)?)/.exec(id)?.[1] ?? 0);
}

function thinkingOf(id: string, version: number): Thinking {
  if (version >= 3) return { by: "level", levels: levelsOf(id), isDefault: true };
  if (version === 2.5 && !/-(?:image|tts|live|native-audio)/.test(id)) return budgetOf(id);
  if (/^(?:gemini-|gemma-[23]|gemma-3n|lyria-)/.test(id)) return { by: "nothing" };
  if (id.startsWith("gemma-")) return { by: "level", levels: ["minimal", "high"], isDefault: true };
  // A tuned model, or a name of the operator's own. Every generation that thinks takes a budget.
  return { by: "budget", tokensMin: 0, tokensMax: Infinity, canBeOff: true, isDefault: false };
}

/** An unknown level is refused with 400, so that a family is given only those known of all its members. */
function levelsOf(id: string): readonly ThinkingLevel[] {
  if (id.includes("pro-image")) return [];
  if (id.includes("flash-image")) return ["minimal", "high"];
  if (id.startsWith("gemini-3-pro")) return ["low", "high"];
  if (/flash-lite|^gemini-3-flash/.test(id)) return ["minimal", "low", "medium", "high"];
  return ["low", "medium", "high"];
}

function budgetOf(id: string): Thinking {
  if (id.includes("flash-lite")) return { by: "budget", tokensMin: 512, tokensMax: 24_576, canBeOff: true, isDefault: false };
  if (id.includes("flash")) return { by: "budget", tokensMin: 1, tokensMax: 24_576, canBeOff: true, isDefault: true };
  return { by: "budget", tokensMin: 128, tokensMax: 32_768, canBeOff: false, isDefault: true };
}

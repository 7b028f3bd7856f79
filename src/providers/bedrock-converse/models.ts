/** What differs between the makers whose models are served here, by the maker's name in the model's id. */

import { traitsOf as claudeTraitsOf, type ModelTraits as ClaudeTraits } from "../anthropic-messages/models.ts";
import type { ToolChoiceForm } from "../quirks.ts";

export interface ModelTraits {
  readonly maker: "anthropic" | "amazon" | "openai" | "mistral" | "meta" | "other";
  /** Of models that speak Anthropic's protocol elsewhere: what they think, sample and are forced by is the same here. */
  readonly claude: ClaudeTraits | undefined;
  /** How much it thinks is said so; undefined where it cannot be said. */
  readonly reasoning: "claude" | "reasoning_effort" | "reasoningConfig" | undefined;
  /** What top_k is called among the maker's own fields. */
  readonly topK: "top_k" | "inferenceConfig.topK" | undefined;
  readonly takesCachePoints: boolean;
  readonly toolChoices: readonly ToolChoiceForm[];
  /** The format of reasoning that this model made, and takes back. */
  readonly reasoningFormat: string;
  readonly continues: boolean;
}

const plain: Omit<ModelTraits, "maker"> = {
  claude: undefined, reasoning: undefined, topK: undefined, takesCachePoints: false, toolChoices: ["auto", "required", "function"], reasoningFormat: "unknown", continues: false,
};

const maker = /(?:^|[./])(anthropic|amazon|openai|mistral|meta)\./;

/** The id of a model ("anthropic.claude-…"), of a profile over regions ("eu.anthropic.claude-…"), or an ARN that ends in one. */
export function traitsOf(upstreamModel: string): ModelTraits {
  switch (maker.exec(upstreamModel)?.[1]) {
    case "anthropic": {
      const claude = claudeTraitsOf(upstreamModel);
      return { ...plain, maker: "anthropic", claude, reasoning: "claude", topK: "top_k", takesCachePoints: true, reasoningFormat: "anthropic-claude-v1", continues: claude.continues };
    }
    case "amazon":
      return { ...plain, maker: "amazon", reasoning: /nova-2/.test(upstreamModel) ? "reasoningConfig" : undefined, topK: "inferenceConfig.topK", takesCachePoints: true };
    case "openai":
      return { ...plain, maker: "openai", reasoning: "reasoning_effort" };
    case "mistral":
      return { ...plain, maker: "mistral", topK: "top_k", toolChoices: ["auto", "required"] };
    case "meta":
      return { ...plain, maker: "meta", toolChoices: ["auto"] };
    default:
      return { ...plain, maker: "other" };
  }
}

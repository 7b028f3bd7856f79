/** How often a provider may search the web for a request: searches are charged for one by one, and nobody knows before how many there will be. */

import type { ChatParameters, Tool } from "../wire/chat.ts";

/** Of a tool that sets no bound of its own, or an endpoint that needs no tool: what the contract allows all tools of an answer (`max_tool_calls`). */
export const webSearchesUsualMax = 30;
/** Of a tool that sets one: the provider is told it, and charges for as many. No tool is known to search more often. */
const webSearchesToolMax = 1_000;

/** 0 for a request that asks for none. */
export function webSearchesAsked({ tools = [], web_search_options }: ChatParameters): number {
  const asked = tools.filter(isWebSearch).reduce((sum, tool) => sum + mostOf(tool), 0);
  return asked + (web_search_options === undefined ? 0 : webSearchesUsualMax);
}

/** Such tools are named after the day they came out: `web_search_20250305`, `web_search_preview`. */
function isWebSearch({ type }: Tool): boolean {
  return type.startsWith("web_search");
}

function mostOf(tool: Tool): number {
  const { max_uses: most } = tool;
  return typeof most === "number" && Number.isSafeInteger(most) && most >= 0 ? Math.min(most, webSearchesToolMax) : webSearchesUsualMax;
}

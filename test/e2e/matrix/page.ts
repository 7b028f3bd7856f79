/** docs/matrix.md, made from the cells that are tested. */

import { cases, impossible, modes, protocols, reasonAgainst, surfaces, type Cell } from "./cells.ts";

/** `npx vitest run test/e2e/matrix -u` writes it anew. */
export function matrixPage(): string {
  return `${[
    "# Every dialect in, every dialect out",
    "Made from `test/e2e/matrix/cells.ts`; the test beside it fails when this page is not what is tested.",
    `Each of the ${protocols.length} protocols that providers speak is reached through each of the ${surfaces.length} dialects that callers speak, over real sockets, `
      + "against upstreams that replay bytes: answers whole, and streams in pieces that end within characters and lines.",
    table(["case", "what must hold"], [
      ["text", "Words that are not ASCII, the finish, the usage with its cached tokens and the exact cost, in the caller's own dialect; the messages, as they reached the upstream."],
      ["recorded text", "A provider's recorded answer gives the words and the counts that are on record for it."],
      ["tool calls", "Two calls at once, with their arguments parsed; then their results, given back on a second turn and bound to the calls they answer."],
      ["schema", "A JSON schema reaches the upstream unchanged, and an answer that fits it comes back."],
      ["cut", "An answer that breaks off, with a proper end of its bytes or with a reset connection: what was said, an error of the dialect, no finish, no cost."],
    ]),
    table(["protocol", ...surfaces.map(({ name }) => name)], protocols.map((protocol) => [`\`${protocol.name}\``, ...surfaces.map((surface) => verdict({ protocol, surface }))])),
    `${cases.length * modes.length} of ${cases.length * modes.length} means: ${cases.join(", ")}, each whole and streamed. The embeddings surface has upstreams and tests of its own ([tasks](tasks.md)).`,
    "## What cannot be",
    table(["surface", "case", "protocols", "reason"], impossible.map(({ surface, case: each, except, reason }) => [surface, each, except.length === 0 ? "all" : `all but ${except.join(", ")}`, reason])),
    "These cells are tried as well. The test fails when one of them begins to work.",
  ].join("\n\n")}\n`;
}

function verdict({ protocol, surface }: Pick<Cell, "protocol" | "surface">): string {
  const possible = cases.filter((each) => reasonAgainst({ protocol, surface, case: each }) === undefined);
  return `${possible.length * modes.length} of ${cases.length * modes.length}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** `/docs/errors`: the table of faults as the code has it, with the words of docs/faults.md. */

import { faults, type FaultCode } from "../../../base/fault.ts";
import { errorsPage, type ErrorEntry, type ErrorGroup } from "../../../../web/pages/docs/errors.tsx";
import type { PageRoute } from "../page-route.ts";
import { chaptersOf, linksOn } from "./shelf.ts";

export const errorsRoute: PageRoute = {
  path: "/docs/errors",
  answer: (reads, request) => {
    const document = reads.manual.read("faults.md", request.origin);
    if (document === undefined) return undefined;
    const { before, rows, after } = parted(document.text);
    return errorsPage({ chapters: chaptersOf(reads, request.origin), to: linksOn(request), before, after, groups: groupsOf(rows), markdown: `# ${document.title}\n\n${document.text}\n` });
  },
};

/** What stands before the table of codes, what helps with each, and what comes after. */
function parted(text: string): { readonly before: string; readonly rows: ReadonlyMap<string, string>; readonly after: string } {
  const at = text.indexOf("\n|");
  const end = text.indexOf("\n\n", at);
  const cells = text.slice(at, end).split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  return { before: text.slice(0, at), rows: new Map(cells.map((row) => [row[1]?.replaceAll("`", "") ?? "", row[6] ?? ""])), after: text.slice(end) };
}

function groupsOf(help: ReadonlyMap<string, string>): readonly ErrorGroup[] {
  const entries = (Object.keys(faults) as FaultCode[]).map((code): ErrorEntry => ({ code, ...faults[code], help: help.get(code) ?? "" }));
  return [
    { id: "request", name: "About the request", entries: entries.filter(({ blames }) => blames === "caller") },
    { id: "provider", name: "About the provider", entries: entries.filter(({ blames }) => blames !== "caller" && blames !== "gateway") },
    { id: "gateway", name: "About this gateway", entries: entries.filter(({ blames }) => blames === "gateway") },
  ];
}

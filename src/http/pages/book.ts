import type { Book } from "../../../web/format/measured.ts";
import type { PageReads } from "./page-route.ts";

/** Whose traffic the figures of pages are of. */
export function bookOf({ isDemo, isSandbox }: Pick<PageReads, "isDemo" | "isSandbox">): Book {
  return isDemo ? "demo" : isSandbox ? "sandbox" : "real";
}

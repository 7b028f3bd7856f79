/** What pages say about the traffic behind their figures: that it is simulated, or that there is none yet. */

import type { ReactNode } from "react";
import type { Book } from "../format/measured.ts";
import { Banner } from "./banner.tsx";
import { EmptyState } from "./empty-state.tsx";
import { Link } from "./link.tsx";

/** Stands above figures of the sandbox's book; demo data has its ribbon on every page. */
export function SandboxNote({ book }: { readonly book: Book }) {
  if (book !== "sandbox") return null;
  return <Banner tone="brass">Simulated traffic: no provider can be called here yet, so the sandbox answers, and the figures on this page are of its book. Once a provider can be called, real traffic takes their place.</Banner>;
}

/** Where nothing was asked yet: why, and the first request. */
export function NoTraffic({ what, children }: { readonly what: string; readonly children?: ReactNode }) {
  return <EmptyState reason={<>{what} {children}</>} action={<Link className="button" to="/#first-request">Send the first request</Link>} />;
}

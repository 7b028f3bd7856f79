import type { ReactNode } from "react";

/** A notice that stands above what it is about. */
export function Banner({ tone = "info", children }: { readonly tone?: "info" | "brass" | "needle"; readonly children: ReactNode }) {
  return <div className={`banner banner-${tone}`} role="note">{children}</div>;
}

import type { ReactNode } from "react";

/** A word about a thing. The tone backs the word up and never replaces it. */
export function Chip({ tone, children, title }: { readonly tone?: "fair" | "brass" | "needle" | "meridian"; readonly children: ReactNode; readonly title?: string }) {
  return <span className={tone === undefined ? "chip" : `chip chip-${tone}`} title={title}>{children}</span>;
}

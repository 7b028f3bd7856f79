interface CopyButtonProps {
  /** What is copied: this text, or the text of the element with this id. */
  readonly text?: string;
  readonly from?: string;
  /** "slug": the button is called "Copy slug". */
  readonly what: string;
  /** Shows an icon alone; the name stays in the accessible name. */
  readonly isSmall?: boolean;
}

/** Copies on a click (client/copy.ts); hidden where no script runs. */
export function CopyButton({ text, from, what, isSmall = false }: CopyButtonProps) {
  return (
    <button type="button" className={isSmall ? "copy copy-small needs-js" : "copy needs-js"} data-copy={text} data-copy-from={from} title={`Copy ${what}`}>
      <svg width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="currentColor" strokeWidth="1.25" aria-hidden="true"><rect x="4.5" y="4.5" width="8" height="8" rx="1" /><path d="M2.5 9.5h-1v-8h8v1" /></svg>
      <span data-copy-label="" className={isSmall ? "visually-hidden" : undefined}>Copy {what}</span>
    </button>
  );
}

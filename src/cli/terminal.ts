/** What commands print: plain text, aligned, without colour when nobody is looking. */

export interface Terminal {
  readonly print: (line: string) => void;
  readonly isInteractive: boolean;
}

/** Rows under a header, columns as wide as what is in them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  return [header, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd());
}

export function bold(terminal: Terminal, text: string): string {
  return terminal.isInteractive ? `\u001b[1m${text}\u001b[22m` : text;
}

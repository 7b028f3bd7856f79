/** Tables as CSV. Source: RFC 4180. */
export function csvOf(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => row.map((cell) => (typeof cell === "number" ? String(cell) : quoted(cell ?? ""))).join(",")).join("\r\n");
}

/** A text that a spreadsheet would take for a formula is told to be text: a number alone may begin with a minus. */
function quoted(text: string): string {
  const safe = /^[=+@\t\r\n＝＋＠－]|^-(?!\d*\.?\d+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

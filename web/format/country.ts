const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** "US" as "United States": countries are named, never shown by a flag alone. What is no code stays as it is. */
export function country(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code;
}

/** The address of a comparison: which models in which order, and whether what they share is left out. */

export const comparedMax = 6;

export interface Comparison {
  readonly slugs: readonly string[];
  readonly isDifferenceOnly: boolean;
}

export function compareAddress({ slugs, isDifferenceOnly }: Comparison, file: "" | ".md" | ".csv" = ""): string {
  // A colon and a slash are themselves in a query, and so the address can be read.
  const models = slugs.map((slug) => encodeURIComponent(slug).replaceAll("%2F", "/").replaceAll("%3A", ":")).join(",");
  const params = [...(slugs.length === 0 ? [] : [`models=${models}`]), ...(isDifferenceOnly ? ["diff=1"] : [])];
  return `/compare${file}${params.length === 0 ? "" : `?${params.join("&")}`}`;
}

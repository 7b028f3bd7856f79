/** Generated images: base64 in this dialect, addresses in ours. */

/** By how the bytes of a format begin, in base64. */
const beginnings: readonly (readonly [string, string])[] = [["iVBORw0KGgo", "image/png"], ["/9j/", "image/jpeg"], ["UklGR", "image/webp"], ["R0lGOD", "image/gif"]];

/** A `result` as an address: as it is when it is one, else as a data URL. */
export function dataUrlOf(result: string): string {
  if (/^(data|https?):/.test(result)) return result;
  const type = beginnings.find(([beginning]) => result.startsWith(beginning))?.[1] ?? "image/png";
  return `data:${type};base64,${result}`;
}

/** An address as a `result`: the base64 of a data URL, else the address itself. */
export function resultOf(url: string): string {
  const comma = url.indexOf(",");
  return url.startsWith("data:") && comma !== -1 && url.slice(0, comma).endsWith(";base64") ? url.slice(comma + 1) : url;
}

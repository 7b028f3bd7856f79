/** What a data URL holds, as bytes. */

export interface DataUrl {
  /** Lowercase, without parameters. */
  readonly mediaType: string;
  readonly base64: string;
}

/** Undefined for any other URL, and for data that is not base64. Without a regular expression over the data, which may be megabytes. */
export function readDataUrl(url: string): DataUrl | undefined {
  const comma = url.indexOf(",");
  if (!url.startsWith("data:") || comma === -1 || comma > headMax) return undefined;
  const [mediaType = "", ...settings] = url.slice("data:".length, comma).toLowerCase().split(";");
  return settings.at(-1)?.trim() === "base64" ? { mediaType: mediaType.trim(), base64: url.slice(comma + 1) } : undefined;
}

const headMax = 1_000;

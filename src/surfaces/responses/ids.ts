/** The ids of output items: unique within an installation, and known again when they come back. */

/** `rs_<unix seconds>-<20 alphanumerics>-<n>`: the generation's id, and the place among its items. */
export function itemId(prefix: "msg" | "rs" | "fc" | "ctc" | "ig", generationId: string, place: number): string {
  return `${prefix}_${generationId.replace(/^gen-/, "")}-${place}`;
}

/** Was this id made here, for an item to which its provider gave none? */
export function isOwnId(id: string): boolean {
  return /^[a-z]+_\d+-[0-9A-Za-z]{20}-\d+$/.test(id);
}

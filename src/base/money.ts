/**
 * Money is integers. Amounts are nano-dollars, unit prices are pico-dollars per unit; text and floats exist only at
 * the edges: price lists come in as decimal text, the wire takes JSON numbers of dollars out.
 */

/** 1e-9 US dollar. The ledger's only unit; a bigint so that no sum can lose a cent. */
export type Nanodollars = bigint & { readonly unit: "nanodollars" };

/** 1e-12 US dollar for one unit (a token, an image, a request). */
export type Picodollars = bigint & { readonly unit: "picodollars" };

export const zeroNanodollars = nanodollars(0n);

export function nanodollars(amount: bigint): Nanodollars {
  return amount as Nanodollars;
}

export function picodollars(amount: bigint): Picodollars {
  return amount as Picodollars;
}

/**
 * Reads a price in dollars per million units, as written in the catalog ("0.15"). One dollar per million is exactly
 * one million pico-dollars per unit. Takes text, not a number: public price lists carry 0.049999999999999996 where
 * 0.05 was meant; what lies beyond a pico-dollar is rounded half up.
 * Returns undefined for text that is not a non-negative decimal: an unknown price is a refusal, never zero.
 */
export function parsePricePerMillion(text: string): Picodollars | undefined {
  return parseScaled(text, 6) as Picodollars | undefined;
}

/** Reads a price in dollars per single unit ("0.00000015" a token, "0.01" a search), in pico-dollars. See above. */
export function parsePricePerUnit(text: string): Picodollars | undefined {
  return parseScaled(text, 12) as Picodollars | undefined;
}

/** Reads an amount in dollars ("25", "0.5"), in nano-dollars. Undefined for text that is not a non-negative decimal. */
export function parseDollars(text: string): Nanodollars | undefined {
  return parseScaled(text, 9) as Nanodollars | undefined;
}

/** Rounds a sum of pico-dollars up to whole nano-dollars: one token is never free. */
export function toNanodollars(picos: bigint): Nanodollars {
  return ((picos + 999n) / 1000n) as Nanodollars;
}

/** A JSON number of dollars for the wire. Nine decimals survive a double, there and back, up to four million dollars. */
export function dollars(amount: Nanodollars): number {
  return Number(amount) / 1e9;
}

/** Reads a JSON number of dollars from the wire, to the nearest nano-dollar. */
export function fromDollars(amount: number): Nanodollars {
  return BigInt(Math.round(amount * 1e9)) as Nanodollars;
}

/** A unit price as decimal dollars per unit, the text of the public API ("0.00000015"). Exact. */
export function pricePerUnitText(price: Picodollars): string {
  return decimalText(price, 12);
}

/** A unit price as decimal dollars per million units, the text of the catalog ("0.15"). Exact. */
export function pricePerMillionText(price: Picodollars): string {
  return decimalText(price, 6);
}

/** An amount as decimal dollars, for people ("0.000001275"). Exact. */
export function dollarsText(amount: Nanodollars): string {
  return decimalText(amount, 9);
}

function parseScaled(text: string, decimals: number): bigint | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,40}))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = (match[2] ?? "").padEnd(decimals + 1, "0");
  const scaled = BigInt(`${match[1]}${fraction.slice(0, decimals)}`);
  return fraction.charCodeAt(decimals) >= 53 /* "5" */ ? scaled + 1n : scaled;
}

function decimalText(value: bigint, decimals: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  const whole = digits.slice(0, -decimals);
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Prices and amounts of money as text. Exact decimal text comes in, so that no digit is lost on the way. */

/** What is shown where there is no value. Beside it stands why. */
export const missing = "—";

/** "0.15" dollars per million tokens as "$0.15 / 1M". A token price of zero is "$0.00 / 1M": "Free" is a claim about a whole model. */
export function pricePerMillion(dollars: string | undefined): string {
  return dollars === undefined ? missing : `${price(dollars)} / 1M`;
}

/** At least two decimals, at most four significant ones: "$15.00", "$0.15", "$0.0375", "$0.00001235". */
export function price(dollars: string): string {
  const [whole = "0", decimals = ""] = dollars.split(".");
  const leadingZeros = /^0*$/.test(whole) ? (/^0*/.exec(decimals)?.[0].length ?? 0) : 0;
  return `$${grouped(rounded({ whole, decimals, keep: leadingZeros + significantMax }))}`;
}

/** A price for something other than a million tokens: "$0.01 / image". */
export function pricePerUnit(dollars: string | undefined, unit: "image" | "second" | "request" | "search"): string {
  return dollars === undefined ? missing : `${price(dollars)} / ${unit}`;
}

/** "15 cents per million input tokens": how a price sounds. */
export function spokenPrice(dollars: string | undefined, of: string): string {
  if (dollars === undefined) return `price per million ${of} unknown`;
  const cents = Number(dollars) * 100;
  const amount = cents > 0 && cents < 100 ? `${trimmed(cents.toPrecision(4))} ${cents === 1 ? "cent" : "cents"}` : `${price(dollars).replace(/\.00$/, "")}`;
  return `${amount} per million ${of}`;
}

/** The price of a model in one line; free only where all token prices are zero. */
export function isFree(prices: { readonly prompt: string; readonly completion: string }): boolean {
  return Number(prices.prompt) === 0 && Number(prices.completion) === 0;
}

/** A total in dollars: two decimals from one dollar up, four below, six where a cent is more; "<$0.0001" for what is less and not nothing. */
export function money(dollars: number): string {
  if (dollars < 0) return `-${money(-dollars)}`;
  if (dollars === 0) return "$0.00";
  if (dollars < 0.0001) return "<$0.0001";
  if (dollars < 0.01) return `$${dollars.toFixed(6).replace(/0{1,2}$/, "")}`;
  return dollars >= 1 ? `$${dollars.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}` : `$${dollars.toFixed(4)}`;
}

const significantMax = 4;
const decimalsMin = 2;

interface Decimal {
  readonly whole: string;
  readonly decimals: string;
  readonly keep: number;
}

/** Rounds half up in decimal; what is cut off must not come back as 0.04999999. */
function rounded({ whole, decimals, keep }: Decimal): string {
  const kept = decimals.slice(0, keep).padEnd(keep, "0");
  const carry = (decimals[keep] ?? "0") >= "5" ? 1n : 0n;
  const digits = (BigInt(whole + kept) + carry).toString().padStart(keep + 1, "0");
  const fraction = digits.slice(digits.length - keep).replace(/0+$/, "").padEnd(decimalsMin, "0");
  return `${digits.slice(0, digits.length - keep)}.${fraction}`;
}

function grouped(decimal: string): string {
  const [whole = "", fraction = ""] = decimal.split(".");
  return `${whole.replace(/\B(?=(?:\d{3})+$)/g, ",")}.${fraction}`;
}

function trimmed(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

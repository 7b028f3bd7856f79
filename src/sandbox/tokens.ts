/**
 * The tokenizer of the sandbox. A token is up to six letters, or up to three digits, or any one other character, together
 * with the white space before it; white space at the very end is a token of its own. English comes to about 1.3 tokens a
 * word, as with real tokenizers, and counting 400 KB takes a few milliseconds and no memory.
 */

const lettersMax = 6;
const digitsMax = 3;

export function countTokens(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at = tokenEnd(text, at)) count++;
  return count;
}

/** The tokens of a text. Joined, they are the text again; the first n of them are the tokens of their own join. */
export function splitTokens(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = tokenEnd(text, at);
    tokens.push(text.slice(at, end));
    at = end;
  }
  return tokens;
}

type Kind = "space" | "letter" | "digit" | "other";

function tokenEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && kindOf(text.charCodeAt(end)) === "space") end++;
  if (end === text.length) return end;
  const kind = kindOf(text.charCodeAt(end));
  if (kind === "other") return end + (isPair(text, end) ? 2 : 1);
  const limit = Math.min(text.length, end + (kind === "letter" ? lettersMax : digitsMax));
  do end++;
  while (end < limit && kindOf(text.charCodeAt(end)) === kind);
  return end;
}

// From U+2E80 on are the scripts that write a word in a character or two, and the surrogates of emoji.
function kindOf(code: number): Kind {
  if (code <= 0x20) return "space";
  if (code >= 0x30 && code <= 0x39) return "digit";
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x7a && code < 0x80) return "letter";
  return (code >= 0xc0 && code < 0x2000) || (code >= 0x2c00 && code < 0x2e80) ? "letter" : "other";
}

// A surrogate pair is never split: half a character cannot be written as UTF-8.
function isPair(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}

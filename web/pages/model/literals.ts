/** Values as the source text of a language, two or four blanks a level; short ones on one line. */

const code = Symbol("code");

/** Text that stands as it is, where a value of the program is meant: "process.env.KEY". */
export function expression(text: string): object {
  return { [code]: text };
}

export function json(value: unknown): string {
  return written(value, 1, { ...ofJavascript, key: (name) => JSON.stringify(name) });
}

export function javascript(value: unknown, level = 0): string {
  return written(value, level, ofJavascript);
}

export function python(value: unknown, level = 0): string {
  return written(value, level, { indent: "    ", key: (name) => JSON.stringify(name), word: (one) => (one === true ? "True" : one === false ? "False" : "None"), isPadded: false, hasLastComma: true });
}

interface Language {
  readonly indent: string;
  readonly key: (name: string) => string;
  readonly word: (value: boolean | null) => string;
  /** Blanks within the braces of a short object. */
  readonly isPadded: boolean;
  readonly hasLastComma: boolean;
}

const ofJavascript: Language = { indent: "  ", key: (name) => (/^\w+$/.test(name) ? name : JSON.stringify(name)), word: String, isPadded: true, hasLastComma: false };
/** What is shorter, its indent included, stands on one line. */
const shortMax = 72;

function written(value: unknown, level: number, language: Language): string {
  if (typeof value === "boolean" || value === null) return language.word(value);
  if (typeof value !== "object") return JSON.stringify(value);
  if (code in value) return String(value[code]);
  const isList = Array.isArray(value);
  const items = isList ? value.map((item) => ["", item] as const) : Object.entries(value).map(([name, item]) => [`${language.key(name)}: `, item] as const);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const pad = isList || !language.isPadded ? "" : " ";
  const short = `${open}${pad}${items.map(([name, item]) => name + written(item, level, language)).join(", ")}${pad}${close}`;
  if (!short.includes("\n") && short.length + level * language.indent.length <= shortMax) return short;
  const lines = items.map(([name, item]) => `${language.indent.repeat(level + 1)}${name}${written(item, level + 1, language)}`);
  return `${open}\n${lines.join(",\n")}${language.hasLastComma ? "," : ""}\n${language.indent.repeat(level)}${close}`;
}

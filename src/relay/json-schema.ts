/**
 * Does a value fit a JSON Schema (Draft 7)? The schema is a caller's and the value a model's, and either may be hostile:
 * the work is bounded in steps and in depth, no regular expression of theirs is run, and nothing of theirs is changed.
 * What that leaves open is not guessed: a verdict is "fits", "does not fit" or "cannot be said", and combined as such.
 */

/** True: fits. Undefined: cannot be said. */
type Verdict = true | Misfit | undefined;

interface Misfit {
  /** The keyword that is broken, as a JSON pointer into the schema. */
  readonly at: string;
}

/** What is left of the work that may be done. One for all that is judged together, however much that is. */
export interface Effort {
  steps: number;
}

interface Walk {
  readonly root: unknown;
  readonly effort: Effort;
  depth: number;
}

type Members = Readonly<Record<string, unknown>>;

/** A keyword's word on a value; where it does not fit, the place below the keyword. `schema` is what the keyword stands in. */
type Rule = (constraint: unknown, value: unknown, walk: Walk, schema: Members) => Verdict;

/** Four milliseconds at the worst (ten before the code is warm); a usual tool call takes fifty steps. */
const stepsMax = 20_000;
const depthMax = 64;

export function createEffort(): Effort {
  return { steps: stepsMax };
}

/**
 * The keyword of `schema` that `value` (parsed JSON) certainly breaks, as a pointer into the schema: it says nothing of
 * the value. Undefined when the value fits, and when that cannot be said: `pattern`, `patternProperties` and `format` are
 * not evaluated, references only within the schema, and a schema that makes no sense, or too much work, refuses nothing.
 */
export function misfitOf(schema: unknown, value: unknown, effort: Effort = createEffort()): string | undefined {
  const verdict = check(schema, value, { root: schema, effort, depth: 0 });
  return verdict === true || verdict === undefined ? undefined : `#${verdict.at}`;
}

function check(schema: unknown, value: unknown, walk: Walk): Verdict {
  if (typeof schema === "boolean") return schema || misfit;
  // To weigh is work as well.
  if (!isMembers(schema) || walk.depth >= depthMax || !spend(walk) || !spend(walk, weightOf(value))) return undefined;
  walk.depth += 1;
  const verdict = checkKeywords(schema, value, walk);
  walk.depth -= 1;
  return verdict;
}

function checkKeywords(schema: Members, value: unknown, walk: Walk): Verdict {
  // A reference hides what stands beside it, up to Draft 7.
  if (Object.hasOwn(schema, "$ref")) return within("/$ref", check(referredTo(schema["$ref"], walk), value, walk));
  // References below it are to other places than they seem.
  if (schema !== walk.root && Object.hasOwn(schema, "$id")) return undefined;
  return all(Object.keys(schema), walk, (keyword) => {
    const rule = rules.get(keyword);
    return rule === undefined ? true : within(`/${keyword}`, rule(schema[keyword], value, walk, schema));
  });
}

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["type", (wanted, value, walk) => {
    const names: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    return any(names, walk, (name) => (typeof name === "string" && kinds.has(name) ? told(kinds.get(name)?.(value)) : undefined));
  }],
  ["const", (wanted, value, walk) => told(isEqual(wanted, value, walk))],
  ["enum", (wanted, value, walk) => (Array.isArray(wanted) ? any(wanted, walk, (one) => told(isEqual(one, value, walk))) : undefined)],

  ["minimum", compared((value, bound) => value >= bound)],
  ["maximum", compared((value, bound) => value <= bound)],
  ["exclusiveMinimum", compared((value, bound) => value > bound)],
  ["exclusiveMaximum", compared((value, bound) => value < bound)],
  // Binary fractions are no exact multiples of decimal ones.
  ["multipleOf", compared((value, factor) => {
    if (!Number.isSafeInteger(factor) || factor <= 0) return undefined;
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : value % factor === 0;
  })],

  ["minLength", measured(lengthOf, (length, bound) => length >= bound)],
  ["maxLength", measured(lengthOf, (length, bound) => length <= bound)],
  ["minItems", measured((value) => (Array.isArray(value) ? value.length : undefined), (length, bound) => length >= bound)],
  ["maxItems", measured((value) => (Array.isArray(value) ? value.length : undefined), (length, bound) => length <= bound)],
  ["minProperties", measured((value) => (isMembers(value) ? Object.keys(value).length : undefined), (length, bound) => length >= bound)],
  ["maxProperties", measured((value) => (isMembers(value) ? Object.keys(value).length : undefined), (length, bound) => length <= bound)],
  ["pattern", (_, value) => (typeof value === "string" ? undefined : true)],
  ["format", (_, value) => (typeof value === "string" ? undefined : true)],

  ["required", (names, value, walk) => {
    if (!isMembers(value)) return true;
    return Array.isArray(names) ? all(names, walk, (name) => (typeof name === "string" ? told(Object.hasOwn(value, name)) : undefined)) : undefined;
  }],
  ["properties", (properties, value, walk) => {
    if (!isMembers(value)) return true;
    if (!isMembers(properties)) return undefined;
    return all(Object.keys(value), walk, (key) => (Object.hasOwn(properties, key) ? within(`/${escaped(key)}`, check(properties[key], value[key], walk)) : true));
  }],
  ["patternProperties", (_, value) => (isMembers(value) && Object.keys(value).length > 0 ? undefined : true)],
  ["additionalProperties", (schema, value, walk, { properties, patternProperties }) => {
    if (!isMembers(value)) return true;
    const named = isMembers(properties) ? properties : {};
    const others = Object.keys(value).filter((key) => !Object.hasOwn(named, key));
    if (patternProperties !== undefined) return others.length === 0 ? true : undefined;
    return all(others, walk, (key) => check(schema, value[key], walk));
  }],
  ["propertyNames", (schema, value, walk) => (isMembers(value) ? all(Object.keys(value), walk, (key) => check(schema, key, walk)) : true)],
  ["dependencies", (dependencies, value, walk) => {
    if (!isMembers(value)) return true;
    if (!isMembers(dependencies)) return undefined;
    return all(Object.keys(value), walk, (key) => {
      if (!Object.hasOwn(dependencies, key)) return true;
      const dependency = dependencies[key];
      if (!Array.isArray(dependency)) return within(`/${escaped(key)}`, check(dependency, value, walk));
      return within(`/${escaped(key)}`, all(dependency, walk, (name) => (typeof name === "string" ? told(Object.hasOwn(value, name)) : undefined)));
    });
  }],

  ["items", (schema, value, walk, siblings) => {
    if (!Array.isArray(value)) return true;
    // Later drafts have it of the rest alone.
    if (Object.hasOwn(siblings, "prefixItems")) return undefined;
    if (!Array.isArray(schema)) return all(value, walk, (item) => check(schema, item, walk));
    return all(value.slice(0, schema.length), walk, (item, index) => within(`/${index}`, check(schema[index], item, walk)));
  }],
  ["additionalItems", (schema, value, walk, { items }) => (Array.isArray(value) && Array.isArray(items) ? all(value.slice(items.length), walk, (item) => check(schema, item, walk)) : true)],
  ["contains", (schema, value, walk, siblings) => {
    if (!Array.isArray(value)) return true;
    return Object.hasOwn(siblings, "minContains") ? undefined : any(value, walk, (item) => check(schema, item, walk));
  }],
  ["uniqueItems", (isWanted, value, walk) => {
    if (isWanted !== true || !Array.isArray(value)) return true;
    if (value.every((item) => typeof item !== "object" || item === null)) return told(new Set(value).size === value.length);
    return all(value, walk, (item, index) => all(value.slice(0, index), walk, (other) => told(not(isEqual(item, other, walk)))));
  }],

  ["allOf", (schemas, value, walk) => (Array.isArray(schemas) ? all(schemas, walk, (schema, index) => within(`/${index}`, check(schema, value, walk))) : undefined)],
  ["anyOf", (schemas, value, walk) => (Array.isArray(schemas) && schemas.length > 0 ? any(schemas, walk, (schema) => check(schema, value, walk)) : undefined)],
  ["oneOf", (schemas, value, walk) => (Array.isArray(schemas) && schemas.length > 0 ? exactlyOne(schemas, value, walk) : undefined)],
  ["not", (schema, value, walk) => told(not(asClaim(check(schema, value, walk))))],
  ["if", (condition, value, walk, { then: consequence = true, else: alternative = true }) => {
    const holds = asClaim(check(condition, value, walk));
    if (holds === true) return check(consequence, value, walk);
    if (holds === false) return check(alternative, value, walk);
    return any([consequence, alternative], walk, (schema) => check(schema, value, walk)) === misfit ? misfit : undefined;
  }],
]);

const misfit: Misfit = { at: "" };

const kinds: ReadonlyMap<string, (value: unknown) => boolean | undefined> = new Map<string, (value: unknown) => boolean | undefined>([
  ["null", (value) => value === null],
  ["boolean", (value) => typeof value === "boolean"],
  ["number", (value) => typeof value === "number"],
  // Too large for a double: it may have been one.
  ["integer", (value) => (value === Infinity || value === -Infinity ? undefined : Number.isInteger(value))],
  ["string", (value) => typeof value === "string"],
  ["array", (value) => Array.isArray(value)],
  ["object", isMembers],
]);

/** Numbers against a bound. */
function compared(holds: (value: number, bound: number) => boolean | undefined): Rule {
  return (bound, value) => {
    if (typeof value !== "number") return true;
    return typeof bound === "number" && Number.isFinite(value) ? told(holds(value, bound)) : undefined;
  };
}

/** Something's size, where it has one, against a bound. */
function measured(sizeOf: (value: unknown) => number | undefined, holds: (size: number, bound: number) => boolean): Rule {
  return (bound, value) => {
    const size = sizeOf(value);
    if (size === undefined) return true;
    return typeof bound === "number" ? told(holds(size, bound)) : undefined;
  };
}

/** In characters, of which a surrogate pair is one. */
function lengthOf(value: unknown): number | undefined {
  return typeof value === "string" ? value.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, "_").length : undefined;
}

/** The first misfit; else fits, if each one surely does. */
function all<Item>(items: readonly Item[], walk: Walk, verdictOf: (item: Item, index: number) => Verdict): Verdict {
  let verdict: Verdict = true;
  for (let index = 0; index < items.length; index++) {
    if (!spend(walk)) return undefined;
    const one = verdictOf(items[index] as Item, index);
    if (one === undefined) verdict = undefined;
    else if (one !== true) return one;
  }
  return verdict;
}

/** Fits, if one does; a misfit, if surely none does. */
function any<Item>(items: readonly Item[], walk: Walk, verdictOf: (item: Item) => Verdict): Verdict {
  let verdict: Verdict = misfit;
  for (const item of items) {
    if (!spend(walk)) return undefined;
    const one = verdictOf(item);
    if (one === true) return true;
    if (one === undefined) verdict = undefined;
  }
  return verdict;
}

function exactlyOne(schemas: readonly unknown[], value: unknown, walk: Walk): Verdict {
  let fitting = 0;
  let unsure = 0;
  for (const schema of schemas) {
    if (!spend(walk)) return undefined;
    const verdict = check(schema, value, walk);
    if (verdict === true) fitting += 1;
    if (verdict === undefined) unsure += 1;
    if (fitting > 1) return misfit;
  }
  return unsure > 0 ? undefined : told(fitting === 1);
}

function isEqual(one: unknown, other: unknown, walk: Walk): boolean | undefined {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  if (walk.depth >= depthMax) return undefined;
  walk.depth += 1;
  const isSame = haveEqualMembers(one, other, walk);
  walk.depth -= 1;
  return isSame;
}

function haveEqualMembers(one: object, other: object, walk: Walk): boolean | undefined {
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (!spend(walk)) return undefined;
  const members = Object.entries(one);
  if (!spend(walk, members.length)) return undefined;
  if (members.length !== Object.keys(other).length) return false;
  return asClaim(all(members, walk, ([key, value]) => told(Object.hasOwn(other, key) && isEqual(value, Reflect.get(other, key), walk))));
}

/** "#" or "#/path" within the schema; anything else, and what leads nowhere, is no schema. */
function referredTo(reference: unknown, walk: Walk): unknown {
  if (typeof reference !== "string" || !/^#(\/|$)/.test(reference) || reference.length > referenceCharsMax) return undefined;
  let place: unknown = walk.root;
  for (const segment of reference.split("/").slice(1)) {
    if (!spend(walk)) return undefined;
    const key = unescaped(segment);
    if (typeof place !== "object" || place === null || !Object.hasOwn(place, key)) return undefined;
    place = Reflect.get(place, key);
  }
  return place;
}

const referenceCharsMax = 512;

function unescaped(segment: string): string {
  let text = segment;
  try {
    text = decodeURIComponent(segment);
  } catch {
    // A stray percent sign stands for itself.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function within(place: string, verdict: Verdict): Verdict {
  return verdict === true || verdict === undefined ? verdict : { at: place + verdict.at };
}

function told(claim: boolean | undefined): Verdict {
  return claim === undefined ? undefined : claim || misfit;
}

function asClaim(verdict: Verdict): boolean | undefined {
  return verdict === undefined ? undefined : verdict === true;
}

function not(claim: boolean | undefined): boolean | undefined {
  return claim === undefined ? undefined : !claim;
}

function spend(walk: Walk, steps = 1): boolean {
  walk.effort.steps -= steps;
  return walk.effort.steps > 0;
}

/** What any keyword may have to read of it, besides what it spends on the parts. */
function weightOf(value: unknown): number {
  if (typeof value === "string") return value.length >> 6;
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

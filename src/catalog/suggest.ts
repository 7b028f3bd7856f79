/**
 * Gives the slugs most like a mistyped one, best first: those it is the beginning of, then by the pairs of letters that both
 * have (Dice's coefficient).
 */
export function suggester(slugs: readonly string[]): (wanted: string) => string[] {
  let index: { readonly slug: string; readonly pairs: ReadonlySet<string> }[] | undefined;
  return (wanted) => {
    index ??= slugs.map((slug) => ({ slug, pairs: pairsOf(slug) }));
    // What is longer than any slug is not a typing error, and callers may send anything.
    const asked = wanted.slice(0, 120).toLowerCase();
    const pairs = pairsOf(asked);
    return index
      .map(({ slug, pairs: other }) => ({ slug, likeness: likeness(pairs, other) + (asked !== "" && slug.startsWith(asked) ? 1 : 0) }))
      .filter((match) => match.likeness >= 0.5)
      .sort((one, other) => other.likeness - one.likeness)
      .slice(0, 3)
      .map(({ slug }) => slug);
  };
}

function pairsOf(text: string): ReadonlySet<string> {
  const pairs = new Set<string>();
  for (let at = 0; at < text.length - 1; at++) pairs.add(text.slice(at, at + 2));
  return pairs;
}

function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const pair of one) if (other.has(pair)) shared++;
  return one.size + other.size === 0 ? 0 : (2 * shared) / (one.size + other.size);
}

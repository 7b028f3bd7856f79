/** Places of the site by their names: what the search palette and the search of the documentation find. */

export interface Place {
  readonly name: string;
  readonly detail: string;
  /** From the root of the site, with an anchor. */
  readonly path: string;
}

/** Every word has to be in the name or the detail; names that begin with the text come first. */
export function findPlaces<Found extends Pick<Place, "name" | "detail">>(places: readonly Found[], text: string, most: number): readonly Found[] {
  const wanted = text.trim().toLowerCase();
  const words = wanted.split(/\s+/);
  const rank = ({ name, detail }: Found): number => {
    const searched = `${name} ${detail}`.toLowerCase();
    if (!words.every((word) => searched.includes(word))) return 3;
    return name.toLowerCase().startsWith(wanted) ? 0 : searched.includes(wanted) ? 1 : 2;
  };
  return places
    .map((place) => ({ place, rank: rank(place) }))
    .filter((one) => one.rank < 3)
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, most)
    .map(({ place }) => place);
}

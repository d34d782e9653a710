/** A set of flipped bits that would make a check agree. */
export type Flips = readonly number[];

/** With more than this many flips there are as many words as there is check to tell them apart. */
const MOST_FLIPS = 3;

/**
 * All sets of as few flips as possible that explain a syndrome: of one bit, else of two, else of three. None where it
 * takes more. As the bits were typed and not heard, none of them is weaker than another: only their number counts.
 * @param syndromeOf what each bit that may be wrong does to the syndrome, by its place
 */
export function nearestFlips(syndrome: number, syndromeOf: ReadonlyMap<number, number>): Flips[] {
  const places = [...syndromeOf.keys()];
  const placeOf = new Map(places.map((place) => [syndromeOf.get(place) ?? 0, place]));
  /** Sets of the bits from `first` on that leave exactly `rest`; the last bit is looked up, not tried. */
  const explain = (rest: number, flips: number, first: number): Flips[] => {
    if (flips === 1) {
      const place = placeOf.get(rest);
      return place !== undefined && (first === 0 || place > places[first - 1]) ? [[place]] : [];
    }
    const found: Flips[] = [];
    for (let i = first; i < places.length; i++) {
      const left = (rest ^ (syndromeOf.get(places[i]) ?? 0)) >>> 0;
      for (const others of explain(left, flips - 1, i + 1)) found.push([places[i], ...others]);
    }
    return found;
  };
  for (let flips = 1; flips <= MOST_FLIPS; flips++) {
    const found = explain(syndrome, flips, 0);
    if (found.length > 0) return found;
  }
  return [];
}

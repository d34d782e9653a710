import { type EndpointKey, endpointKeyOf } from '../endpoint.js';
import { meaningsOf } from '../meaning.js';
import type { Reading } from '../reading.js';
import type { Candidate } from './clue.js';
import type { CurvePoint } from './register-curve.js';

/** Meters that are remembered; of more, those heard longest ago are forgotten. */
const MOST_METERS = 500;
/** Points that are remembered of each; of more, every second one of the older half goes. */
const MOST_POINTS = 64;

/** A meter as it was heard. */
interface HeardMeter {
  latest: Reading;
  packets: number;
  points: CurvePoint[];
}

/** The registers of all who are on the air, as they went on while somebody listened: in memory, and nowhere else. */
export class HeardMeters {
  readonly #meters = new Map<EndpointKey, HeardMeter>();

  note(reading: Reading): void {
    const { timeMs, consumption: counts } = reading;
    if (timeMs === null || counts === null) return;
    const key = endpointKeyOf(reading);
    const known = this.#meters.get(key) ?? { latest: reading, packets: 0, points: [] };
    this.#meters.delete(key);
    this.#meters.set(key, known);
    known.latest = reading;
    known.packets += 1;
    // IDM tells what stood at the end of its last interval.
    if (reading.protocol !== 'IDM' || known.points.length === 0)
      known.points = withPoint(known.points, { timeMs, counts });
    const [longestAgo] = this.#meters.keys();
    if (this.#meters.size > MOST_METERS && longestAgo !== undefined) this.#meters.delete(longestAgo);
  }

  /** What was last heard of a meter; null where it was not. */
  latest(key: EndpointKey): Reading | null {
    return this.#meters.get(key)?.latest ?? null;
  }

  /** Those that were heard twice at least: one packet may be false. */
  get candidates(): Candidate[] {
    return [...this.#meters]
      .filter(([, { packets }]) => packets > 1)
      .map(([key, { latest, points }]) => ({
        ...{ key, name: null, commodity: latest.commodity, snrDb: latest.snrDb, points },
        scales: scalesOf(latest.protocol, latest.type),
      }));
  }
}

/** Units a count, of what a type lets expect. */
export function scalesOf(protocol: string, type: number): number[] {
  return meaningsOf(protocol, type).flatMap(({ unitsPerCount, quantity }) =>
    unitsPerCount === null || quantity === 'demand' ? [] : [unitsPerCount],
  );
}

/** While a register stands still, when it began to and when it was last seen are enough. */
function withPoint(points: CurvePoint[], point: CurvePoint): CurvePoint[] {
  const last = points.length - 1;
  if (points[last]?.counts === point.counts && points[last - 1]?.counts === point.counts) points.pop();
  points.push(point);
  return points.length <= MOST_POINTS
    ? points
    : points.filter((_, i) => i === 0 || i % 2 === 1 || i > MOST_POINTS / 2);
}

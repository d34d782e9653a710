import { ALL_CHANNELS_HZ } from './channel-plans.js';

/*
 * Where a radio may listen:
 *
 *        │←─────────── sample rate ────────────→│
 *        ├──┬──────────────────┬─┬───────────┬──┤
 *        edge     channels     DC  channels  edge
 *
 * The filters of a radio fall off towards the edges, and in its centre it hears itself.
 */

/** What of a window is no good, at either end: half a packet's width, and what a meter and a crystal are off, Hz. */
const EDGE_HZ = 85e3;
/** Least distance of a channel from a window's centre, Hz. The two plans leave 65 kHz at most. */
const DC_HZ = 50e3;
/** Centres that may be chosen lie about so far apart where there are no channels in the way, Hz. */
const STEP_HZ = 100e3;

const LOWEST_HZ = ALL_CHANNELS_HZ[0];
const HIGHEST_HZ = ALL_CHANNELS_HZ.at(-1)!;

/** How far from its centre a window is good, Hz. */
export function reachOf(sampleRateHz: number): number {
  return sampleRateHz / 2 - EDGE_HZ;
}

/** The centres at which no channel of either plan is near the DC spike, in order, Hz. */
export const CLEAR_CENTERS_HZ: readonly number[] = [
  LOWEST_HZ - DC_HZ,
  ...ALL_CHANNELS_HZ.slice(1).flatMap((highHz, i) => centersBetween(ALL_CHANNELS_HZ[i], highHz)),
  HIGHEST_HZ + DC_HZ,
].map(Math.round);

/** As many as there is room for, evenly spread between two neighbouring channels. */
function centersBetween(lowHz: number, highHz: number): number[] {
  const roomHz = highHz - lowHz - 2 * DC_HZ;
  if (roomHz < 0) return [];
  const steps = Math.floor(roomHz / STEP_HZ) + 1;
  return Array.from({ length: steps }, (_, i) => lowHz + DC_HZ + ((i + 0.5) * roomHz) / steps);
}

/**
 * Centres at which a radio may listen with something of the band in reach, in order, Hz: many, since what matters may
 * lie across the border of any few.
 */
export function possibleCenters(sampleRateHz: number): readonly number[] {
  const reachHz = reachOf(sampleRateHz);
  const [first, last] = [LOWEST_HZ + reachHz, HIGHEST_HZ - reachHz];
  if (first >= last) return [nearestClear((first + last) / 2)];
  // Beyond these there is only less to hear.
  const lowest = nearestClear(first, { mostHz: first });
  const highest = nearestClear(last, { leastHz: last });
  return CLEAR_CENTERS_HZ.filter((centerHz) => centerHz >= lowest && centerHz <= highest);
}

/**
 * Centres of the fewest windows that together hear all channels of both plans and all that lies between them, each
 * channel clear of the edges of one and of every DC spike; in order, Hz. They overlap evenly.
 */
export function coveringCenters(sampleRateHz: number): readonly number[] {
  const reachHz = reachOf(sampleRateHz);
  for (let count = Math.ceil((HIGHEST_HZ - LOWEST_HZ) / (2 * reachHz)); ; count++) {
    const centers = spread(count, reachHz);
    if (centers.at(-1)! + reachHz >= HIGHEST_HZ) return centers;
  }
}

/** So many windows, each where it overlaps the ones beside it alike, or as far up as leaves no gap before it. */
function spread(count: number, reachHz: number): number[] {
  const middleHz = (LOWEST_HZ + HIGHEST_HZ) / 2;
  const apartHz = count === 1 ? 0 : (HIGHEST_HZ - LOWEST_HZ - 2 * reachHz) / (count - 1);
  const centers: number[] = [];
  for (let i = 0; i < count; i++) {
    const heardToHz = i === 0 ? LOWEST_HZ : centers[i - 1] + reachHz;
    const wantedHz = middleHz + (i - (count - 1) / 2) * apartHz;
    const isLast = i === count - 1;
    centers.push(
      nearestClear(wantedHz, { leastHz: isLast ? HIGHEST_HZ - reachHz : 0, mostHz: heardToHz + reachHz }),
    );
  }
  return centers;
}

/** The clear centre nearest to a frequency; within bounds where there is one there, else below the upper one. */
function nearestClear(hz: number, { leastHz = 0, mostHz = Number.POSITIVE_INFINITY } = {}): number {
  const allowed = CLEAR_CENTERS_HZ.filter((centerHz) => centerHz <= mostHz);
  const within = allowed.filter((centerHz) => centerHz >= leastHz);
  return (within.length > 0 ? within : allowed).reduce((best, centerHz) =>
    Math.abs(centerHz - hz) < Math.abs(best - hz) ? centerHz : best,
  );
}

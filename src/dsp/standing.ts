/** Bins on either side whose median is what the floor would be without a carrier. */
const NEIGHBOURS = 10;
/** A floor that much over it is a carrier that has been there for long. */
const STANDING = 4;

export interface Standing {
  /** In order of frequency; its strongest bin. */
  readonly bin: number;
  /** Bins. */
  readonly width: number;
  /** Over the floor around it. */
  readonly power: number;
}

/**
 * Carriers that are always there. The noise floor has grown up to them, so nothing stands out of it: they show
 * in the floor itself.
 * @param floor noise power per bin, in the order of the FFT
 */
export function standingCarriers(floor: Float32Array): Standing[] {
  const bins = floor.length;
  const at = (k: number): number => floor[(k + bins / 2) % bins];
  const found: Standing[] = [];
  for (let k = 0; k < bins; ) {
    let end = k;
    let best = k;
    while (end < bins && isStanding(at, bins, end)) {
      if (at(end) > at(best)) best = end;
      end++;
    }
    if (end > k) found.push({ bin: best, width: end - k, power: at(best) / floorAround(at, bins, best) });
    k = end + 1;
  }
  return found;
}

/** Whether a bin stands out of the floor around it; counted, since few do and the floor need not be known then. */
function isStanding(at: (k: number) => number, bins: number, k: number): boolean {
  const first = firstAround(bins, k);
  const power = at(k);
  let lower = 0;
  for (let i = first; i <= first + 2 * NEIGHBOURS; i++) if (power > STANDING * at(i)) lower++;
  return lower > NEIGHBOURS;
}

/** The median around a bin. */
function floorAround(at: (k: number) => number, bins: number, k: number): number {
  const around = new Float32Array(2 * NEIGHBOURS + 1);
  const first = firstAround(bins, k);
  for (let i = 0; i < around.length; i++) around[i] = at(first + i);
  return around.sort()[NEIGHBOURS];
}

/** First of the bins around one. */
function firstAround(bins: number, k: number): number {
  return Math.max(0, Math.min(bins - 2 * NEIGHBOURS - 1, k - NEIGHBOURS));
}

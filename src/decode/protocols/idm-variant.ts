import { type IdmFields, readIdm } from './idm.js';
import { type NetIdmFields, readNetIdm } from './net-idm.js';

export type IdmVariant = 'IDM' | 'NetIDM';

/** Net register's modulus, and by how much roundings may put it beside the difference of the other two. */
const NET_MODULUS = 1e7;
const NET_ROUNDING = 2;
/** Intervals with something in them that are asked for before they count as evidence. */
const ENOUGH_INTERVALS = 12;
/** And of these, read the wrong way, how many must look too great, share. */
const TOO_GREAT = 0.1;

/**
 * Which of the two messages a frame holds. Both checks agree for both, and read the wrong way a packet gives a
 * plausible register and wrong values: that is how rtl_433 printed published IDM packets as NetIDM (issue 3682).
 *
 * 1. What the configuration says of this meter.
 * 2. What the fields show, where both kinds of evidence agree:
 *    - Registers: net = delivered − received, to a rounding. Numbers that mean something else agree so once in two
 *      million.
 *    - Intervals are small numbers: read at their true width none reaches an eighth of its range, though a dozen or more
 *      are not zero; read at the other width, ones fall on any place and some look great.
 * 3. Low nibble of the type: 7 is IDM, 8 is NetIDM (rtlamr-collect asks the same). Not more than that, as reports
 *    contradict it (rtlamr issue 155), and Itron's manual gives IDM to type 24 too.
 * 4. Of other types, either kind of evidence. Otherwise neither: null, and the packet is refused.
 */
export function idmVariant(bits: Uint8Array, override?: IdmVariant): IdmVariant | null {
  if (override !== undefined) return override;
  const [idm, netIdm] = [readIdm(bits), readNetIdm(bits)];
  const byRegisters = registersAgree(netIdm) ? 'NetIDM' : 'IDM';
  const byIntervals = variantByIntervals(idm, netIdm);
  if (byIntervals === byRegisters) return byIntervals;
  const nibble = idm.type & 15;
  if (nibble === 7) return 'IDM';
  if (nibble === 8) return 'NetIDM';
  return byRegisters === 'NetIDM' ? 'NetIDM' : byIntervals;
}

function registersAgree({ consumption, generation, net }: NetIdmFields): boolean {
  if (consumption + generation === 0 || net >= NET_MODULUS) return false;
  const off = (((consumption - generation - net) % NET_MODULUS) + NET_MODULUS) % NET_MODULUS;
  return Math.min(off, NET_MODULUS - off) <= NET_ROUNDING;
}

function variantByIntervals(idm: IdmFields, netIdm: NetIdmFields): IdmVariant | null {
  const nine = greatShare(idm.intervals, 9);
  const fourteen = greatShare(netIdm.intervals, 14);
  if (nine === 0 && fourteen > TOO_GREAT) return 'IDM';
  if (fourteen === 0 && nine > TOO_GREAT) return 'NetIDM';
  return null;
}

/** Of the intervals that are not zero, the share that reach an eighth of their range; NaN where there are too few. */
function greatShare(intervals: readonly number[], width: number): number {
  const some = intervals.filter((value) => value > 0);
  if (some.length < ENOUGH_INTERVALS) return Number.NaN;
  return some.filter((value) => value >= 2 ** (width - 3)).length / some.length;
}

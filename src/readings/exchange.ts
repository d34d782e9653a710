import Big from 'big.js';
import { Fault } from '../errors.js';
import type { Decimal } from './decimal.js';
import type { Scale } from './scale.js';

/** A register at an exchange, and what counts by it. */
export interface ExchangedRegister {
  /** As last believed; of the new one, too, with what it counted since it was first heard. */
  readonly counts: number;
  readonly totalCounts: number;
  readonly modulus: number;
  /** Null where it is not known. */
  readonly scale: Scale | null;
  /** What its dial showed at the exchange: at the end of the old one, at the beginning of the new one; null for not known. */
  readonly dial: Decimal | null;
}

/** How the totals of two registers are one. All in counts of the new one, but for `finalCounts`. */
export interface Seam {
  /** Counts of the new register in one of the old. */
  readonly ratio: number;
  /** The old register at the exchange, in its own counts; null where nobody knows. */
  readonly finalCounts: number | null;
  /** The new one at the exchange; null as above. */
  readonly initialCounts: number | null;
  /** The total at the exchange: without what the old one counted unheard, where that is not known. */
  readonly total: number;
  /** What is added to the totals of the new register. */
  readonly shift: number;
}

/**
 * Joins the total of a register to that of the one in whose place it came.
 * @throws Fault `USAGE` where what the dials showed cannot be
 */
export function seamOf(old: ExchangedRegister, fresh: ExchangedRegister): Seam {
  const ratio = ratioOf(old.scale, fresh.scale);
  const last = old.dial === null ? null : countsOf(old.dial, old.scale, ratio);
  const rest = last === null ? 0 : ahead(last, old.counts * ratio, old.modulus * ratio);
  if (rest === null)
    throw new Fault('USAGE', `--final ${old.dial} is less than what was heard of the old meter last.`);
  const total = old.totalCounts * ratio + rest;
  const initialCounts = fresh.dial === null ? null : countsOf(fresh.dial, fresh.scale, 1);
  const first = fresh.counts - fresh.totalCounts;
  const head = initialCounts === null ? 0 : ahead(first, initialCounts, fresh.modulus);
  if (head === null)
    throw new Fault('USAGE', `--initial ${fresh.dial} is more than what was heard of the new meter first.`);
  const finalCounts = last === null ? null : Math.floor(last / ratio) % old.modulus;
  return { ratio, finalCounts, initialCounts, total, shift: total + head };
}

/** By how much one value is ahead of another, through a wrap; null where it is behind. */
function ahead(value: number, from: number, modulus: number): number | null {
  const by = (((value - from) % modulus) + modulus) % modulus;
  return by > modulus / 2 ? null : by;
}

/** What a dial shows as counts, whole; of a meter without a scale it shows counts. @param finer than the scale's */
function countsOf(dial: Decimal, scale: Scale | null, finer: number): number {
  const { unitsPerCount, offset } = scale ?? { unitsPerCount: '1', offset: '0' };
  return Number(new Big(dial).minus(offset).div(unitsPerCount).times(finer).toFixed(0));
}

/** @throws Fault `USAGE` where counts of the old register are no whole counts of the new one */
function ratioOf(old: Scale | null, fresh: Scale | null): number {
  if (old === null || fresh === null) return 1;
  const ratio = new Big(old.unitsPerCount).div(fresh.unitsPerCount);
  const isWhole = old.unit === fresh.unit && ratio.gte(1) && ratio.round(0).eq(ratio);
  if (isWhole) return ratio.toNumber();
  const [one, other] = [old, fresh].map(({ unit, unitsPerCount }) => `${unitsPerCount} ${unit}`);
  throw new Fault(
    'USAGE',
    `A count of the old meter is ${one}, of the new one ${other}: these cannot be one history; keep them as two meters.`,
  );
}

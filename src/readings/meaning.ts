import type { Commodity } from './commodity.js';
import type { Scale } from './scale.js';

/**
 * What a register may count. No message says so: an endpoint's type tells the family of modules, and the unit is what the
 * meter's maker and the utility agreed on. So there are candidates, the most usual one first; where sources contradict
 * each other, both are here, with where it comes from. Only the meter's own dial decides.
 *
 * Sources: rtlamr `meters.csv`, `meters.md` and issues; Itron's manuals of the CENTRON meters (Technical Reference
 * Guide; filings SK9C1A-2 and SK9C1A-3 with the FCC); rtl_433 `ert_*.c`, `neptune_r900.c`; rtlamr2mqtt issues.
 */
export interface Meaning {
  readonly commodity: Commodity;
  readonly quantity: 'energy' | 'demand' | 'volume' | 'date' | 'unknown';
  /** `kWh`, `ft³`, …; null where it is the register's own. */
  readonly unit: string | null;
  /** Units a count; null where that is the register's own too. */
  readonly unitsPerCount: number | null;
  /** Which devices, or who says so. */
  readonly of: string;
}

function energy(unitsPerCount: number | null, of: string): Meaning {
  return { commodity: 'electric', quantity: 'energy', unit: 'kWh', unitsPerCount, of };
}

function demand(unitsPerCount: number, of: string): Meaning {
  return { commodity: 'electric', quantity: 'demand', unit: 'kW', unitsPerCount, of };
}

function volume(
  commodity: 'gas' | 'water',
  unit: string | null,
  unitsPerCount: number | null,
  of: string,
): Meaning {
  return { commodity, quantity: 'volume', unit, unitsPerCount, of };
}

const TYPE_7: readonly Meaning[] = [energy(0.01, 'C1SR with interval data, 45E, 51ESS, 56ESS, C1A-3')];
const TYPE_8: readonly Meaning[] = [
  energy(0.01, '50ESS, 53ESS, 57ESS, R300CD3: any of its three IDs'),
  demand(0.0001, 'R300CD3: another of its three IDs'),
  {
    commodity: 'electric',
    quantity: 'date',
    unit: null,
    unitsPerCount: null,
    of: 'R300CD3: another, MMDDYY in decimal digits',
  },
];

/** By ERT type, the low four bits of longer type fields. Types that are not here are known from false packets only. */
const BY_NIBBLE: Readonly<Record<number, readonly Meaning[]>> = {
  0: [volume('gas', 'ft³', 1, '25G 1-foot, by its name')],
  1: [volume('gas', 'ft³', 2, '25G 2-foot, by its name')],
  2: [volume('gas', 'ft³', null, '40G, 40GB')],
  3: [volume('water', null, null, '40W, 50W')],
  4: [
    energy(1, 'C1SR without interval data, 54ESS, C1A-2, C2SOD'),
    demand(0.01, 'R300CD, on the odd one of its two IDs'),
    volume('gas', null, null, 'Sensus R-275, as rtlamr lists it'),
  ],
  5: [
    energy(null, '40E, 41ER-1, 52ESS, 55ESS, R300S'),
    {
      commodity: 'electric',
      quantity: 'unknown',
      unit: 'turns',
      unitsPerCount: 1,
      of: 'one meter, turns of its disk (rtlamr issue 146)',
    },
  ],
  7: TYPE_7,
  8: TYPE_8,
  9: [volume('gas', 'ft³', null, '100T')],
  11: [
    volume('water', null, null, '100W, 100WP, 100WR'),
    volume('water', 'CCF', null, 'one meter (rtlamr issue 265)'),
  ],
  12: [
    volume('gas', 'ft³', 1, '100G'),
    energy(null, 'some early CENTRON (F9CC1C-3) and net meters (rtlamr issue 258)'),
  ],
  13: [volume('water', null, null, '60W, 60WP, 80W-i')],
};

/** Types of eight bits that mean something else than their low four. */
const BY_BYTE: Readonly<Record<number, readonly Meaning[]>> = {
  19: [
    energy(null, 'a net meter by its label (rtlamr issue 258); never seen decoded'),
    volume('water', null, null, 'by the low four bits'),
  ],
};

/** Neptune's registers: what one count is differs between registers of one name. */
const R900: readonly Meaning[] = [
  volume('water', 'gal', 0.1, 'E-Coder in gallons, as rtl_433 takes it'),
  volume('water', 'ft³', 0.01, 'E-Coder in cubic feet, as the register of a published packet showed'),
  volume('water', 'm³', 0.001, 'E-Coder in cubic metres'),
];

/**
 * What a register may count, the most usual first; none where nothing is known.
 * @param protocol `SCM`, `SCM+`, `IDM`, `NetIDM`, `R900`, `R900BCD`
 * @param type     as sent: 4 bits of SCM, 8 of the others; of R900 it tells how the reading is written, not what it is
 */
export function meaningsOf(protocol: string, type: number): readonly Meaning[] {
  if (protocol === 'R900' || protocol === 'R900BCD') return R900;
  const all = BY_BYTE[type] ?? BY_NIBBLE[type & 15] ?? [];
  // Demands and dates come as SCM only: intervals are of energy.
  const ofIntervals = protocol === 'IDM' || protocol === 'NetIDM';
  const energies = ofIntervals ? all.filter(({ quantity }) => quantity === 'energy') : [];
  return energies.length > 0 ? energies : all;
}

/** The commodity of the most usual meaning. */
export function commodityOf(protocol: string, type: number): Commodity {
  return meaningsOf(protocol, type)[0]?.commodity ?? 'unknown';
}

/** What a count of a demand register is, of endpoints that send one; null of others. */
export function demandScaleOf(protocol: string, type: number): Scale | null {
  const meaning = meaningsOf(protocol, type).find(({ quantity }) => quantity === 'demand');
  return meaning === undefined
    ? null
    : { unit: 'kW', unitsPerCount: String(meaning.unitsPerCount), offset: '0' };
}

/** Whether sources contradict each other on the commodity itself. */
export function isContested(protocol: string, type: number): boolean {
  return new Set(meaningsOf(protocol, type).map(({ commodity }) => commodity)).size > 1;
}

import type { Commodity } from './commodity.js';
import { familyOf } from './endpoint.js';
import type { Unit } from './entry.js';
import { meaningsOf } from './meaning.js';
import type { OwnMeter } from './own-meter.js';
import type { Reading } from './reading.js';
import type { Scale } from './scale.js';
import { convert, isConvertible } from './unit.js';

/** What a register can do. */
export interface RegisterLimits {
  /** It is back at 0 after this many counts. */
  readonly modulus: number;
  /** The most it can count in an hour. */
  readonly maxPerHour: number;
  /** The meter counts both ways: a net register. */
  readonly isSigned: boolean;
  /** It shows a value that may be any at any time, a demand or a date: nothing is counted. */
  readonly isGauge: boolean;
  /** The packet tells the register's state at the end of the last interval, not now. */
  readonly isLagging: boolean;
}

/**
 * The most that a service of a house or a small shop can carry in an hour: 400 A at 240 V; 1000 cubic feet of gas;
 * 50 gallons of water a minute, a pipe of one inch. A larger one is told by `maxPerHour`.
 */
const LARGEST_SERVICE: Readonly<Record<Commodity, readonly [amount: string, unit: Unit] | null>> = {
  electric: ['96', 'kWh'],
  gas: ['1000', 'ft³'],
  water: ['3000', 'gal'],
  unknown: null,
};

/** Counts an hour of a service where nobody says what a count is: that of the finest registers there are. */
const FINEST: Readonly<Record<Commodity, number>> = {
  electric: 96_000,
  gas: 10_000,
  water: 40_000,
  unknown: 96_000,
};

/** Electric endpoints of types 7 and 8 send seven decimal digits: a register of XXXXX.XX kWh. */
const SEVEN_DIGITS = 10_000_000;

const SIZE_OF: Readonly<Record<string, number>> = {
  SCM: 2 ** 24,
  'SCM+': 2 ** 32,
  IDM: 2 ** 32,
  NetIDM: 2 ** 24,
  R900: 2 ** 27,
  R900BCD: 1_000_000,
};

const MOST_KINDS = 1000;

/** What a register that a packet tells of can do. @param counts as sent */
export function limitsOf(
  packet: Reading,
  register: string,
  counts: number,
  own: OwnMeter | null,
): RegisterLimits {
  const isSigned = register === 'net';
  return {
    modulus: (isGauge(register) ? null : own?.modulus) ?? modulusOf(packet, counts, isSigned),
    maxPerHour: own?.maxPerHour ?? maxPerHourOf(packet, own),
    isSigned,
    isGauge: isGauge(register),
    isLagging: packet.protocol === 'IDM' || packet.protocol === 'NetIDM',
  };
}

/** Whether a register shows a value of its own each time, and counts nothing. */
export function isGauge(register: string): boolean {
  return register === 'demand' || register === 'date';
}

function modulusOf({ protocol, type }: Reading, counts: number, isSigned: boolean): number {
  const low = type & 15;
  const hasSevenDigits = isSigned || (familyOf(protocol) === 'ert' && (low === 7 || low === 8));
  return hasSevenDigits && counts < SEVEN_DIGITS ? SEVEN_DIGITS : (SIZE_OF[protocol] ?? 2 ** 32);
}

/** By kind of endpoint, as exact decimals take their time. */
const MOST_PER_HOUR = new Map<string, number>();

function maxPerHourOf({ protocol, type, commodity: told }: Reading, own: OwnMeter | null): number {
  const commodity = own?.commodity ?? told;
  const { unit = '', unitsPerCount = '' } = own?.scale ?? {};
  const kind = `${protocol} ${type} ${commodity} ${unit} ${unitsPerCount}`;
  const known = MOST_PER_HOUR.get(kind);
  if (known !== undefined) return known;
  if (MOST_PER_HOUR.size > MOST_KINDS) MOST_PER_HOUR.clear();
  const most = mostPerHour(protocol, type, commodity, own?.scale ?? null);
  MOST_PER_HOUR.set(kind, most);
  return most;
}

function mostPerHour(protocol: string, type: number, commodity: Commodity, scale: Scale | null): number {
  const largest = LARGEST_SERVICE[commodity];
  if (largest === null) return FINEST[commodity];
  const [amount, unit] = largest;
  const inCounts = (of: string, unitsPerCount: string | number): number | null => {
    const known = of as Unit;
    return isConvertible(unit, known)
      ? Number(convert(amount, unit, known, 6)) / Number(unitsPerCount)
      : null;
  };
  if (scale !== null) return inCounts(scale.unit, scale.unitsPerCount) ?? FINEST[commodity];
  const likely = meaningsOf(protocol, type)
    .filter(({ quantity, unit: of }) => of !== null && (quantity === 'energy' || quantity === 'volume'))
    .map(({ unit: of, unitsPerCount }) => (unitsPerCount === null ? null : inCounts(of!, unitsPerCount)))
    .filter((counts) => counts !== null);
  return likely.length === 0 ? FINEST[commodity] : Math.max(...likely);
}

import Big from 'big.js';
import { Fault } from '../errors.js';
import type { Commodity } from './commodity.js';
import { type Decimal, decimalsOf } from './decimal.js';
import type { Unit } from './entry.js';
import type { Meaning } from './meaning.js';
import { dialOf, type Scale } from './scale.js';
import { unitOf } from './unit.js';

/** A register and the dial it stands for, read within minutes of each other. */
export interface DialReading {
  /** Register as the meter sends it. */
  readonly counts: number;
  /** As it is written on the dial, with the digits that a different colour or a point sets apart. */
  readonly dial: Decimal;
  /** The dial's unit, where its reader knows it. */
  readonly unit: Unit | null;
  readonly commodity: Commodity;
  /** What the endpoint's type lets expect. */
  readonly meanings: readonly Meaning[];
}

/** The scale that makes the register say what the dial shows. */
export interface Calibration {
  readonly scale: Scale;
  /** Why this one, for people: a sentence each. */
  readonly evidence: readonly string[];
}

/** Factors besides those of the type: a register may begin in any of the dial's digits. */
const POWERS: readonly Decimal[] = ['1', '0.1', '0.01', '10', '0.001', '100', '0.0001', '1000', '0.00001'];

const USUAL_UNIT: Readonly<Record<Commodity, Unit | null>> = {
  electric: 'kWh',
  gas: 'ft³',
  water: 'gal',
  unknown: null,
};

/** A difference of more than this share of the dial is no offset but a wrong scale. */
const LARGEST_OFFSET: Decimal = '0.01';

/** Fewer steps of the dial than this fit several scales by chance. */
const LEAST_STEPS = 100;

interface Candidate {
  readonly scale: Scale;
  /** Who says so; null for a power of ten that nobody does. */
  readonly of: string | null;
}

/**
 * Finds the scale by one reading of the dial: of those that the type lets expect, then of the powers of ten, the one
 * by which the register comes nearest.
 * @throws Fault `USAGE` where none fits, where the dial shows too little to tell, or where its unit is not known
 */
export function calibrate(reading: DialReading): Calibration {
  const steps = new Big(reading.dial).times(new Big(10).pow(decimalsOf(reading.dial)));
  if (steps.lt(LEAST_STEPS) || reading.counts === 0) {
    const why = `A dial at ${reading.dial} and a register at ${reading.counts} counts fit more than one scale`;
    throw new Fault('USAGE', `${why}; read the dial with all its digits, or give unit and scale yourself.`);
  }
  const ranked = candidatesOf(reading)
    .map((candidate) => ({ candidate, difference: differenceOf(reading, candidate.scale) }))
    .filter(({ difference }) => difference.abs().lte(new Big(reading.dial).times(LARGEST_OFFSET)))
    .sort((one, other) => nearness(one.difference, reading) - nearness(other.difference, reading));
  if (ranked.length === 0) throw nothingFits(reading);
  const [{ candidate, difference }] = ranked;
  return calibrationOf(reading, candidate, difference);
}

/** The scales that may be, the most usual first, each once. */
function candidatesOf({ meanings, unit, commodity }: DialReading): readonly Candidate[] {
  const told = meanings.flatMap(({ unit: name, unitsPerCount, of }) => {
    const known = name === null ? null : unitOf(name);
    return known === null || unitsPerCount === null || (unit !== null && known !== unit)
      ? []
      : [{ scale: { unit: known, unitsPerCount: new Big(unitsPerCount).toFixed(), offset: '0' }, of }];
  });
  const named = meanings.map(({ unit: name }) => (name === null ? null : unitOf(name)));
  const likely = unit ?? named.find((one) => one !== null) ?? USUAL_UNIT[commodity];
  if (likely === null) {
    throw new Fault('USAGE', 'Nothing tells what this meter counts; say it with --unit, such as --unit kWh.');
  }
  const powers = POWERS.map((unitsPerCount) => ({
    scale: { unit: likely, unitsPerCount, offset: '0' },
    of: null,
  }));
  return [...told, ...powers];
}

/** What the dial shows more than the register says, where both are told as coarsely as the coarser of them. */
function differenceOf({ counts, dial }: DialReading, scale: Scale): Big {
  const exact = new Big(dialOf(counts, scale));
  const digits = Math.min(decimalsOf(dial), decimalsOf(scale.unitsPerCount));
  return new Big(dial).round(digits, Big.roundDown).minus(exact.round(digits, Big.roundDown));
}

/** Whole steps of the dial that the difference is; sorting is stable, so what is usual goes before what is not. */
function nearness(difference: Big, { dial }: DialReading): number {
  return Number(
    difference
      .abs()
      .times(new Big(10).pow(decimalsOf(dial)))
      .toFixed(0),
  );
}

function calibrationOf(reading: DialReading, { scale, of }: Candidate, difference: Big): Calibration {
  const { counts, dial } = reading;
  const { unit, unitsPerCount } = scale;
  const product = `${counts} counts of ${unitsPerCount} ${unit} are ${dialOf(counts, scale)} ${unit}`;
  const source =
    of === null
      ? 'The meter’s type does not tell this scale: only the dial does.'
      : `So the type has it, too: ${of}.`;
  if (difference.eq(0)) return { scale, evidence: [`${product}; the dial shows ${dial}.`, source] };
  const offset = difference.toFixed(decimalsOf(dial));
  const apart = `${product}; the dial shows ${dial}, ${offset.startsWith('-') ? '' : '+'}${offset} ${unit}.`;
  const advice =
    'The difference is kept as the offset; where use since the reading explains it, set it to 0.';
  return { scale: { ...scale, offset }, evidence: [apart, advice, source] };
}

function nothingFits({ counts, dial, unit }: DialReading): Fault {
  const what = unit === null ? dial : `${dial} ${unit}`;
  const advice =
    'check the ID and the digits, or give unit and scale yourself where the dial was exchanged without its radio';
  return new Fault('USAGE', `No scale makes ${counts} counts ${what}; ${advice}.`);
}

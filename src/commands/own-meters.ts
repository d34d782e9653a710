import { type Command, Option } from 'commander';
import type { MeterSettings } from '../config/meter-schema.js';
import { METER } from '../config/meter-schema.js';
import { Fault } from '../errors.js';
import { type Calibration, calibrate } from '../readings/calibration.js';
import type { Commodity } from '../readings/commodity.js';
import { type Decimal, parseDecimal } from '../readings/decimal.js';
import { keyOfId, ownMeterOf, parseLabel } from '../readings/describe-meter.js';
import { isContested, meaningsOf } from '../readings/meaning.js';
import type { OwnMeter } from '../readings/own-meter.js';
import type { Scale } from '../readings/scale.js';
import { unitOf } from '../readings/unit.js';
import { changeDatabase } from '../sinks/sqlite-change.js';
import { deleteOwnMeter, readOwnMeters, writeOwnMeter } from '../sinks/sqlite-own-meters.js';
import { DatabaseReader, type MeterRow } from '../sinks/sqlite-read.js';
import { optionValue } from './option-value.js';

/** What `ertd meters add` is told of a meter. */
export interface MeterOptions {
  readonly name: string;
  readonly commodity?: MeterSettings['commodity'];
  readonly unit?: string;
  readonly scale?: string;
  readonly offset?: string;
  readonly wrap?: number;
  readonly maxPerHour?: number;
  readonly family?: MeterSettings['family'];
  readonly generationId?: string;
  readonly netId?: string;
  readonly demandId?: string;
  readonly dial?: string;
}

/** Adds the options that describe a meter; their names and rules are those of `[[meters]]`. */
export function addMeterOptions(command: Command): Command {
  const { shape } = METER;
  const about = (key: keyof typeof shape): string => shape[key].description ?? '';
  return command
    .requiredOption('--name <name>', about('name'))
    .addOption(new Option('--commodity <what>', about('commodity')).choices(['electric', 'gas', 'water']))
    .option('--unit <unit>', about('unit'))
    .addOption(new Option('--scale <number>', about('scale')).argParser(optionValue(parseDecimal)))
    .addOption(new Option('--offset <number>', about('offset')).argParser(optionValue(parseDecimal)))
    .addOption(
      new Option('--dial <number>', 'What the dial shows now: finds unit, scale and offset by it.').argParser(
        optionValue(parseDecimal),
      ),
    )
    .addOption(new Option('--wrap <counts>', about('wrap')).argParser(Number))
    .addOption(new Option('--max-per-hour <number>', about('maxPerHour')).argParser(Number))
    .addOption(new Option('--family <family>', about('family')).choices(['ert', 'neptune']))
    .option('--generation-id <id>', about('generationId'))
    .option('--net-id <id>', about('netId'))
    .option('--demand-id <id>', about('demandId'));
}

/** A meter that was added, and what is to be said of it. */
export interface Added {
  readonly meter: OwnMeter;
  readonly notes: readonly string[];
}

/**
 * Adds a meter of the user to a database, or describes one anew.
 * @param label its ID, or what stands on its glass
 * @throws Fault `USAGE` for what cannot be; others as `changeDatabase`
 */
export function addMeter(path: string, label: string, options: MeterOptions): Added {
  const { id, type } = parseLabel(label);
  const heard = heardOf(path, id, options.family);
  const calibration = options.dial === undefined ? null : calibrationOf(options, options.dial, heard, id);
  const { dial: _, ...told } = options;
  const scale = calibration?.scale;
  const settings = METER.safeParse({
    ...told,
    id,
    ...(scale !== undefined && { unit: scale.unit, scale: scale.unitsPerCount, offset: scale.offset }),
  });
  if (!settings.success) throw wrongOption(settings.error.issues[0].path.join('.'));
  const described = ownMeterOf(settings.data);
  const meter = { ...described, key: heard?.key ?? described.key };
  changeDatabase(path, (db) => writeOwnMeter(db, meter));
  return { meter, notes: [...notesOn(heard, type, meter), ...(calibration?.evidence ?? [])] };
}

/** @throws Fault `USAGE` where there is none of that name or ID */
export function renameMeter(path: string, which: string, name: string): OwnMeter {
  return changeDatabase(path, (db) => {
    const meter = { ...ownMeterNamed(readOwnMeters(db), which), name };
    writeOwnMeter(db, meter);
    return meter;
  });
}

/** @throws Fault `USAGE` where there is none of that name or ID */
export function removeMeter(path: string, which: string): OwnMeter {
  return changeDatabase(path, (db) => {
    const meter = ownMeterNamed(readOwnMeters(db), which);
    deleteOwnMeter(db, meter.key);
    return meter;
  });
}

function ownMeterNamed(meters: readonly OwnMeter[], which: string): OwnMeter {
  const meter = meters.find(({ key, name }) => [key, name, key.split('-')[1]].includes(which));
  if (meter !== undefined) return meter;
  const names = meters.map(({ name }) => name).join(', ') || 'none';
  const where = 'Those of the configuration file are changed there';
  throw new Fault('USAGE', `No meter ${which} was added; there are: ${names}. ${where}.`);
}

function heardOf(path: string, id: number, family: MeterSettings['family']): MeterRow | null {
  const reader = DatabaseReader.open(path);
  try {
    const rows = reader.meters().filter((row) => row.id === id);
    const key = keyOfId(id, family);
    if (family !== undefined || rows.length > 1) return rows.find((row) => row.key === key) ?? null;
    return rows[0] ?? null;
  } finally {
    reader.close();
  }
}

/**
 * The scale of a meter that was heard, by what its dial shows.
 * @throws Fault `USAGE` where it was not heard, or no scale fits
 */
export function scaleByDial(path: string, label: string, dial: Decimal): Scale {
  const { id } = parseLabel(label);
  return calibrationOf({}, dial, heardOf(path, id, undefined), id).scale;
}

function calibrationOf(
  { unit, commodity }: Pick<MeterOptions, 'unit' | 'commodity'>,
  dial: string,
  heard: MeterRow | null,
  id: number,
): Calibration {
  if (heard === null || heard.consumption === null) {
    const advice = 'leave out --dial, and add it again with it when ertd meters lists it';
    throw new Fault('USAGE', `The meter ${id} has not been heard yet, so its dial tells nothing; ${advice}.`);
  }
  const known = unit === undefined ? null : unitOf(unit);
  if (unit !== undefined && known === null) throw wrongOption('unit');
  return calibrate({
    ...{ counts: heard.consumption, dial, unit: known },
    commodity: commodity ?? (heard.commodity as Commodity),
    meanings: meaningsOf(heard.protocol, heard.type),
  });
}

function wrongOption(key: string): Fault {
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const field = METER.shape[key as keyof typeof METER.shape];
  return new Fault('USAGE', `${flag} is wrong: ${field?.description ?? 'see --help'}`);
}

function notesOn(heard: MeterRow | null, type: number | null, { commodity }: OwnMeter): string[] {
  if (heard === null) return ['It has not been heard yet.'];
  const notes: string[] = [];
  if (commodity === null && isContested(heard.protocol, heard.type))
    notes.push(`It is taken for ${heard.commodity}, but others of its type are not: see --commodity.`);
  if (heard.register === 'demand' || heard.register === 'date')
    notes.push(`This ID tells a ${heard.register}, no consumption: that has one of the IDs before it.`);
  const isOther = type !== null && !heard.protocol.startsWith('R900') && (heard.type & 15) !== type % 16;
  if (isOther)
    notes.push(`Its label says type ${type}, but it sends ${heard.type}: look at the label again.`);
  return notes;
}

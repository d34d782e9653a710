import type { MeterSettings } from '../config/meter-schema.js';
import { Fault } from '../errors.js';
import { type EndpointKey, type Family, familyOf } from './endpoint.js';
import type { RegisterName } from './entry.js';
import type { OwnMeter } from './own-meter.js';
import type { Scale } from './scale.js';
import { unitOf } from './unit.js';

/** `07 12345678`, as it stands on the glass: the ERT type, then the ID. */
const LABEL = /^(?:(\d{2})[\s-]+)?(\d{1,10})$/;

/** What a label says. */
export interface LabelText {
  readonly id: number;
  /** Null where only the ID is given. */
  readonly type: number | null;
}

/**
 * Reads an ID, or the label of a meter with the type before it.
 * @throws Fault `USAGE`
 */
export function parseLabel(text: string | number): LabelText {
  const [, type, id] = LABEL.exec(String(text).trim()) ?? [];
  const number = Number(id);
  if (id === undefined || number < 1 || number >= 2 ** 32) {
    const advice = 'write its ID, like 10000001, or its label, like "07 10000001"';
    throw new Fault('USAGE', `"${text}" is not the ID of a meter; ${advice}.`);
  }
  return { id: number, type: type === undefined ? null : Number(type) };
}

/** SCM has IDs up to 2^26, and those of the others in use are seldom longer; Neptune's have ten digits. */
const NEPTUNE_FROM = 2 ** 28;

/** The key of an endpoint by its ID alone. */
export function keyOfId(id: number, family: Family | undefined): EndpointKey {
  const likely = id >= NEPTUNE_FROM ? familyOf('R900') : familyOf('SCM');
  return `${family ?? likely}-${id}`;
}

/**
 * Completes a meter as its owner described it.
 * @throws Fault `USAGE` for what cannot be
 */
export function ownMeterOf(settings: MeterSettings): OwnMeter {
  const { name, commodity, family, wrap, maxPerHour } = settings;
  const scale = scaleOf(settings);
  const perCount = scale === null ? 1 : Number(scale.unitsPerCount);
  return {
    key: keyOfId(parseLabel(settings.id).id, family),
    name,
    commodity: commodity ?? null,
    scale,
    modulus: wrap ?? null,
    maxPerHour: maxPerHour === undefined ? null : maxPerHour / perCount,
    siblings: siblingsOf(settings),
  };
}

function scaleOf({ name, unit, scale, offset }: MeterSettings): Scale | null {
  if (unit === undefined && scale === undefined && offset === undefined) return null;
  const known = unit === undefined ? null : unitOf(unit);
  if (known === null || scale === undefined) {
    throw new Fault('USAGE', `The meter "${name}" has one of unit and scale; give both, or neither.`);
  }
  if (Number(scale) <= 0) throw new Fault('USAGE', `The scale of "${name}" is ${scale}; it is above 0.`);
  return { unit: known, unitsPerCount: scale, offset: offset ?? '0' };
}

function siblingsOf({ family, generationId, netId, demandId }: MeterSettings): OwnMeter['siblings'] {
  const siblings = new Map<EndpointKey, RegisterName>();
  if (generationId !== undefined) siblings.set(keyOfId(parseLabel(generationId).id, family), 'generation');
  if (netId !== undefined) siblings.set(keyOfId(parseLabel(netId).id, family), 'net');
  if (demandId !== undefined) siblings.set(keyOfId(parseLabel(demandId).id, family), 'demand');
  return siblings;
}

/**
 * The user's meters of the configuration and of the database; of one that is in both, that of the configuration counts.
 * @throws Fault `CONFIG` for what cannot be
 */
export function ownMetersOf(configured: readonly MeterSettings[], added: readonly OwnMeter[]): OwnMeter[] {
  const own = new Map<EndpointKey, OwnMeter>();
  for (const settings of configured) {
    const meter = described(settings);
    if (own.has(meter.key))
      throw new Fault('CONFIG', `The configuration has the meter ${meter.key} twice; leave one of them.`);
    own.set(meter.key, meter);
  }
  for (const meter of added) if (!own.has(meter.key)) own.set(meter.key, meter);
  return [...own.values()];
}

function described(settings: MeterSettings): OwnMeter {
  try {
    return ownMeterOf(settings);
  } catch (error) {
    if (error instanceof Fault) throw new Fault('CONFIG', error.message, { cause: error });
    throw error;
  }
}

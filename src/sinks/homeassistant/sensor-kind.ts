import type { Commodity } from '../../readings/commodity.js';
import type { Unit } from '../../readings/entry.js';

/** What a register of a meter is to Home Assistant. */
export interface SensorKind {
  readonly deviceClass: 'energy' | 'gas' | 'water' | 'power';
  /** What is used now: its class, its unit, and what an hour's use is multiplied by. */
  readonly flow: FlowKind | null;
}

interface FlowKind {
  readonly deviceClass: 'power' | 'volume_flow_rate';
  readonly unit: string;
  readonly ofAnHour: number;
}

const POWER: FlowKind = { deviceClass: 'power', unit: 'kW', ofAnHour: 1 };

function volumeFlow(unit: string, ofAnHour: number): FlowKind {
  return { deviceClass: 'volume_flow_rate', unit, ofAnHour };
}

/** Units are written as Home Assistant spells them, and only those that it takes for the class. */
const VOLUME_FLOWS: Partial<Record<Unit, FlowKind>> = {
  'm³': volumeFlow('m³/h', 1),
  L: volumeFlow('L/min', 1 / 60),
  'ft³': volumeFlow('ft³/min', 1 / 60),
  CCF: volumeFlow('ft³/min', 100 / 60),
  gal: volumeFlow('gal/min', 1 / 60),
};

const GAS_UNITS: readonly Unit[] = ['m³', 'L', 'ft³', 'CCF'];

/** Null where Home Assistant has no class for this: then it is shown as a plain number. */
export function sensorKind(commodity: Commodity, unit: Unit | null): SensorKind | null {
  if (unit === 'kW') return { deviceClass: 'power', flow: null };
  if (unit === 'kWh') return { deviceClass: 'energy', flow: POWER };
  if (unit === null) return null;
  const flow = VOLUME_FLOWS[unit] ?? null;
  if (commodity === 'water') return { deviceClass: 'water', flow };
  if (commodity === 'gas' && GAS_UNITS.includes(unit)) return { deviceClass: 'gas', flow };
  return null;
}

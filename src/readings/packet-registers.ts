import type { EndpointUse } from './own-meter.js';
import type { Reading } from './reading.js';
import { tamperCountersOf } from './tamper.js';

/** A register as a packet tells it, counts as sent. */
export type RegisterValues = ReadonlyMap<EndpointUse, number>;

const NAMES: readonly EndpointUse[] = ['consumption', 'generation', 'net'];

/**
 * The registers that a packet tells; none where the meter had nothing to tell.
 * @param role what the endpoint's consumption is to its meter
 */
export function registersOf({ consumption, fields }: Reading, role: EndpointUse): RegisterValues {
  if (role === 'former') return new Map();
  const told: [EndpointUse, unknown][] =
    role === 'consumption'
      ? NAMES.map((name) => [name, name === 'consumption' ? consumption : fields[name]])
      : [[role, consumption]];
  return new Map(told.filter((entry): entry is [EndpointUse, number] => typeof entry[1] === 'number'));
}

/** What a packet says of tampering, as text that can be compared with that of another packet of its protocol. */
export function tamperOf({ protocol, commodity, fields }: Reading): string {
  return tamperCountersOf(protocol, commodity, fields)
    .map(({ value }) => value)
    .join(',');
}

/** Whether a repeater says that it sent this. So do the published packets that were right by their check and wrong. */
export function isRelayed({ fields }: Reading): boolean {
  return fields.relayed === true;
}

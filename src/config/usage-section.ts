import * as z from 'zod';
import { INTERVAL_LENGTHS, isZone } from '../readings/time-grid.js';
import { zoneHere } from '../readings/zoned-time.js';
import { listed, oneOf, setting, whole } from './setting-schema.js';

/** What is made of readings: intervals, days, bills. */
export const USAGE = z.strictObject({
  zone: setting(
    z
      .string()
      .refine((name) => name === '' || isZone(name))
      .prefault(''),
    'the name of a time zone, such as "America/New_York", or ""',
    'In whose time days begin and rates count; "" is the zone of this machine.',
  ),
  intervals: setting(
    z.array(z.enum(INTERVAL_LENGTHS)).prefault(['15m', '1h', '1d']),
    `a list of ${listed(INTERVAL_LENGTHS)}, such as ["15m"], or []`,
    'Of which intervals sinks are told the consumption, once they are over.',
  ),
  demandInterval: oneOf(['5m', '15m', '1h'], '15m', 'Peak demand is the highest mean of so long.'),
  billingDay: whole(
    1,
    28,
    1,
    'Day of the month that bills begin on: registers are read at its start, and peak demand begins anew.',
  ),
});

/** The settings with the zone that counts. */
export function usageHere({ zone, ...rest }: z.output<typeof USAGE>) {
  return { ...rest, zone: zone === '' ? zoneHere() : zone };
}

import * as z from 'zod';
import { setting } from './setting-schema.js';

const UNITS = ['kWh', 'kW', 'm³', 'm3', 'L', 'ft³', 'ft3', 'CCF', 'gal'] as const;
const DECIMAL = /^-?\d{1,12}(\.\d{1,12})?$/;

/** As `parseLabel` reads it. */
const LABEL = /^\s*(?:\d{2}[\s-]+)?\d{1,10}\s*$/;

const id = z.union([z.int().min(1), z.string().regex(LABEL)]);
const decimal = z.union([z.number(), z.string().regex(DECIMAL)]).transform(String);
const ID_WANTS = 'an ID, such as 10000001, or what the label says, such as "07 10000001"';

/** A meter of the user, as `[[meters]]` describes it. */
export const METER = z.strictObject({
  id: setting(id, ID_WANTS, "The meter's ID, or its label with the two digits of the type before it."),
  name: setting(z.string().min(1).max(80), 'a name', 'What it is called.'),
  family: setting(
    z.enum(['ert', 'neptune']).optional(),
    '"ert" or "neptune"',
    'Whose numbers its ID is of: Neptune’s (R900) are another series than those of the others.',
  ),
  commodity: setting(
    z.enum(['electric', 'gas', 'water']).optional(),
    '"electric", "gas" or "water"',
    'What it counts, where its type says otherwise.',
  ),
  unit: setting(z.enum(UNITS).optional(), `one of ${UNITS.join(', ')}`, 'The unit of its dial.'),
  scale: setting(decimal.optional(), 'a number, such as "0.01"', 'Units a count.'),
  offset: setting(
    decimal.optional(),
    'a number, such as "-12.5"',
    'What the dial shows while the register is at zero, in units.',
  ),
  wrap: setting(
    z
      .int()
      .min(100)
      .max(2 ** 32)
      .optional(),
    'a whole number from 100 to 4294967296',
    'The register is back at zero after so many counts: 1000000 for six digits.',
  ),
  maxPerHour: setting(
    z.number().positive().optional(),
    'a number above 0',
    'The most it can count in an hour, in units, where that is more or less than a house uses.',
  ),
  generationId: setting(
    id.optional(),
    ID_WANTS,
    'The ID of the endpoint that tells what is fed back, of a meter with several.',
  ),
  netId: setting(id.optional(), ID_WANTS, 'The ID of the endpoint that tells the difference.'),
  demandId: setting(
    id.optional(),
    ID_WANTS,
    'The ID of the endpoint that tells the greatest demand, of a meter with several.',
  ),
});

/** A meter as the configuration has it. */
export type MeterSettings = z.output<typeof METER>;

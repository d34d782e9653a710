import { z } from '@hono/zod-openapi';
import { keptSurveySchema } from '../survey/kept-survey.js';

/** What is answered where something is wrong: one sentence. */
export const ErrorSchema = z.object({ error: z.string() }).openapi('Error');

export const ReceiverSchema = z
  .object({
    name: z.string(),
    source: z.string().openapi({ example: 'rtlsdr:00000001' }),
    state: z.string().openapi({ description: 'receiving, recovering or hanging' }),
    why: z.string().nullable().openapi({ description: 'Why no samples flow; null while they do.' }),
    centerHz: z.number(),
    sampleRateHz: z.number(),
    gainDb: z.union([z.number(), z.enum(['auto', 'agc'])]),
    ppm: z.number().openapi({ description: 'Correction of the crystal that the radio is set to.' }),
    noiseDbfs: z.number().nullable(),
    samples: z.number(),
    lostSamples: z.number(),
    droppedSamples: z.number(),
    clippedSamples: z.number(),
    packets: z.number(),
    meters: z.number(),
    secondsSincePacket: z.number().nullable(),
    refused: z
      .record(z.string(), z.number())
      .openapi({ description: 'Candidates that became no packet, by reason.' }),
  })
  .openapi('Receiver');

export const StatusSchema = z
  .object({
    startedMs: z.number(),
    healthy: z.boolean(),
    receivers: z.array(ReceiverSchema),
    database: z
      .object({ path: z.string(), queued: z.number(), trouble: z.string().nullable() })
      .nullable()
      .openapi({ description: 'Null where none is kept.' }),
  })
  .openapi('Status');

export const HealthSchema = z
  .object({ healthy: z.boolean(), reasons: z.array(z.string()) })
  .openapi('Health');

export const SettingSchema = z
  .object({
    name: z.string().openapi({ example: 'receiver.centerHz' }),
    value: z.unknown().openapi({ description: 'Secrets are masked.' }),
    origin: z.string().openapi({ description: 'default, file, environment or flag' }),
    description: z.string(),
  })
  .openapi('Setting');

const Commodity = z.enum(['electric', 'gas', 'water', 'unknown']);
const UnitName = z.enum(['kWh', 'kW', 'm³', 'L', 'ft³', 'CCF', 'gal']);
/** What a meter may count. */
export const MeterUnit = UnitName.exclude(['kW']);
const Decimal = z.string().openapi({ description: 'Exact decimal.', example: '12345.67' });
export const RegisterName = z.enum(['consumption', 'generation', 'net', 'demand']);
const Quality = z.enum(['measured', 'interpolated', 'missing']);
const Millis = z.number().openapi({ description: 'Milliseconds since 1970.' });

export const EndpointSchema = z
  .object({
    key: z.string(),
    id: z.number(),
    protocols: z.array(z.string()),
    type: z.number(),
    carrierHz: z.number(),
    snrDb: z.number(),
    strongestSnrDb: z.number(),
    packets: z.number(),
    periodMs: z.number().nullable().openapi({ description: 'From one packet to the next.' }),
  })
  .openapi('Endpoint');

export const MeterSchema = z
  .object({
    key: z.string().openapi({ example: 'ert-10000001' }),
    name: z.string().nullable().openapi({ description: 'Null for a meter that nobody has named.' }),
    commodity: Commodity,
    unit: UnitName.nullable().openapi({ description: 'Null while the scale is not known.' }),
    registers: z.array(
      z.object({
        name: RegisterName,
        counts: z.number(),
        value: Decimal.nullable(),
        unit: UnitName.nullable(),
      }),
    ),
    rate: Decimal.nullable().openapi({ description: 'What flows now, units an hour, by the last change.' }),
    endpoints: z.array(EndpointSchema),
    firstHeardMs: Millis,
    lastHeardMs: Millis,
    packets: z.number(),
    expected: z.number().openapi({ description: 'Packets that it will have sent meanwhile.' }),
  })
  .openapi('Meter');

export const CandidateSchema = z
  .object({
    candidate: z.string().openapi({ description: 'Names it to `found`, as long as ertd runs.' }),
    key: z.string().nullable().openapi({ description: 'Null where it may not be shown before it is yours.' }),
    commodity: Commodity,
    snrDb: z.number(),
    probability: z.number().openapi({ description: 'That it is the one, 0 to 1.' }),
    reasons: z.array(z.string()),
  })
  .openapi('Candidate');

export const ReadingSchema = z
  .object({
    timeMs: Millis,
    register: RegisterName,
    counts: z.number(),
    value: Decimal.nullable(),
    unit: UnitName.nullable(),
    totalCounts: z.number(),
    beginsAnew: z.boolean(),
  })
  .openapi('Reading');

export const UsageSchema = z
  .object({
    key: z.string(),
    register: RegisterName,
    length: z.enum(['5m', '15m', '1h', '1d']),
    unit: UnitName.nullable(),
    intervals: z.array(
      z.object({
        startMs: Millis,
        endMs: Millis,
        counts: z.number().nullable(),
        value: Decimal.nullable(),
        quality: Quality,
      }),
    ),
  })
  .openapi('Usage');

export const RegisterInfoSchema = z
  .object({
    register: RegisterName,
    modulus: z.number().openapi({ description: 'It is back at zero after so many counts.' }),
    scale: z
      .object({ unit: UnitName, unitsPerCount: Decimal, offset: Decimal })
      .nullable()
      .openapi({ description: 'Null while it is not known.' }),
    firstMs: Millis.nullable(),
    lastMs: Millis.nullable(),
  })
  .openapi('Register');

const SelfReadSchema = z.object({
  timeMs: Millis,
  counts: z.number().nullable(),
  dial: Decimal.nullable(),
  certainty: Quality,
  heardBeforeMs: Millis.nullable(),
  heardAfterMs: Millis.nullable(),
});

const BillSchema = z.object({
  tariff: z.string(),
  unit: UnitName,
  currency: z.string(),
  rates: z.array(
    z.object({ rate: z.string(), amount: Decimal, price: Decimal, cost: Decimal, quality: Quality }),
  ),
  standing: z.object({ count: Decimal, per: z.enum(['day', 'month']), cost: Decimal }).nullable(),
  total: Decimal,
});

export const StatementSchema = z
  .object({
    register: RegisterName,
    fromMs: Millis,
    untilMs: Millis.openapi({ description: 'No later than the last reading.' }),
    opening: SelfReadSchema,
    closing: SelfReadSchema,
    counts: z.number(),
    value: Decimal.nullable(),
    unit: UnitName.nullable(),
    quality: Quality.openapi({ description: 'Where it is missing, more was used than is known.' }),
    bills: z.array(BillSchema),
  })
  .openapi('Statement');

export const TotalsSchema = z
  .object({
    key: z.string(),
    register: RegisterName,
    by: z.enum(['day', 'month', 'bill']),
    unit: UnitName.nullable(),
    periods: z.array(
      z.object({
        startMs: Millis,
        endMs: Millis,
        isOver: z.boolean().openapi({ description: 'Whether readings reach to its end.' }),
        quality: Quality,
        counts: z.number().nullable(),
        value: Decimal.nullable(),
        peak: z.object({ startMs: Millis, value: Decimal, unit: z.string() }).nullable(),
      }),
    ),
  })
  .openapi('Totals');

export const EventSchema = z
  .object({
    id: z.string(),
    type: z.string().openapi({ example: 'leak' }),
    meter: z.string().nullable(),
    timeMs: Millis,
    endMs: Millis.nullable(),
    severity: z.enum(['info', 'warning', 'alarm']),
    message: z.string(),
  })
  .openapi('Event');

export const SuspectSchema = z
  .object({
    id: z.number(),
    endpoint: z.string(),
    doubt: z.string().openapi({ description: 'Why it is not believed.' }),
    sightings: z.number(),
    firstMs: Millis,
    lastMs: Millis,
    outcome: z.string(),
  })
  .openapi('Suspect');

export const SurveySchema = z
  .object({
    survey: keptSurveySchema
      .nullable()
      .openapi({ description: 'What ertd survey found last; null where there was none.' }),
    channels: z
      .array(
        z.object({
          carrierHz: z.number(),
          seconds: z.number(),
          packetsPerMinute: z.number(),
          busyShare: z.number(),
        }),
      )
      .openapi({
        description: 'Use of the channels of the ERT plan, as far as ertd has listened to them of late.',
      }),
  })
  .openapi('Survey');

/** A response of JSON, for a route's table of responses. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** The responses that any route may give. */
export const REFUSALS = {
  400: json(ErrorSchema, 'What is asked for makes no sense.'),
  401: json(ErrorSchema, 'Nobody is logged in.'),
} as const;

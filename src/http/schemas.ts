import { z } from '@hono/zod-openapi';

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

/** A response of JSON, for a route's table of responses. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** The responses that any route may give. */
export const REFUSALS = {
  400: json(ErrorSchema, 'What is asked for makes no sense.'),
  401: json(ErrorSchema, 'Nobody is logged in.'),
} as const;

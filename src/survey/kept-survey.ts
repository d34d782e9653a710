import * as z from 'zod';

const Hz = z.number();

/** What is kept of a survey: where what is in the band, and of meters no more than how many there were. */
export const keptSurveySchema = z.object({
  /** When it ended, ms since 1970. */
  endedMs: z.number(),
  /** Time listened, in all windows together. */
  seconds: z.number(),
  sampleRateHz: Hz,
  packets: z.number(),
  meters: z.number(),
  windows: z.array(
    z.object({
      ...{
        centerHz: Hz,
        lowHz: Hz,
        highHz: Hz,
        seconds: z.number(),
        packets: z.number(),
        meters: z.number(),
      },
      ...{ noiseDbfs: z.number().nullable(), clippedShare: z.number() },
      foreign: z.record(z.string(), z.number()),
    }),
  ),
  channels: z.array(
    z.object({
      ...{ carrierHz: Hz, seconds: z.number(), packets: z.number() },
      ...{ packetsPerMinute: z.number(), busyShare: z.number() },
    }),
  ),
  carriers: z.array(z.object({ hz: Hz, overNoiseDb: z.number() })),
  best: z.object({ centerHz: Hz, packetsPerHour: z.number(), meters: z.number() }),
});

export type KeptSurvey = z.infer<typeof keptSurveySchema>;

/** The raster of the ERT plan: its channels are whole multiples of this, Hz. */
const ERT_RASTER_HZ = 65_522.699;
/** First and last multiple of each group; within a group every third is a channel, some 196.6 kHz apart. */
const ERT_GROUPS: readonly (readonly [first: number, last: number])[] = [
  [13_882, 13_891],
  [13_907, 13_949],
  [13_965, 14_007],
  [14_023, 14_068],
];

/** The 50 channels from 909.6 to 921.8 MHz that ERT endpoints hop over, Hz; groups of 4, 15, 15 and 16. */
export const ERT_CHANNELS_HZ: readonly number[] = ERT_GROUPS.flatMap(([first, last]) =>
  Array.from({ length: (last - first) / 3 + 1 }, (_, i) => ERT_RASTER_HZ * (first + 3 * i)),
);

/** R900's channels are four chip rates apart, in two groups with 914 MHz left out between them. */
const R900_STEP_HZ = 4 * 32_768;
const R900_GROUPS: readonly { readonly firstHz: number; readonly channels: number }[] = [
  { firstHz: 911_088_000, channels: 17 },
  { firstHz: 914_857_000, channels: 33 },
];

/** The 50 channels from 911.1 to 919.1 MHz that R900 endpoints hop over, Hz. */
export const R900_CHANNELS_HZ: readonly number[] = R900_GROUPS.flatMap(({ firstHz, channels }) =>
  Array.from({ length: channels }, (_, i) => firstHz + i * R900_STEP_HZ),
);

/** The channels of both plans, from the lowest to the highest, Hz. */
export const ALL_CHANNELS_HZ: readonly number[] = [...ERT_CHANNELS_HZ, ...R900_CHANNELS_HZ].sort(
  (a, b) => a - b,
);

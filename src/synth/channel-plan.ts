import type { Random } from './random.js';

/** The raster of the plan: its channels are whole multiples of this, Hz. */
const RASTER_HZ = 65_522.699;
/** First and last multiple of each group; within a group every third is a channel, some 196.6 kHz apart. */
const GROUPS: readonly (readonly [first: number, last: number])[] = [
  [13_882, 13_891],
  [13_907, 13_949],
  [13_965, 14_007],
  [14_023, 14_068],
];

/** The 50 channels from 909.6 to 921.8 MHz that ERT endpoints hop over, Hz; groups of 4, 15, 15 and 16. */
export const CHANNELS_HZ: readonly number[] = GROUPS.flatMap(([first, last]) =>
  Array.from({ length: (last - first) / 3 + 1 }, (_, i) => RASTER_HZ * (first + 3 * i)),
);

/** An order in which an endpoint goes through all channels, again and again: indices of {@link CHANNELS_HZ}. */
export function hopOrder(random: Random): Uint8Array {
  const order = Uint8Array.from(CHANNELS_HZ, (_, channel) => channel);
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

/** Neptune's raster, Hz: four times the chip rate. Its two groups of channels leave out what is around 914 MHz. */
const NEPTUNE_RASTER_HZ = 131_072;
const NEPTUNE_GROUPS: readonly (readonly [firstHz: number, channels: number])[] = [
  [911_088_000, 17],
  [914_857_000, 33],
];

/** The 50 channels from 911.1 to 919.1 MHz that R900 endpoints hop over, Hz; as measured on one of them. */
export const NEPTUNE_CHANNELS_HZ: readonly number[] = NEPTUNE_GROUPS.flatMap(([firstHz, channels]) =>
  Array.from({ length: channels }, (_, i) => firstHz + NEPTUNE_RASTER_HZ * i),
);

/** The order in which an R900 endpoint goes through them, from a channel on: by leaps. */
export function neptuneHopOrder(first: number): Uint8Array {
  const order = new Uint8Array(NEPTUNE_CHANNELS_HZ.length).fill(first);
  for (let i = 1; i < order.length; i++) {
    order[i] = (order[i - 1] + leapFrom(order[i - 1])) % order.length;
  }
  return order;
}

function leapFrom(channel: number): number {
  if (channel < 25) return 25;
  if (channel < 40) return 35;
  if (channel < 44) return 11;
  return channel === 44 ? 6 : 10;
}

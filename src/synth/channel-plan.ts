import { ERT_CHANNELS_HZ, R900_CHANNELS_HZ } from '../listening/channel-plans.js';
import type { Random } from './random.js';

/** The channels that made-up meters hop over, Hz: ERT endpoints those, R900 endpoints these. */
export const CHANNELS_HZ = ERT_CHANNELS_HZ;
export const NEPTUNE_CHANNELS_HZ = R900_CHANNELS_HZ;

/** An order in which an endpoint goes through all channels, again and again: indices of {@link CHANNELS_HZ}. */
export function hopOrder(random: Random): Uint8Array {
  const order = Uint8Array.from(CHANNELS_HZ, (_, channel) => channel);
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

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

import type { Hearing } from './hearing.js';

/**
 * Whether silence is chance. A meter that is heard every `gap` on average stays silent for t by chance with probability
 * e^(−t/gap): packets are lost on their own, as hops and collisions are random. So evidence against chance is t/gap, in
 * nats, and that of several meters that fell silent together is their sum, less what it is worth that they were chosen
 * among many.
 */

/** A street has some 10⁷ gaps a year (16 nats): with so much more, chance makes one silence of 10⁴ years. */
const ENOUGH_NATS = 25;
/** A meter that had been silent for so many gaps before fell silent on its own. */
const ON_ITS_OWN = 8;
/** Fewer that fall silent together may stand behind the same lorry. */
const LEAST_OF_MANY = 3;
const LEAST_OF_ALL = 2;
/** Of the others that should be heard meanwhile, so many must be. */
const STILL_HEARD = 0.5;

export interface SilentGroup {
  readonly members: readonly Hearing[];
  /** Last hearing of any of them, ms since 1970. */
  readonly sinceMs: number;
  /** Evidence against chance, nats. */
  readonly nats: number;
}

/** Evidence that nothing at all is heard any more, nats. */
export function natsOfSilence(meters: readonly Hearing[], sinceMs: number, nowMs: number): number {
  return meters.reduce((sum, { gapMs }) => sum + (nowMs - sinceMs) / gapMs, 0);
}

/**
 * The electric meters that fell silent together while the receiver heard others; null where there are none.
 * @param meters those of which it is known how often they are heard
 */
export function silentTogether(meters: readonly Hearing[]): SilentGroup | null {
  const electric = meters.filter(({ meter }) => meter.commodity === 'electric');
  const lastMs = meters.reduce((latest, meter) => Math.max(latest, meter.lastMs), Number.NEGATIVE_INFINITY);
  let best: SilentGroup | null = null;
  for (const { lastMs: sinceMs } of electric) {
    const alive = electric.filter((meter) => wasAlive(meter, sinceMs));
    const members = alive.filter((meter) => meter.lastMs <= sinceMs);
    if (natsOfSilence(members, sinceMs, lastMs) < ENOUGH_NATS) continue;
    if (members.length < (members.length === alive.length ? LEAST_OF_ALL : LEAST_OF_MANY)) continue;
    const control = controlOf(meters, members, sinceMs);
    // What the receiver heard nothing in, proves nothing.
    const heardMs = Math.max(...control.map(({ lastMs }) => lastMs));
    if (heardMs <= sinceMs || !isHeard(control, (sinceMs + heardMs) / 2, heardMs)) continue;
    const nats = natsOfSilence(members, sinceMs, heardMs) - choice(members.length, alive.length);
    if (nats >= ENOUGH_NATS && nats > (best?.nats ?? 0)) best = { members, sinceMs, nats };
  }
  return best;
}

/** Whether nothing is heard for longer than chance explains. */
export function isDeaf(meters: readonly Hearing[], sinceMs: number, nowMs: number): boolean {
  const alive = meters.filter((meter) => wasAlive(meter, sinceMs));
  return natsOfSilence(alive, sinceMs, nowMs) >= ENOUGH_NATS;
}

function wasAlive({ lastMs, gapMs }: Hearing, timeMs: number): boolean {
  return timeMs - lastMs <= ON_ITS_OWN * gapMs;
}

/** What it is worth to choose k of n, nats: more than the logarithm of how many choices there are. */
function choice(k: number, n: number): number {
  return k === n ? 0 : k * (1 + Math.log(n / k));
}

/** Meters with a battery, or where there are none, electric ones that still have power. */
function controlOf(
  meters: readonly Hearing[],
  members: readonly Hearing[],
  sinceMs: number,
): readonly Hearing[] {
  const others = meters.filter((meter) => !members.includes(meter) && wasAlive(meter, sinceMs));
  const battery = others.filter(({ meter }) => meter.commodity === 'gas' || meter.commodity === 'water');
  return battery.length > 0 ? battery : others;
}

/** Whether about as many were heard then as there should be: a receiver that is nearly deaf hears the nearest ones. */
function isHeard(control: readonly Hearing[], sinceMs: number, untilMs: number): boolean {
  const expected = control.reduce((sum, { gapMs }) => sum + 1 - Math.exp((sinceMs - untilMs) / gapMs), 0);
  return control.filter(({ lastMs }) => lastMs > sinceMs).length >= STILL_HEARD * expected;
}

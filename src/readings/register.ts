import type { RegisterLimits } from './limits.js';

/** What is believed of a register. Immutable: a new state for each change. */
export interface RegisterState {
  /** As last believed; 0 ≤ counts < modulus. */
  readonly counts: number;
  readonly modulus: number;
  /** Counted since it was first believed; see `RegisterReading.totalCounts`. */
  readonly totalCounts: number;
  /** Counts by which it was put back and that it has to regain before the total goes on. */
  readonly debt: number;
  /** When it came to its counts, ms since 1970, as far as was heard. */
  readonly changedMs: number;
  /** When it was last heard with them; absent where that is not known better, as after a start. */
  readonly seenMs?: number;
  /** What it counts in a busy hour, by what it did; falls by half in 35 hours. */
  readonly usualPerHour: number;
  /** Where the rate is measured from. */
  readonly anchorMs: number;
  readonly anchorCounts: number;
}

/**
 * How a value follows from what is believed. `late` is one from before the last change. `unusual` is more than the
 * register did lately, `far` more than a service can carry, `fell` less than before, `rollover` what a register of fewer
 * decimal digits than its field would do, `changed` what a demand or a date does.
 */
export type ProgressKind = 'same' | 'late' | 'forward' | 'unusual' | 'far' | 'fell' | 'rollover' | 'changed';

export interface Progress {
  readonly kind: ProgressKind;
  /** Counts since the last state, below zero for `late`, `fell` and a net register that falls. */
  readonly delta: number;
  readonly modulus: number;
}

const HOUR_MS = 3_600_000;
/** Registers are sent anew this seldom, so that a first change may have come this much earlier, h. */
const REFRESH_H = 1;
const SOON_H = 1 / 12;
/** A few counts are nothing unusual however soon they come. */
const FEW_COUNTS = 10;
/** So much of what it did lately, and of what it can do, is nothing unusual. */
const USUAL_FACTOR = 2;
const LEAST_USUAL = 0.01;
/** What a register is taken to do before it was seen doing anything. */
const FIRST_USUAL = 0.05;
/** A rate is measured over this at least, and what was measured earlier fades by this factor each time. */
const RATE_SPAN_MS = 900_000;
const FADING = 0.995;
/** An interval's register is that of its beginning: it may be this old, h. */
const LAG_H = 1 / 6;
/** A register that fell by less than it can count in this time was put back; else it began anew; h. */
const PUT_BACK_H = 0.25;
/** Registers of fewer decimal digits are not taken for ones that roll over. */
const LEAST_DECIMAL_MODULUS = 100_000;
/** A register rolls over where it was within this share of its end. */
const NEAR_ITS_END = 0.02;

/** A register that is heard for the first time. */
export function firstState(counts: number, timeMs: number, limits: RegisterLimits): RegisterState {
  return {
    counts: counts % limits.modulus,
    modulus: limits.modulus,
    totalCounts: limits.isGauge ? counts % limits.modulus : 0,
    debt: 0,
    changedMs: timeMs,
    usualPerHour: limits.maxPerHour * FIRST_USUAL,
    anchorMs: timeMs,
    anchorCounts: 0,
  };
}

/** How `counts`, as sent at `timeMs`, follow from a state. */
export function progressOf(
  state: RegisterState,
  counts: number,
  timeMs: number,
  limits: RegisterLimits,
): Progress {
  // An endpoint may send one register in messages of several sizes.
  const modulus = counts < state.modulus ? Math.min(state.modulus, limits.modulus) : limits.modulus;
  const now = counts % modulus;
  const ahead = (((now - state.counts) % modulus) + modulus) % modulus;
  const behind = modulus - ahead;
  if (ahead === 0) return { kind: 'same', delta: 0, modulus };
  if (limits.isGauge) return { kind: 'changed', delta: now - state.counts, modulus };
  const elapsedH = Math.max(0, timeMs - state.changedMs) / HOUR_MS;
  // What rested until a moment ago has not been used meanwhile, however long it rested.
  const unseenH = Math.max(0, timeMs - (state.seenMs ?? state.changedMs)) / HOUR_MS;
  const usual = USUAL_FACTOR * usualOf(state, limits) * (unseenH + SOON_H) + FEW_COUNTS;
  const most = limits.maxPerHour * (elapsedH + REFRESH_H) + FEW_COUNTS;
  if (ahead <= usual) return { kind: 'forward', delta: ahead, modulus };
  if (limits.isSigned && behind <= most)
    return { kind: behind <= usual ? 'forward' : 'unusual', delta: -behind, modulus };
  if ((limits.isLagging || timeMs <= state.changedMs) && behind <= limits.maxPerHour * LAG_H + FEW_COUNTS)
    return { kind: 'late', delta: -behind, modulus };
  if (ahead <= most) return { kind: 'unusual', delta: ahead, modulus };
  const decimal = decimalModulus(state.counts);
  const around = decimal - state.counts + now; // never small where the register went on
  if (decimal < modulus && around <= Math.min(most, decimal * NEAR_ITS_END))
    return { kind: 'rollover', delta: around, modulus: decimal };
  return now < state.counts
    ? { kind: 'fell', delta: now - state.counts, modulus }
    : { kind: 'far', delta: now - state.counts, modulus };
}

function usualOf({ usualPerHour }: RegisterState, { maxPerHour }: RegisterLimits): number {
  return Math.max(usualPerHour, maxPerHour * LEAST_USUAL);
}

/** The power of ten above a value. */
function decimalModulus(counts: number): number {
  return Math.max(LEAST_DECIMAL_MODULUS, 10 ** String(counts).length);
}

/** What a value makes of a state once it is believed, however it follows from it. */
export interface Step {
  readonly state: RegisterState;
  readonly beginsAnew: boolean;
}

/** Believes a value. @param counts, timeMs, limits as for {@link progressOf} */
export function stepTo(state: RegisterState, counts: number, timeMs: number, limits: RegisterLimits): Step {
  const { kind, delta, modulus } = progressOf(state, counts, timeMs, limits);
  switch (kind) {
    case 'same': {
      const seenMs = Math.max(timeMs, state.seenMs ?? state.changedMs);
      return { state: { ...state, modulus, seenMs }, beginsAnew: false };
    }
    case 'late':
      return { state: { ...state, modulus }, beginsAnew: false };
    case 'changed': {
      const now = counts % modulus;
      return {
        state: { ...state, counts: now, totalCounts: now, modulus, changedMs: timeMs, seenMs: timeMs },
        beginsAnew: false,
      };
    }
    case 'forward':
    case 'unusual':
    case 'rollover':
      return { state: counted(state, delta, modulus, timeMs, limits), beginsAnew: false };
    case 'far':
    case 'fell': {
      const isPutBack = -delta > 0 && -delta <= limits.maxPerHour * PUT_BACK_H + FEW_COUNTS;
      const moved = { ...state, counts: counts % modulus, modulus, changedMs: timeMs, seenMs: timeMs };
      if (isPutBack) return { state: { ...moved, debt: state.debt - delta }, beginsAnew: false };
      return { state: { ...moved, debt: 0 }, beginsAnew: true };
    }
  }
}

function counted(
  state: RegisterState,
  delta: number,
  modulus: number,
  timeMs: number,
  limits: RegisterLimits,
): RegisterState {
  const paid = delta > 0 ? Math.min(delta, state.debt) : 0;
  const totalCounts = state.totalCounts + delta - paid;
  const moved = {
    ...state,
    counts: (((state.counts + delta) % modulus) + modulus) % modulus,
    modulus,
    totalCounts,
    debt: state.debt - paid,
    changedMs: Math.max(timeMs, state.changedMs),
    seenMs: Math.max(timeMs, state.changedMs),
  };
  const spanMs = timeMs - state.anchorMs;
  if (spanMs < RATE_SPAN_MS) return moved;
  const rate = (Math.abs(totalCounts - state.anchorCounts) / spanMs) * HOUR_MS;
  const usualPerHour = Math.max(rate, usualOf(state, limits) * FADING);
  return { ...moved, usualPerHour, anchorMs: timeMs, anchorCounts: totalCounts };
}

/** The same state, known since `nowMs` at the latest. */
export function notAfter(state: RegisterState, nowMs: number): RegisterState {
  return {
    ...state,
    changedMs: Math.min(state.changedMs, nowMs),
    seenMs: Math.min(state.seenMs ?? state.changedMs, nowMs),
    anchorMs: Math.min(state.anchorMs, nowMs),
  };
}

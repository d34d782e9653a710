/** A counter that wraps, as far as it is known; JSON. */
export interface CounterState {
  readonly value: number;
  /** It is known modulo this. */
  readonly modulus: number;
  /** Another value that was heard once. */
  readonly next: CounterChange | null;
}

interface CounterChange {
  readonly value: number;
  readonly modulus: number;
  /** When it was first heard, ms since 1970. */
  readonly sinceMs: number;
}

const MOST_STEPS = 100;

/** How often something was counted. */
export interface CounterStep {
  readonly steps: number;
  /** Modulo what was known before. */
  readonly from: number;
  readonly to: number;
  /** When the new value was first heard, ms since 1970. */
  readonly sinceMs: number;
}

/**
 * What becomes of a counter with one more packet. A step counts when a second packet tells the same and none between
 * contradicts. Messages of one meter may tell different numbers of its low bits: SCM two, IDM eight.
 * @param known null for a meter that was not heard before: its first value is no step
 */
export function counted(
  known: CounterState | null,
  value: number,
  modulus: number,
  timeMs: number,
): { readonly state: CounterState; readonly step: CounterStep | null } {
  if (known === null) return { state: { value, modulus, next: null }, step: null };
  const common = Math.min(known.modulus, modulus);
  if (value % common === known.value % common) {
    const finer = modulus > known.modulus ? { value, modulus } : known;
    return { state: { value: finer.value, modulus: finer.modulus, next: null }, step: null };
  }
  const heard = { value, modulus, sinceMs: timeMs };
  if (!agrees(known.next, heard)) return { state: { ...known, next: heard }, step: null };
  const { sinceMs } = known.next;
  const finer = known.next.modulus > modulus ? known.next : heard;
  return advanced(known, finer, sinceMs);
}

function agrees(next: CounterChange | null, heard: CounterChange): next is CounterChange {
  if (next === null) return false;
  const common = Math.min(next.modulus, heard.modulus);
  return next.value % common === heard.value % common;
}

function advanced(
  known: CounterState,
  to: { readonly value: number; readonly modulus: number },
  sinceMs: number,
) {
  const common = Math.min(known.modulus, to.modulus);
  const steps = (((to.value - known.value) % common) + common) % common;
  const value = to.modulus >= known.modulus ? to.value : (known.value + steps) % known.modulus;
  const modulus = Math.max(to.modulus, known.modulus);
  // Nothing is counted a hundred times unheard: it went back, as another register's would.
  const step = steps > MOST_STEPS ? null : { steps, from: known.value, to: value, sinceMs };
  return { state: { value, modulus, next: null }, step };
}

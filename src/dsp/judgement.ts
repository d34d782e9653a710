/** What a judgement of a packet's chips under one model of its transmitter came to. */
export interface Judgement {
  /** Log-likelihood per chip that it is on. */
  readonly on: Float64Array;
  gamma: number;
  /** Energy of an off-chip, in units of the noise floor; at least 1. */
  background: number;
  /** Relative to the carrier that was tuned to. */
  carrierHz: number;
  start: number;
  evidence: number;
  keying: number;
}

/** Room for a judgement of so many symbols. */
export function emptyJudgement(symbols: number): Judgement {
  return {
    on: new Float64Array(2 * symbols),
    gamma: 1,
    background: 1,
    carrierHz: 0,
    start: 0,
    evidence: 0,
    keying: 0,
  };
}

/** Exponentials, logarithms and Bessel functions for likelihoods, from tables: each chip of a packet asks for some. */

/**
 * ln I₀(x), the log-likelihood of an amplitude whose phase is unknown; x ≥ 0. From tables, error below 3e-5.
 */
export function logBesselI0(x: number): number {
  if (x < NEAR_END) {
    const at = x * NEAR_STEPS;
    const i = at | 0;
    return NEAR[i] + (at - i) * (NEAR[i + 1] - NEAR[i]);
  }
  if (x < FAR_END) {
    const i = (x - NEAR_END) | 0;
    return FAR[i] + (x - NEAR_END - i) * (FAR[i + 1] - FAR[i]);
  }
  return asymptoticLogI0(x);
}

const NEAR_STEPS = 64;
const NEAR_END = 64;
const NEAR = Float64Array.from({ length: NEAR_END * NEAR_STEPS + 2 }, (_, i) =>
  Math.log(seriesI0(i / NEAR_STEPS)),
);
/** Up to here a table in whole steps spares the logarithm. */
const FAR_END = 1024;
const FAR = Float64Array.from({ length: FAR_END - NEAR_END + 1 }, (_, i) => asymptoticLogI0(NEAR_END + i));

function asymptoticLogI0(x: number): number {
  return x - 0.5 * Math.log(2 * Math.PI * x) + 1 / (8 * x);
}

/** I₀(x) = Σ (x²/4)ᵏ / k!², which converges for every x. */
function seriesI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-16 * sum; k++) {
    term *= (x * x) / (4 * k * k);
    sum += term;
  }
  return sum;
}

/** Beyond this many nats e⁻ˣ adds nothing. */
const DECAY_END = 20;
const DECAY_STEPS = 32;
const DECAY = Float64Array.from({ length: DECAY_END * DECAY_STEPS + 1 }, (_, i) =>
  Math.exp(-i / DECAY_STEPS),
);
const SOFTPLUS = DECAY.map(Math.log1p);
const LOGISTIC = Float64Array.from(
  { length: 2 * DECAY_END * DECAY_STEPS + 1 },
  (_, i) => 1 / (1 + Math.exp(DECAY_END - i / DECAY_STEPS)),
);

// No branches below: on chips of noise they would be taken at random, and cost more than the arithmetic.

/** e⁻ˣ for x ≥ 0; error below 1e-8, and no less than e⁻²⁰. */
export function decay(x: number): number {
  const bounded = Math.min(x, DECAY_END);
  const i = (bounded * DECAY_STEPS + 0.5) | 0;
  // Four terms of the series around the nearest place of the table.
  const d = i / DECAY_STEPS - bounded;
  return DECAY[i] * (1 + d * (1 + d * (1 / 2 + d * (1 / 6))));
}

/** ln(eᵃ + eᵇ) without overflow; error below 1e-7. */
export function logAdd(a: number, b: number): number {
  const apart = Math.min(Math.abs(a - b), DECAY_END);
  const i = (apart * DECAY_STEPS + 0.5) | 0;
  const d = i / DECAY_STEPS - apart;
  // The slope of ln(1 + eˣ) is 1/(1 + e⁻ˣ), which is its own curvature over 1 − itself.
  const slope = DECAY[i] / (1 + DECAY[i]);
  return Math.max(a, b) + SOFTPLUS[i] + d * slope * (1 + 0.5 * d * (1 - slope));
}

/** 1/(1 + e⁻ˣ), the probability that ln of the odds x stands for; error below 1e-7. */
export function logistic(x: number): number {
  const bounded = Math.max(-DECAY_END, Math.min(DECAY_END, x));
  const i = ((bounded + DECAY_END) * DECAY_STEPS + 0.5) | 0;
  const d = bounded + DECAY_END - i / DECAY_STEPS;
  const p = LOGISTIC[i];
  return p + d * p * (1 - p) * (1 + d * (0.5 - p));
}

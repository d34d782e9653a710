/** Values of 16 random bits. */
const DRAWS = 2 ** 16;
/** Beyond so many standard deviations lies fewer than one of 10¹⁸ numbers. */
const FARTHEST = 9;
/** Steps of Simpson's rule over one value of a byte, for the narrowest noise that anybody asks for. */
const STEPS = 32;

/**
 * Which byte 16 random bits are. Probabilities are no multiples of 1/65 536: what a multiple leaves over is shared
 * by the draws from `sure` on, which need more bits. So every probability is exact, the rarest byte's too.
 */
export interface ByteTable {
  readonly values: Uint8Array;
  /** Draws below this are settled by `values`. */
  readonly sure: number;
  /** For the others: bytes, and the share of them that is one of these or of those before it. */
  readonly restValues: Uint8Array;
  readonly restBelow: Float64Array;
}

/** For a Gaussian of this deviation around `zero` that is rounded and clipped to a byte, some bits of it flipped. */
export function byteTable(deviation: number, zero: number, flip: number): ByteTable {
  const probabilities = byteProbabilities(deviation, zero);
  const values = new Uint8Array(DRAWS);
  const rest: { readonly value: number; readonly share: number }[] = [];
  let sure = 0;
  probabilities.forEach((probability, byte) => {
    const whole = Math.floor(probability * DRAWS);
    values.fill(byte ^ flip, sure, sure + whole);
    sure += whole;
    rest.push({ value: byte ^ flip, share: probability * DRAWS - whole });
  });
  // The likeliest first: they are found first.
  rest.sort((one, other) => other.share - one.share);
  const total = rest.reduce((sum, { share }) => sum + share, 0);
  let below = 0;
  const restBelow = Float64Array.from(rest, ({ share }) => {
    below += share / total;
    return below;
  });
  return { values, sure, restValues: Uint8Array.from(rest, ({ value }) => value), restBelow };
}

function byteProbabilities(deviation: number, zero: number): Float64Array {
  const probabilities = new Float64Array(256);
  const reach = Math.ceil(FARTHEST * deviation) + 1;
  for (let value = Math.floor(zero) - reach; value <= zero + reach; value++) {
    const byte = Math.max(0, Math.min(255, value));
    probabilities[byte] += share((value - 0.5 - zero) / deviation, (value + 0.5 - zero) / deviation);
  }
  return probabilities;
}

/** Share of a normal distribution from `low` to `high`, by Simpson's rule. */
function share(low: number, high: number): number {
  const h = (high - low) / STEPS;
  let sum = 0;
  for (let i = 0; i <= STEPS; i++) {
    sum += (i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2) * density(low + i * h);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

/** A normal's density, 1 in the middle. */
function density(x: number): number {
  return Math.exp(-0.5 * x * x);
}

/**
 * Which number of a standard normal distribution 16 random bits are: the middle one of 65 536 equal shares. In the
 * middle of the distribution they lie a ten-thousandth of a deviation apart, at the edges a thousandth: a byte of a
 * noisy receiver cannot tell that from a continuous distribution. The outermost shares are too wide for that and
 * left to whoever draws.
 */
export const QUANTILES = new Float32Array(DRAWS);
/** So many shares at each end are the tails, which begin at this number of deviations. */
export const TAIL_DRAWS = 256;
export const TAIL_FROM = fillQuantiles();

function fillQuantiles(): number {
  const step = 1 / DRAWS;
  let x = 0;
  for (let draw = DRAWS / 2; draw < DRAWS - TAIL_DRAWS; draw++) {
    // The middle of the first share above the median is half a share away from it.
    x = following(x, draw === DRAWS / 2 ? step / 2 : step);
    QUANTILES[draw] = x;
    QUANTILES[DRAWS - 1 - draw] = -x;
  }
  return following(x, step / 2);
}

/** The number below which there is so much more of the distribution than below `x`: dx = du / density, by Runge-Kutta. */
function following(x: number, du: number): number {
  const slope = (at: number): number => Math.sqrt(2 * Math.PI) / density(at);
  const k1 = slope(x);
  const k2 = slope(x + (du / 2) * k1);
  const k3 = slope(x + (du / 2) * k2);
  const k4 = slope(x + du * k3);
  return x + (du / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
}

/**
 * ln I₀(x), the log-likelihood of an amplitude whose phase is unknown; x ≥ 0. From a table, error below 1e-3.
 */
export function logBesselI0(x: number): number {
  if (x >= TABLE_END) return x - 0.5 * Math.log(2 * Math.PI * x) + 1 / (8 * x);
  const at = x * TABLE_STEPS;
  const i = Math.floor(at);
  return TABLE[i] + (at - i) * (TABLE[i + 1] - TABLE[i]);
}

const TABLE_STEPS = 16;
const TABLE_END = 64;
const TABLE = Float64Array.from({ length: TABLE_END * TABLE_STEPS + 2 }, (_, i) =>
  Math.log(seriesI0(i / TABLE_STEPS)),
);

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

/** ln(eᵃ + eᵇ) without overflow. */
export function logAdd(a: number, b: number): number {
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

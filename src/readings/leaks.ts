/**
 * The flags of R900 in words: Neptune's endpoints sort what the register saw in the past 35 days into buckets.
 * Sources: Neptune's manuals; rtlamr `r900`, rtl_433 `neptune_r900.c`. Units that read in digits (R900BCD) send the
 * highest value of leak and leakNow, which no bucket has: they cannot tell.
 */
const DAYS: readonly string[] = [
  '0 days',
  '1–2 days',
  '3–7 days',
  '8–14 days',
  '15–21 days',
  '22–34 days',
  '35 days or more',
];
const BACKFLOW: readonly string[] = ['none', 'low', 'high'];
/** Intermittent: in at least 50 of the 96 quarters of an hour. */
const LEAK_NOW: readonly string[] = ['none', 'intermittent', 'continuous'];

/** On how many of the past 35 days there was no use, or a leak: `noUse`, `leak`; null where it is not told. */
export function daysOfBucket(bucket: number): string | null {
  return DAYS[bucket] ?? null;
}

/** Water that ran backwards in the past 35 days: `backflow`; null where it is not told. */
export function backflowInWords(backflow: number): string | null {
  return BACKFLOW[backflow] ?? null;
}

/** A leak in the past 24 hours: `leakNow`; null where it is not told. */
export function leakNowInWords(leakNow: number): string | null {
  return LEAK_NOW[leakNow] ?? null;
}

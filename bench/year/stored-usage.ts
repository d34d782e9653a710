import type { Database } from 'better-sqlite3';
import type { Interval } from '../../src/readings/intervals.js';
import type { Observer } from '../../src/readings/observer.js';
import type { RegisterPoint } from '../../src/readings/register-total.js';
import type { RollupRules } from '../../src/readings/rollup.js';
import type { Tariff } from '../../src/readings/tariff.js';
import { type Bill, billOf } from '../../src/readings/tariff-bill.js';
import { rateSpans } from '../../src/readings/tariff-calendar.js';
import { SqliteSink } from '../../src/sinks/sqlite.js';
import { type RegisterInfo, UsageReader } from '../../src/sinks/sqlite-usage.js';
import { type Account, hear, ownMetersOf } from './account.js';
import type { Scene } from './scene.js';

/**
 * Keeps what a ledger believes of a scene in a database. Its clock is that of the scene.
 * @returns what it told, compared with the truth
 */
export async function storeScene(
  scene: Scene,
  path: string,
  rules: RollupRules,
  observers: readonly Observer[],
): Promise<Account> {
  let nowMs = scene.options.startMs;
  const sink = new SqliteSink({
    ...{ path, commitIntervalMs: 3_600_000, resolutionMs: 300_000, readingIntervalMs: 3_600_000 },
    ...{ storePackets: false, packetRetentionMs: null, command: 'bench', now: () => nowMs },
    ...rules,
    onTrouble: (message) => {
      throw new Error(message);
    },
    onRecovered: () => {},
  });
  await sink.start();
  const { startMs } = scene.options;
  const tuning = { receiver: 'roof', source: 'scene', centerHz: 912_600_000, sampleRateHz: 2_359_296 };
  sink.beginSession({ ...tuning, startedMs: startMs, counters: () => ({ samples: 0, lostSamples: 0 }) });
  const account = hear(scene, {
    own: ownMetersOf(scene).map((meter) => ({ ...meter, scale: COUNTS })),
    unknown: 'off',
    observers,
    onLedger: (ledger) => sink.keep(ledger.journal),
    onEntry: (entry) => {
      if (entry.kind === 'packet') nowMs = entry.packet.timeMs ?? nowMs;
      sink.write(entry);
    },
  });
  await sink.stop();
  return account;
}

/** One litre a count, so that amounts are counts. */
const COUNTS = { unit: 'L', unitsPerCount: '1', offset: '0' } as const;

/** How what is kept compares with the truth. */
export interface UsageAccount {
  readonly days: number;
  readonly measured: number;
  /** Days that are farther off than what the register counted between the readings at their ends, and one count. */
  readonly wrongDays: readonly string[];
  /** The most that a day is off, counts. */
  readonly worstCounts: number;
  /** Registers whose hours, days and rest do not add up to what it went on by. */
  readonly wrongSums: readonly string[];
  /** Of each rate, by all meters: what the tariff says was used, and the truth. */
  readonly rates: ReadonlyMap<string, { readonly told: number; readonly truth: number }>;
  /** Stretches of one rate, such as the peak of a day. */
  readonly stretches: number;
  /** Those that are farther off than a day may be. */
  readonly wrongStretches: readonly string[];
}

/** Compares every day, and every rate of a tariff over the whole time. */
export function accountOf(db: Database, scene: Scene, rules: RollupRules, tariff: Tariff): UsageAccount {
  const reader = new UsageReader(db);
  const wrongDays: string[] = [];
  const wrongSums: string[] = [];
  const rates = new Map(tariff.rates.map(({ name }) => [name, { told: 0, truth: 0 }]));
  const byRate: RateAccount = { count: 0, wrong: [], rates };
  let [count, measured, worstCounts] = [0, 0, 0];
  for (const register of reader.registers(null)) {
    const truthAt = truthOf(scene, register);
    const span = reader.span(register);
    if (span === null) continue;
    const points = reader.points(register, span.firstMs, span.lastMs);
    const days = reader.days(register, span.firstMs, span.lastMs, rules);
    for (const day of days) {
      const [fromMs, untilMs] = [Math.max(day.startMs, span.firstMs), day.endMs];
      const off = Math.abs(day.thousandths / 1000 - (truthAt(untilMs) - truthAt(fromMs)));
      count += 1;
      if (day.quality === 'measured') measured += 1;
      worstCounts = Math.max(worstCounts, off);
      if (off > 1 + unknowable(points, truthAt, fromMs, untilMs)) wrongDays.push(labelOf(register, day, off));
    }
    if (!addsUp(points, days) || !addsUp(points, reader.hours(register, span.firstMs, span.lastMs)))
      wrongSums.push(`${register.meter.key} ${register.register}`);
    if (register.register === 'consumption') addRates(byRate, register, tariff, rules.zone, points, truthAt);
  }
  const { count: stretches, wrong: wrongStretches } = byRate;
  return { days: count, measured, wrongDays, worstCounts, wrongSums, rates, stretches, wrongStretches };
}

function truthOf(scene: Scene, { meter, register }: RegisterInfo): (timeMs: number) => number {
  const id = Number(meter.key.split('-')[1]) + ['consumption', 'generation', 'net'].indexOf(register);
  return (timeMs) => scene.meter(id).totalAt(Math.min(timeMs, scene.endMs));
}

function labelOf({ meter, register }: RegisterInfo, { startMs, quality }: Interval, off: number): string {
  return `${meter.key} ${register} ${new Date(startMs).toISOString()} ${quality}: ${off} counts`;
}

/** Counts between the readings around the ends, and where the register began anew: what was when, nobody can know. */
function unknowable(
  points: readonly RegisterPoint[],
  truthAt: (timeMs: number) => number,
  fromMs: number,
  untilMs: number,
): number {
  const gap = (after: number): number => {
    const [one, other] = [points[after - 1], points[after]];
    return one === undefined || other === undefined
      ? 0
      : Math.abs(truthAt(other.timeMs) - truthAt(one.timeMs));
  };
  const [first, last] = [indexAfter(points, fromMs), indexAfter(points, untilMs)];
  let sum = gap(first) + gap(last);
  for (let i = first; i < last; i++) if (points[i]!.broken) sum += gap(i);
  return sum;
}

/** Of the first point later than a moment. */
function indexAfter(points: readonly RegisterPoint[], timeMs: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.timeMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Intervals from the first reading on end where the last of them does; there the curve has the sum. */
function addsUp(points: readonly RegisterPoint[], intervals: readonly Interval[]): boolean {
  const [first, end] = [points[0], intervals.at(-1)?.endMs];
  if (first === undefined || end === undefined) return true;
  const sum = intervals.reduce((all, { thousandths }) => all + thousandths, 0);
  const [before, after] = [
    points.findLast(({ timeMs }) => timeMs <= end),
    points.find(({ timeMs }) => timeMs >= end),
  ];
  const [low, high] = [before!.total - first.total, after!.total - first.total];
  return Math.min(low, high) * 1000 <= sum && sum <= Math.max(low, high) * 1000;
}

interface RateAccount {
  count: number;
  readonly wrong: string[];
  readonly rates: Map<string, { told: number; truth: number }>;
}

/** Compares each stretch of one rate, and what all of them come to. */
function addRates(
  account: RateAccount,
  register: RegisterInfo,
  tariff: Tariff,
  zone: string,
  points: readonly RegisterPoint[],
  truthAt: (timeMs: number) => number,
): void {
  const [firstMs, lastMs] = [points[0]!.timeMs, points.at(-1)!.timeMs];
  const used = (bill: Bill, rate: string): number =>
    Number(bill.rates.find((one) => one.rate === rate)!.amount);
  for (const { startMs, endMs, rate } of rateSpans(tariff, firstMs, lastMs, zone)) {
    const near = points.slice(Math.max(0, indexAfter(points, startMs) - 2), indexAfter(points, endMs) + 2);
    const told = used(
      billOf(tariff, { points: near, scale: COUNTS, fromMs: startMs, untilMs: endMs, zone }),
      rate,
    );
    const truth = truthAt(endMs) - truthAt(startMs);
    account.rates.get(rate)!.truth += truth;
    account.count += 1;
    const off = Math.abs(told - truth);
    if (off > 1 + unknowable(points, truthAt, startMs, endMs))
      account.wrong.push(`${register.meter.key} ${rate} ${new Date(startMs).toISOString()}: ${off} counts`);
  }
  const bill = billOf(tariff, { points, scale: COUNTS, fromMs: firstMs, untilMs: lastMs, zone });
  for (const [rate, sum] of account.rates) sum.told += used(bill, rate);
}

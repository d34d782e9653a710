import type { Database } from 'better-sqlite3';
import type { Interval } from '../readings/intervals.js';
import { daysIn, hoursIn, type RollupRules } from '../readings/rollup.js';
import { PointReader } from './sqlite-points.js';
import { type RegisterInfo, UsageReader } from './sqlite-usage.js';

/** A row of hours or days that is not what the readings say. */
export interface RollupDifference {
  readonly register: RegisterInfo;
  readonly table: 'hours' | 'days';
  readonly startMs: number;
  /** JSON of the row; null where there is none. */
  readonly stored: string | null;
  readonly computed: string | null;
}

const RULES = 'SELECT zone, demand_interval AS "demandInterval" FROM day_rules WHERE register_id = ?';

/**
 * Computes all hours and days anew from the readings, each register's days by the rules they were made by, and compares
 * them with those kept. Call it in a transaction where somebody else may write.
 * @returns nothing where they are the same
 */
export function* rollupDifferences(db: Database): Generator<RollupDifference> {
  const [reader, points] = [new UsageReader(db), new PointReader(db)];
  const rulesOf = db.prepare<[number], RollupRules>(RULES);
  const [from, until] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  for (const register of reader.registers(null)) {
    const { firstMs = 0, lastMs = 0 } = reader.span(register) ?? {};
    const all = points.between(register.id, firstMs, lastMs);
    yield* differences(register, 'hours', reader.hours(register, from, until), hoursIn(all, firstMs, lastMs));
    const rules = rulesOf.get(register.id);
    if (rules === undefined) continue;
    const days = reader.days(register, from, until, rules);
    yield* differences(register, 'days', days, daysIn(all, firstMs, lastMs, rules));
  }
}

function* differences(
  register: RegisterInfo,
  table: RollupDifference['table'],
  stored: readonly Interval[],
  computed: readonly Interval[],
): Generator<RollupDifference> {
  const [kept, made] = [textsOf(stored), textsOf(computed)];
  for (const startMs of new Set([...kept.keys(), ...made.keys()])) {
    const [one, other] = [kept.get(startMs) ?? null, made.get(startMs) ?? null];
    if (one !== other) yield { register, table, startMs, stored: one, computed: other };
  }
}

function textsOf(rows: readonly Interval[]): ReadonlyMap<number, string> {
  return new Map(rows.map((row) => [row.startMs, JSON.stringify(row)]));
}

/** What is wrong with hours and days, a sentence for each register and table. */
export function rollupProblems(db: Database): string[] {
  const found = new Map<string, { first: RollupDifference; count: number }>();
  for (const difference of rollupDifferences(db)) {
    const key = `${difference.register.id} ${difference.table}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { first: difference, count: 1 });
    else known.count += 1;
  }
  return [...found.values()].map(({ first: { register, table, startMs, stored, computed }, count }) => {
    const which = `${table} of ${register.meter.key}, ${register.register}`;
    const example = `${new Date(startMs).toISOString()} is kept as ${stored ?? 'nothing'}, computed as ${computed ?? 'nothing'}`;
    return `${count} of the ${which} are not what the readings say: ${example}`;
  });
}

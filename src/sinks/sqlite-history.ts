import assert from 'node:assert';
import type { Database, Statement } from 'better-sqlite3';
import { type EndpointKey, endpointKeyOf } from '../readings/endpoint.js';
import type { MeterLabel, RegisterHistoryEntry, RegisterName, RegisterReading } from '../readings/entry.js';

export interface HistoryRules {
  /** A register that goes on changing gets a row in every slot of this length, ms; 0 gives one to each change. */
  readonly resolutionMs: number;
  /** One that does not change gets a row this often, ms. */
  readonly readingIntervalMs: number;
}

/** Told that a register has other readings from one time to another, ms since 1970. */
export type OnChange = (registerId: number, fromMs: number, untilMs: number) => void;

/** A row of the table of readings. */
interface HistoryRow {
  readonly timeMs: number;
  readonly counts: number;
  readonly totalCounts: number;
  readonly beginsAnew: boolean;
}

interface RegisterRow {
  readonly id: number;
  readonly counts: number;
  readonly totalCounts: number;
  readonly modulus: number;
}

interface Track {
  readonly register: RegisterRow;
  stored: HistoryRow | null;
  /** The latest one that has no row. */
  open: HistoryRow | null;
}

const REGISTER = `
  SELECT r.id, counts, total_counts AS "totalCounts", modulus
  FROM meters AS m JOIN endpoints AS e ON e.meter_id = m.id JOIN registers AS r ON r.endpoint_id = e.id
  WHERE m.key = @meter AND r.name = @register AND e.role <> 'former'`;

/** A register of an endpoint whose use was found out since it was read. */
const RENAMED = `
  SELECT r.id, counts, total_counts AS "totalCounts", modulus
  FROM endpoints AS e JOIN registers AS r ON r.endpoint_id = e.id AND r.name = e.role WHERE e.key = @endpoint`;

const LAST = `
  SELECT time_ms AS "timeMs", counts, total_counts AS "totalCounts", begins_anew AS "beginsAnew"
  FROM readings WHERE register_id = ? ORDER BY time_ms DESC LIMIT 1`;

const INSERT = `
  INSERT INTO readings (register_id, time_ms, counts, total_counts, begins_anew)
  VALUES (@registerId, @timeMs, @counts, @totalCounts, @beginsAnew) ON CONFLICT DO NOTHING`;

/**
 * Chooses which readings get a row: the first in each slot of time in which the register has changed. Slots are those of
 * the clock, so that registers change hands in the same moments, which a few pages of the file then hold. What has no
 * row yet gets one when the register falls silent.
 */
export class HistoryWriter {
  readonly #rules: HistoryRules;
  readonly #onChange: OnChange;
  readonly #register: Statement<[object], RegisterRow>;
  readonly #renamed: Statement<[object], RegisterRow>;
  readonly #last: Statement<[number], HistoryRow>;
  readonly #insert: Statement;
  readonly #tracks = new Map<string, Track>();

  constructor(db: Database, rules: HistoryRules, onChange: OnChange) {
    this.#rules = rules;
    this.#onChange = onChange;
    this.#register = db.prepare(REGISTER);
    this.#renamed = db.prepare(RENAMED);
    this.#last = db.prepare(LAST);
    this.#insert = db.prepare(INSERT);
  }

  /** Takes a reading of a register that has its row. @param isWanted it gets a row in any case */
  write(reading: RegisterReading, isWanted = false): void {
    const { meter, register, timeMs, counts, totalCounts, beginsAnew, packet } = reading;
    const track = this.#trackOf(meter, register, endpointKeyOf(packet));
    const row = { timeMs, counts, totalCounts, beginsAnew };
    const { stored, open } = track;
    if (stored !== null && timeMs <= stored.timeMs) return;
    if (stored !== null && !isWanted && !this.#isDue(stored, row)) {
      track.open = row;
      return;
    }
    if (stored !== null && open !== null && this.#isWorthARow(stored, open, row)) this.#store(track, open);
    this.#store(track, row);
  }

  /** Writes what the meter itself remembers of a time in which it was not heard. */
  fill({ meter, register, points }: RegisterHistoryEntry): void {
    const track = this.#trackOf(meter, register);
    const { id, modulus } = track.register;
    const { counts, totalCounts } = track.open ?? track.stored ?? track.register;
    for (const point of points) {
      const then = counts - (totalCounts - point.totalCounts);
      const row = { ...point, counts: ((then % modulus) + modulus) % modulus, beginsAnew: 0 };
      this.#insert.run({ ...row, registerId: id });
    }
    const [first, last] = [points[0], points.at(-1)];
    if (first !== undefined && last !== undefined) this.#onChange(id, first.timeMs, last.timeMs);
  }

  /** Gives a row to what has none, where nothing came after it for a while. @param nowMs infinite for all of them */
  settle(nowMs: number): void {
    const { resolutionMs } = this.#rules;
    for (const track of this.#tracks.values()) {
      const { open, stored } = track;
      if (open === null || nowMs - open.timeMs < 2 * resolutionMs) continue;
      if (open.counts !== stored?.counts) this.#store(track, open);
    }
  }

  /** The clock was put back: what is dated later than now was dated wrongly. */
  clockPutBack(db: Database, nowMs: number): void {
    db.prepare('DELETE FROM readings WHERE time_ms > ?').run(nowMs);
    this.#tracks.clear();
  }

  /** Nothing that was written counts: the transaction failed. */
  forget(): void {
    this.#tracks.clear();
  }

  #isDue(stored: HistoryRow, row: HistoryRow): boolean {
    if (row.beginsAnew) return true;
    const isChanged = row.counts !== stored.counts || row.totalCounts !== stored.totalCounts;
    if (isChanged) return this.#slotOf(row) > this.#slotOf(stored);
    return row.timeMs - stored.timeMs >= this.#rules.readingIntervalMs;
  }

  /** A change after a long rest: the row before it tells how long it rested. So does one before a new beginning. */
  #isWorthARow(stored: HistoryRow, open: HistoryRow, next: HistoryRow): boolean {
    if (next.beginsAnew) return true;
    const rested = open.counts === stored.counts && next.counts !== open.counts;
    return rested && this.#slotOf(open) > this.#slotOf(stored);
  }

  #slotOf({ timeMs }: HistoryRow): number {
    const { resolutionMs } = this.#rules;
    return resolutionMs === 0 ? timeMs : Math.floor(timeMs / resolutionMs);
  }

  #store(track: Track, row: HistoryRow): void {
    this.#insert.run({ ...row, registerId: track.register.id, beginsAnew: row.beginsAnew ? 1 : 0 });
    this.#onChange(track.register.id, row.timeMs, row.timeMs);
    track.stored = row;
    track.open = null;
  }

  #trackOf({ key: meter }: MeterLabel, register: RegisterName, endpoint: EndpointKey | null = null): Track {
    const name = `${meter} ${register}`;
    const known = this.#tracks.get(name);
    if (known !== undefined) return known;
    const row = this.#register.get({ meter, register }) ?? this.#renamed.get({ endpoint });
    assert(row !== undefined, `the register ${name} is written before its readings`);
    const track = { register: row, stored: this.#last.get(row.id) ?? null, open: null };
    this.#tracks.set(name, track);
    return track;
  }
}

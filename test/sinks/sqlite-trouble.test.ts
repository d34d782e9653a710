import { spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/errors.js';
import { BatchWriter, type QueuedPacket, type Session } from '../../src/sinks/sqlite-batch.js';
import { migrate } from '../../src/sinks/sqlite-schema.js';
import { troubleOf } from '../../src/sinks/sqlite-trouble.js';
import { directoryPerTest, rowsOf, scalarOf, sessionStart, startedSink } from './database-fixture.js';
import { HEARD_MS, scmPacket, scmReading } from './reading-fixture.js';
import type { HoursReport, TroubleKind, TroubleReport } from './trouble-writer.js';

const at = directoryPerTest();

afterEach(() => {
  vi.useRealTimers();
});

/** A shell whose mounts nobody else sees, as root or as anybody; null where the kernel gives none. */
const PRIVATE_MOUNTS = [
  ['unshare', '-m'],
  ['unshare', '-Urm'],
].find(([command, flags]) => {
  return spawnSync(command, [flags, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
});

const HAS_PRLIMIT = spawnSync('prlimit', ['--version']).status === 0;

/** For tests that start a process. */
const SLOW = { timeout: 30_000 };

/** Runs trouble-writer.ts, on a small disk of its own where it needs one. */
function meet(kind: TroubleKind, when: 'before' | 'after', end: 'remove' | 'keep'): TroubleReport;
function meet(kind: TroubleKind, when: 'after', end: 'hours'): HoursReport;
function meet(kind: TroubleKind, when: 'before' | 'after', end: string): TroubleReport | HoursReport {
  const script = new URL('./trouble-writer.ts', import.meta.url).pathname;
  const writer = [process.execPath, '--import', 'tsx', script, kind, at(''), when, end];
  const mount = 'mount -t tmpfs -o size=4m none "$0" && exec "$@"';
  const command = kind === 'limit' ? writer : [...PRIVATE_MOUNTS!, 'sh', '-c', mount, at(''), ...writer];
  const { stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const REASON: Record<TroubleKind, string> = {
  full: 'the disk is full; free some space',
  'read-only': 'it is read-only; make the file, its folder and its file system writable for ertd',
  limit: 'the disk reports an error (SQLITE_IOERR_WRITE); check the disk and the system log',
};

const CASES = [
  ['full', 'before', PRIVATE_MOUNTS !== undefined],
  ['full', 'after', PRIVATE_MOUNTS !== undefined],
  ['read-only', 'before', PRIVATE_MOUNTS !== undefined],
  ['limit', 'after', HAS_PRLIMIT],
] as const;

for (const [kind, when, possible] of CASES) {
  describe.skipIf(!possible)(`a disk with trouble of the kind "${kind}", ${when} the start`, () => {
    it('costs nothing but the oldest of too many, and is told once a minute', SLOW, () => {
      const report = meet(kind, when, 'remove');
      expect(report.flushed).toEqual([false, false, false, true]);
      expect(report.queued).toEqual([2990, 3000, 3000, 0]);
      const told = `Cannot write to ${at('db')}: ${REASON[kind]}.`;
      expect(report.troubles.map((message) => message.slice(0, told.length))).toEqual([told, told]);
      expect(report.troubles[1].slice(told.length)).toBe(
        ' Readings are kept in memory: 3000 of at most 3000, older ones lost: 10.',
      );
      expect(report.recoveries).toEqual([
        `${at('db')} can be written again. Readings that had waited: 3000, older ones lost: 10.`,
      ]);
      expect(report.loss).toBeNull();
      expect(report.packets).toBe(10 + 3000);
    });

    it('is said at the end where it lasts', SLOW, () => {
      const report = meet(kind, when, 'keep');
      expect(report.loss).toEqual({
        code: 'IO',
        exitCode: 74,
        message: `3010 readings could not be stored in ${at('db')}: ${REASON[kind]}.`,
      });
      expect(report.packets).toBe(10);
    });
  });
}

it.skipIf(PRIVATE_MOUNTS === undefined)(
  'a disk that is full for three hours costs no hour, and none is counted twice',
  SLOW,
  () => {
    const { flushed, hours, differences, troubles, recoveries } = meet('full', 'after', 'hours');
    expect(flushed).toEqual(Array.from({ length: 13 }, (_, hour) => hour < 4 || hour >= 7));
    expect(hours).toEqual(Array(12).fill(10_000));
    expect({ differences, troubles, recoveries }).toEqual({ differences: 0, troubles: 3, recoveries: 1 });
  },
);

describe('a database that cannot be opened for a while', () => {
  it('is tried again with time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    mkdirSync(at('db-wal'));
    const { sink, troubles, recoveries } = await startedSink(at('db'), {
      commitIntervalMs: 0,
      storePackets: true,
    });
    expect(troubles).toHaveLength(1);
    sink.write(scmPacket());
    await vi.advanceTimersByTimeAsync(5000);
    expect(sink.stats).toEqual({
      stored: 0,
      queued: 1,
      dropped: 0,
      trouble: expect.stringContaining('the disk reports an error'),
    });
    rmdirSync(at('db-wal'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(sink.stats).toEqual({ stored: 1, queued: 0, dropped: 0, trouble: null });
    expect(troubles).toHaveLength(1);
    expect(recoveries).toEqual([`${at('db')} can be written again. Readings that had waited: 1.`]);
    await sink.stop();
  });
});

describe('another program in the middle of a write', () => {
  it('is waited for without closing the database', async () => {
    const { sink, troubles } = await startedSink(at('db'), { storePackets: true });
    await sink.flush();
    const other = new Sqlite(at('db'));
    other.exec('BEGIN IMMEDIATE');
    sink.write(scmPacket());
    expect(await sink.flush()).toBe(false);
    expect(troubles[0]).toContain('another program is writing to it; stop that program');
    other.exec('COMMIT');
    other.close();
    await sink.stop();
    expect(scalarOf(at('db'), 'SELECT packets FROM sessions')).toBe(1);
  });
});

describe('a batch that does not fit', () => {
  const queued = (session: Session, readings: number): QueuedPacket[] =>
    Array.from({ length: readings }, (_, i) => ({
      kind: 'packet',
      packet: { ...scmReading({ id: i + 1 }), timeMs: HEARD_MS },
      session,
    }));

  it('leaves nothing, and no session the number of another one', () => {
    const db = new Sqlite(at('db'));
    migrate(db, at('db'));
    const writer = new BatchWriter(db, {
      ...{ readingIntervalMs: 1000, resolutionMs: 0, zone: 'UTC', demandInterval: '15m' },
    });
    const [one, two]: Session[] = [1, 2].map(() => ({
      ...sessionStart(),
      id: null,
      endedMs: null,
      uncounted: 1,
    }));
    db.pragma('max_page_count = 40');
    const write = (session: Session, readings: number) =>
      writer.write({
        entries: queued(session, readings),
        ...{ sessions: [], changes: null, packetsFromMs: null, settleMs: null },
      });
    expect(() => write(one, 2000)).toThrow('full');
    write(two, 1);
    write(one, 1);
    expect([two.id, one.id]).toEqual([1, 2]);
    db.close();
    expect(rowsOf(at('db'), 'SELECT id, packets FROM sessions')).toEqual([
      { id: 1, packets: 1 },
      { id: 2, packets: 1 },
    ]);
  });
});

describe('troubleOf', () => {
  it('puts a fault into the middle of a sentence', () => {
    expect(
      troubleOf(new Fault('CONFIG', 'x is in use by ertd; stop it or choose another --db.'), 'x'),
    ).toEqual({
      reason: 'x is in use by ertd',
      advice: 'stop it or choose another --db',
    });
  });

  it('leaves bugs alone', () => {
    expect(troubleOf(new TypeError('x is not a function'), 'x')).toBeNull();
    expect(troubleOf(new Sqlite.SqliteError('no such column', 'SQLITE_ERROR'), 'x')).toBeNull();
    expect(troubleOf(new Sqlite.SqliteError('NOT NULL', 'SQLITE_CONSTRAINT_NOTNULL'), 'x')).toBeNull();
  });
});

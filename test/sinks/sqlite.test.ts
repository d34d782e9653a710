import { rmSync, statSync, symlinkSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  directoryPerTest,
  rowsOf,
  scalarOf,
  sessionStart,
  startedLedger,
  startedSink,
  testSink,
} from './database-fixture.js';
import { HEARD_MS, scmPacket, scmReading } from './reading-fixture.js';

const at = directoryPerTest();
const HOUR_MS = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
});

describe('a session', () => {
  it('keeps who listened to what, from when to when, and what came of it', async () => {
    const { sink } = await startedSink(at('db'));
    let samples = 0;
    sink.beginSession(
      sessionStart({ receiver: 'cellar', counters: () => ({ samples, lostSamples: samples / 10 }) }),
    );
    sink.write(scmPacket({ receiver: 'cellar' }));
    samples = 1000;
    await sink.flush();
    const open =
      'SELECT name, source, center_hz, sample_rate_hz, started_ms, ended_ms, samples, lost_samples, packets ' +
      "FROM sessions JOIN receivers ON receivers.id = receiver_id WHERE name = 'cellar'";
    const row = {
      name: 'cellar',
      source: 'rtltcp://127.0.0.1:1234',
      center_hz: 912_600_000,
      sample_rate_hz: 2_359_296,
      started_ms: HEARD_MS - 1500,
      ended_ms: null,
      samples: 1000,
      lost_samples: 100,
      packets: 1,
    };
    expect(rowsOf(at('db'), open)).toEqual([row]);

    samples = 2000;
    sink.write(scmPacket({ receiver: 'cellar', timeMs: HEARD_MS + 1 }));
    sink.endSession('cellar', HEARD_MS + 2.4);
    await sink.stop();
    expect(rowsOf(at('db'), open)).toEqual([
      { ...row, ended_ms: HEARD_MS + 2, samples: 2000, lost_samples: 200, packets: 2 },
    ]);
  });

  it('ends where the next one of its receiver begins', async () => {
    const { sink } = await startedSink(at('db'));
    sink.beginSession(sessionStart({ startedMs: HEARD_MS }));
    sink.write(scmPacket());
    await sink.stop();
    expect(rowsOf(at('db'), 'SELECT id, ended_ms, packets FROM sessions')).toEqual([
      { id: 1, ended_ms: HEARD_MS, packets: 0 },
      { id: 2, ended_ms: null, packets: 1 },
    ]);
  });

  it('has a row of its own after a restart', async () => {
    for (let run = 0; run < 2; run++) {
      const { sink } = await startedSink(at('db'));
      await sink.stop();
    }
    expect(rowsOf(at('db'), 'SELECT id, receiver_id FROM sessions')).toEqual([
      { id: 1, receiver_id: 1 },
      { id: 2, receiver_id: 1 },
    ]);
  });
});

describe('an endpoint', () => {
  const ENDPOINT = `SELECT consumption, fields, carrier_hz, snr_db, strongest_snr_db,
    first_heard_ms - ${HEARD_MS} AS first, last_heard_ms - ${HEARD_MS} AS last, packets FROM endpoints`;

  it('keeps the first and last time it was heard, the last values and the strongest signal', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    hear({ snrDb: 20, consumption: 1 });
    hear({ snrDb: 30, consumption: 2, timeMs: HEARD_MS + 5 });
    hear({ snrDb: 25, consumption: 3, timeMs: HEARD_MS + 9, fields: { tamperPhy: 0, tamperEnc: 0 } });
    await sink.stop();
    expect(rowsOf(at('db'), ENDPOINT)).toEqual([
      {
        consumption: 3,
        fields: '{"tamperPhy":0,"tamperEnc":0}',
        carrier_hz: 912_600_155,
        snr_db: 25,
        strongest_snr_db: 30,
        first: 0,
        last: 9,
        packets: 3,
      },
    ]);
  });

  it('is not turned back by an old recording', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    hear({ consumption: 8 }, { consumption: 7, snrDb: 40, timeMs: HEARD_MS - HOUR_MS });
    await sink.stop();
    expect(rowsOf(at('db'), ENDPOINT)).toMatchObject([
      { consumption: 8, strongest_snr_db: 23.44, first: 0, packets: 1 },
    ]);
  });

  it('is no more than its last state where no history is to be kept', async () => {
    const { sink, ledger } = await startedLedger(at('db'), { storePackets: true }, { unknown: 'count' });
    for (const timeMs of [HEARD_MS, HEARD_MS + 5000])
      for (const entry of ledger.take(scmReading({ timeMs }))) sink.write(entry);
    await sink.stop();
    expect(rowsOf(at('db'), 'SELECT key, consumption, packets FROM endpoints')).toEqual([
      { key: 'ert-10000042', consumption: 123_456, packets: 2 },
    ]);
    expect(
      scalarOf(at('db'), 'SELECT (SELECT count(*) FROM readings) + (SELECT count(*) FROM packets)'),
    ).toBe(0);
  });
});

describe('readings', () => {
  const READINGS = `SELECT (time_ms - ${HEARD_MS}) / 60000 AS minute, counts FROM readings ORDER BY time_ms`;
  const heard = (minute: number, consumption: number, protocol = 'SCM') => ({
    protocol,
    timeMs: HEARD_MS + minute * 60_000,
    consumption,
  });

  it('have a row where the value changes, and one now and then where it does not', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    for (const [minute, value] of [
      [0, 1],
      [1, 1],
      [2, 2],
      [61, 2],
      [62, 2],
      [63, 2],
      [122, 2],
      [123, 3],
    ]) {
      hear(heard(minute, value));
    }
    await sink.stop();
    expect(rowsOf(at('db'), READINGS)).toEqual([
      { minute: 0, counts: 1 },
      { minute: 1, counts: 1 },
      { minute: 2, counts: 2 },
      { minute: 62, counts: 2 },
      { minute: 122, counts: 2 },
      { minute: 123, counts: 3 },
    ]);
  });

  it('have one row in each stretch of time, what was known before a rest, and the last', async () => {
    const { sink, hear } = await startedLedger(at('db'), { resolutionMs: 300_000 });
    for (const minute of [0, 1, 2, 3, 4, 5, 6, 7]) hear(heard(minute, minute));
    for (const minute of [10, 25, 29]) hear(heard(minute, 7));
    hear(heard(30, 8), heard(31, 9));
    await sink.stop();
    const start = HEARD_MS % 300_000; // slots are those of the clock: this is 1 min 7 s into one
    expect(start).toBe(67_123);
    expect(rowsOf(at('db'), READINGS)).toEqual([
      { minute: 0, counts: 0 },
      { minute: 4, counts: 4 },
      { minute: 10, counts: 7 },
      { minute: 29, counts: 7 },
      { minute: 30, counts: 8 },
      { minute: 31, counts: 9 },
    ]);
  });

  it('go on after a restart where they were', async () => {
    for (const minute of [0, 10, 20]) {
      const { sink, hear } = await startedLedger(at('db'));
      hear(heard(minute, 5));
      await sink.stop();
    }
    expect(rowsOf(at('db'), READINGS)).toEqual([{ minute: 0, counts: 5 }]);
  });

  it('are the same when the same recording comes again', async () => {
    for (let run = 0; run < 2; run++) {
      const { sink, hear } = await startedLedger(at('db'));
      for (let minute = 0; minute < 200; minute += 7) hear(heard(minute, Math.floor(minute / 30)));
      await sink.stop();
    }
    const once = rowsOf(
      at('db'),
      'SELECT count(*) AS n, count(DISTINCT time_ms) AS times, max(counts) AS last FROM readings',
    );
    expect(once).toEqual([{ n: 13, times: 13, last: 6 }]);
  });

  it('of two protocols are those of one register', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    for (let minute = 0; minute < 10; minute++) hear(heard(minute, 100), heard(minute, 100, 'SCM+'));
    await sink.stop();
    expect(rowsOf(at('db'), READINGS)).toHaveLength(1);
    expect(rowsOf(at('db'), 'SELECT protocols FROM endpoints')).toEqual([{ protocols: '["SCM","SCM+"]' }]);
  });

  it('that the clock dated wrongly go when it is put back', async () => {
    const { sink, hear } = await startedLedger(at('db'), {}, { isLive: true });
    const second = (seconds: number, timeMs: number, consumption: number) => ({
      seconds,
      timeMs,
      consumption,
    });
    hear(second(1, HEARD_MS + HOUR_MS, 1), second(61, HEARD_MS + HOUR_MS + 60_000, 2));
    hear(second(121, HEARD_MS, 3), second(181, HEARD_MS + 60_000, 4));
    await sink.stop();
    expect(
      rowsOf(at('db'), `SELECT time_ms - ${HEARD_MS} AS ms, counts, total_counts FROM readings`),
    ).toEqual([
      { ms: 0, counts: 3, total_counts: 2 },
      { ms: 60_000, counts: 4, total_counts: 3 },
    ]);
  });
});

describe('packets', () => {
  it('are not kept unless asked for', async () => {
    const { sink } = await startedSink(at('db'));
    sink.write(scmPacket());
    await sink.stop();
    expect(scalarOf(at('db'), 'SELECT count(*) FROM packets')).toBe(0);
  });

  it('are kept whole', async () => {
    const { sink } = await startedSink(at('db'), { storePackets: true });
    sink.write(scmPacket());
    await sink.stop();
    expect(rowsOf(at('db'), 'SELECT * FROM packets')).toEqual([
      {
        id: 1,
        number: 10_000_042,
        time_ms: HEARD_MS,
        session_id: 1,
        sample: 3_538_944,
        protocol: 'SCM',
        type: 11,
        consumption: 123_456,
        fields: '{"tamperPhy":0,"tamperEnc":0,"relayed":false,"checksum":21834}',
        carrier_hz: 912_600_155,
        snr_db: 23.44,
        corrected_bits: 0,
        confidence: 0.999_96,
      },
    ]);
  });

  it('go when they are too old, some with each commit', async () => {
    let nowMs = HEARD_MS;
    const { sink } = await startedSink(at('db'), {
      storePackets: true,
      packetRetentionMs: HOUR_MS,
      now: () => nowMs,
    });
    for (let i = 0; i < 1200; i++) sink.write(scmPacket({ timeMs: HEARD_MS + i }));
    await sink.flush();
    const left = 'SELECT count(*) FROM packets';
    expect(scalarOf(at('db'), left)).toBe(1200);

    nowMs = HEARD_MS + HOUR_MS + 1100;
    const counts = [];
    for (let commit = 0; commit < 4; commit++) {
      await sink.flush();
      counts.push(scalarOf(at('db'), left));
    }
    expect(counts).toEqual([700, 200, 100, 100]);
    await sink.stop();
  });
});

describe('commits', () => {
  const STORED = 'SELECT count(*) AS packets FROM packets';

  it('come once per interval, and none while nothing is heard', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { sink } = await startedSink(at('db'), { commitIntervalMs: 10_000, storePackets: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);

    sink.write(scmPacket());
    await vi.advanceTimersByTimeAsync(9_000);
    sink.write(scmPacket());
    expect(scalarOf(at('db'), STORED)).toBe(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(rowsOf(at('db'), STORED)).toEqual([{ packets: 2 }]);
    await sink.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('come with every reading where the interval is 0', async () => {
    const { sink } = await startedSink(at('db'), { commitIntervalMs: 0, storePackets: true });
    sink.write(scmPacket());
    expect(rowsOf(at('db'), STORED)).toEqual([{ packets: 1 }]);
    expect(sink.stats).toEqual({ stored: 1, queued: 0, dropped: 0, trouble: null });
    await sink.stop();
  });

  it('come early where a fast replay fills the queue', async () => {
    const { sink } = await startedSink(at('db'), { storePackets: true });
    for (let i = 0; i < 4500; i++) sink.write(scmPacket());
    expect(sink.stats).toMatchObject({ stored: 4000, queued: 500 });
    expect(await sink.flush()).toBe(true);
    expect(sink.stats).toMatchObject({ stored: 4500, queued: 0 });
    await sink.stop();
  });

  it('leave no log behind after stop', async () => {
    const { sink } = await startedSink(at('db'));
    sink.write(scmPacket());
    await sink.stop();
    await sink.stop();
    expect(statSync(at('db-wal'), { throwIfNoEntry: false })).toBeUndefined();
    expect(scalarOf(at('db'), 'PRAGMA journal_mode')).toBe('delete');
  });
});

describe('a caller that asks for the impossible', () => {
  it('is told so at once', async () => {
    const { sink } = testSink(at('db'));
    expect(() => sink.beginSession(sessionStart())).toThrow('between start and stop');
    await sink.start();
    expect(() => sink.write(scmPacket())).toThrow('no session of roof has begun');
    sink.beginSession(sessionStart());
    expect(() => sink.write(scmPacket({ timeMs: null }))).toThrow('without a time cannot be stored');
    await sink.stop();
    expect(() => sink.write(scmPacket())).toThrow('between start and stop');
  });
});

describe('a database that is deleted while it is written', () => {
  it('is made again', async () => {
    const { sink, troubles, hear } = await startedLedger(at('db'));
    hear({ consumption: 1 });
    await sink.flush();
    for (const suffix of ['', '-wal', '-shm', '-lock']) rmSync(at(`db${suffix}`));
    hear({ id: 5, consumption: 9, timeMs: HEARD_MS + 5000 });
    sink.beginSession(sessionStart());
    await sink.stop();
    expect(rowsOf(at('db'), 'SELECT number, packets FROM endpoints')).toEqual([
      { number: 10_000_042, packets: 1 },
      { number: 5, packets: 1 },
    ]);
    expect(rowsOf(at('db'), 'SELECT id, packets FROM sessions')).toEqual([
      { id: 1, packets: 1 },
      { id: 2, packets: 0 },
    ]);
    expect(troubles).toEqual([]);
  });
});

it('makes the last folder of the path, and follows symbolic links', async () => {
  const { sink, hear } = await startedLedger(at('new/db'));
  hear({});
  await sink.stop();
  symlinkSync(at('new/db'), at('link'));
  expect(scalarOf(at('link'), 'SELECT packets FROM endpoints')).toBe(1);
});

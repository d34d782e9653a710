import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Entry, MeterEvent } from '../../../src/readings/entry.js';
import { Random } from '../../../src/synth/random.js';
import { directoryPerTest, ownMeter, rowsOf, startedLedger } from '../database-fixture.js';
import { meterEvent } from '../entry-fixture.js';
import { HEARD_MS, scmReading } from '../reading-fixture.js';
import { hasMosquitto, Mosquitto } from './mosquitto.js';
import { mqttSink, Subscriber } from './mqtt-fixture.js';

const PATIENCE = { timeout: 20_000, interval: 20 };
const KILLS = 20;
/** A day, a reading of each meter every ten minutes. */
const STEPS = 144;
const STEP_MS = 600_000;
const METERS = [10_000_042, 10_000_001, 10_000_002];

/** A leak that begins every two hours, and ends an hour later. */
function leakOf(i: number): MeterEvent | null {
  const timeMs = HEARD_MS + i * STEP_MS;
  if (i % 12 === 0) return meterEvent({ id: `ert-10000042/leak/${timeMs}`, timeMs });
  const beganMs = timeMs - 6 * STEP_MS;
  return i % 12 === 6
    ? meterEvent({ id: `ert-10000042/leak/${beganMs}`, timeMs: beganMs, endMs: timeMs })
    : null;
}

interface Told {
  readonly meter: string;
  readonly time: string;
  readonly id: string;
  readonly end: string | null;
  readonly counts: number;
}

/** As `docs/mqtt.md` tells subscribers: what is not newer than the one before of its meter has come already. */
function newReadings(messages: readonly Told[]): Told[] {
  const latest = new Map<string, string>();
  return messages.filter(({ meter, time }) => {
    const isNew = time > (latest.get(meter) ?? '');
    if (isNew) latest.set(meter, time);
    return isNew;
  });
}

/** And an event is known by its ID, and by whether it has ended. */
function newEvents(messages: readonly Told[]): string[] {
  return [...new Set(messages.map(({ id, end }) => `${id} ${end}`))];
}

describe.runIf(hasMosquitto)('a broker that is killed and started again', () => {
  const pathOf = directoryPerTest();
  let mosquitto: Mosquitto;
  beforeAll(async () => {
    // It puts what it has been given on its disk at once, as a broker must that is to lose nothing.
    mosquitto = await Mosquitto.prepare([
      'allow_anonymous true',
      ...[
        'persistence true',
        'persistence_location FOLDER/',
        'autosave_on_changes true',
        'autosave_interval 1',
      ],
      'max_queued_messages 0',
    ]);
    await mosquitto.run();
  });
  afterAll(() => mosquitto.remove());

  it('is given every reading and event that the database has, once and in order', {
    timeout: 60_000,
  }, async () => {
    const random = new Random(1);
    const path = pathOf('ertd.db');
    const subscriber = new Subscriber(mosquitto.url, 'ertd/meter/#');
    await vi.waitFor(() => expect(subscriber.connected).toBe(true), PATIENCE);
    const { sink: database, ledger } = await startedLedger(path);
    const { sink } = mqttSink({ url: mosquitto.url }, { databasePath: path });
    await sink.start();
    const write = (entry: Entry): void => {
      database.write(entry);
      sink.write(entry);
    };
    ledger.own = METERS.map((id) => ownMeter(id));
    const killedAt = new Set(
      Array.from({ length: KILLS }, (_, i) => Math.floor(((i + 0.5) * STEPS) / KILLS)),
    );
    for (let i = 0; i < STEPS; i++) {
      for (const id of METERS)
        ledger
          .take(scmReading({ id, timeMs: HEARD_MS + i * STEP_MS, consumption: 200_000 + i }))
          .forEach(write);
      const leak = leakOf(i);
      if (leak !== null) write(leak);
      await sleep(random.uniform(0, 2));
      if (!killedAt.has(i)) continue;
      await mosquitto.kill(random.uniform(0, 1) < 0.5 ? 'SIGKILL' : 'SIGTERM');
      await sleep(random.uniform(0, 60));
      await mosquitto.run();
      await vi.waitFor(() => expect(subscriber.connected).toBe(true), PATIENCE);
    }
    await vi.waitFor(
      () => expect(sink.status).toMatchObject({ queued: 0, dropped: 0, trouble: null }),
      PATIENCE,
    );
    await database.flush();
    const parsed = (ending: string): Told[] => subscriber.on(ending).map((text) => JSON.parse(text));
    const iso = (column: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;
    let stored = 0;
    for (const key of METERS.map((id) => `ert-${id}`)) {
      const rows = rowsOf(
        path,
        `SELECT counts, ${iso('time_ms')} AS time FROM meter_readings WHERE meter = '${key}' ORDER BY time_ms`,
      );
      stored += rows.length;
      expect(rows).toHaveLength(STEPS);
      await vi.waitFor(() => {
        const told = newReadings(parsed('/reading')).filter(({ meter }) => meter === key);
        expect(told.map(({ counts, time }) => ({ counts, time }))).toEqual(rows);
      }, PATIENCE);
    }
    const events = Array.from({ length: STEPS }, (_, i) => leakOf(i)).filter((event) => event !== null);
    const told = ({ id, endMs }: MeterEvent) =>
      `${id} ${endMs === null ? null : new Date(endMs).toISOString()}`;
    await vi.waitFor(() => expect(newEvents(parsed('/event'))).toEqual(events.map(told)), PATIENCE);
    const ended = newEvents(parsed('/event')).filter((text) => !text.endsWith('null'));
    const rows = rowsOf(path, `SELECT id || ' ' || ${iso('end_ms')} AS text FROM events ORDER BY time_ms`);
    expect(rows).toEqual(ended.map((text) => ({ text })));
    const repeats = parsed('/reading').length - stored;
    // Only what was under way when the broker died can come twice.
    expect(repeats).toBeLessThanOrEqual(KILLS * 16);
    await sink.stop();
    await database.stop();
    await subscriber.stop();
  });
});

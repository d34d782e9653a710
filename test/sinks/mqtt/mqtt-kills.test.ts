import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../../src/readings/entry.js';
import { Random } from '../../../src/synth/random.js';
import { directoryPerTest, testSink } from '../database-fixture.js';
import { HOUSE, meterEvent, registerReading, STOVE, WATER } from '../entry-fixture.js';
import { HEARD_MS } from '../reading-fixture.js';
import { hasMosquitto, Mosquitto } from './mosquitto.js';
import { mqttSink, Subscriber } from './mqtt-fixture.js';

const PATIENCE = { timeout: 20_000, interval: 20 };
const KILLS = 20;
/** A day, a reading of each meter every ten minutes. */
const STEPS = 144;
const METERS = [WATER, HOUSE, STOVE];

/** What happens in step `i` of the day. */
function happenings(i: number): Entry[] {
  const timeMs = HEARD_MS + i * 600_000;
  const readings = METERS.map((meter) => registerReading({ meter, timeMs, counts: 200_000 + i }));
  return i % 12 === 0 ? [...readings, meterEvent({ id: `ert-10000042/leak/${i}`, timeMs })] : readings;
}

interface Told {
  readonly meter: string;
  readonly time: string;
  readonly id?: string | number;
}

/** As a subscriber is told to do: what is not newer than the one before of its meter has come already. */
function withoutRepeats(messages: readonly Told[]): Told[] {
  const latest = new Map<string, string>();
  return messages.filter(({ meter, time }) => {
    const isNew = time > (latest.get(meter) ?? '');
    if (isNew) latest.set(meter, time);
    return isNew;
  });
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

  it('is given every reading and event once and in order', { timeout: 60_000 }, async () => {
    const random = new Random(1);
    const { sink: tables } = testSink(pathOf('ertd.db'));
    await tables.start();
    await tables.stop();
    const subscriber = new Subscriber(mosquitto.url, 'ertd/meter/#');
    await vi.waitFor(() => expect(subscriber.connected).toBe(true), PATIENCE);
    const { sink } = mqttSink({ url: mosquitto.url }, { databasePath: pathOf('ertd.db') });
    await sink.start();
    const given: Entry[] = [];
    const killedAt = new Set(
      Array.from({ length: KILLS }, (_, i) => Math.floor(((i + 0.5) * STEPS) / KILLS)),
    );
    for (let i = 0; i < STEPS; i++) {
      for (const entry of happenings(i)) {
        sink.write(entry);
        given.push(entry);
      }
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
    const parsed = (ending: string): Told[] => subscriber.on(ending).map((text) => JSON.parse(text));
    const expected = (kind: Entry['kind']) => given.filter((entry) => entry.kind === kind).length;
    await vi.waitFor(() => {
      expect(withoutRepeats(parsed('/reading'))).toHaveLength(expected('reading'));
      expect(withoutRepeats(parsed('/event'))).toHaveLength(expected('event'));
    }, PATIENCE);
    for (const meter of METERS) {
      const times = given.flatMap((entry) =>
        entry.kind === 'reading' && entry.meter === meter ? [new Date(entry.timeMs).toISOString()] : [],
      );
      const told = withoutRepeats(parsed('/reading')).filter((reading) => reading.meter === meter.key);
      expect(told.map(({ time }) => time)).toEqual(times);
    }
    const repeats = parsed('/reading').length - expected('reading');
    // Only what was under way when the broker died can come twice.
    expect(repeats).toBeLessThanOrEqual(KILLS * 16);
    await sink.stop();
    await subscriber.stop();
  });
});

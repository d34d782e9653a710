import { afterEach, describe, expect, it, vi } from 'vitest';
import { InfluxSink } from '../../../src/sinks/influxdb/influxdb.js';
import { influxLine } from '../../../src/sinks/influxdb/line-protocol.js';
import { intervalEntry, meterEvent, registerReading, WATER } from '../entry-fixture.js';
import { HttpTarget } from '../http-target.js';
import { HEARD_MS, scmReading } from '../reading-fixture.js';
import { DEFAULTS, Ears, PATIENCE } from '../sink-fixture.js';
import { InfluxServer } from './influx-server.js';
import { pointOf } from './line-protocol-reader.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function influx(settings: Partial<ConstructorParameters<typeof InfluxSink>[0]> = {}) {
  const target = await HttpTarget.start();
  cleanups.push(() => target.stop());
  const ears = new Ears();
  const sink = new InfluxSink(
    { ...DEFAULTS.influxdb, url: target.url, batchIntervalMs: 5, ...settings },
    ears,
  );
  await sink.start();
  cleanups.push(() => sink.stop());
  return { target, ears, sink };
}

describe('lines for InfluxDB', () => {
  it('are those of its protocol, with exact decimals', () => {
    expect(pointOf(influxLine(registerReading(), 'ertd')!)).toEqual({
      measurement: 'ertd_reading',
      tags: {
        ...{
          meter: 'ert-10000042',
          name: 'Garden',
          commodity: 'water',
          register: 'consumption',
          unit: 'gal',
        },
        receiver: 'roof',
      },
      fields: { value: 12345.6, total: 345.6, counts: 123_456n, totalCounts: 3456n, snrDb: 23.4 },
      timeMs: HEARD_MS,
    });
    expect(pointOf(influxLine(intervalEntry(), 'ertd')!).fields).toEqual({
      value: 1.2,
      counts: 12,
      seconds: 900n,
    });
    expect(pointOf(influxLine(meterEvent(), 'x')!)).toMatchObject({
      measurement: 'x_event',
      tags: { type: 'leak', severity: 'warning' },
      fields: { message: 'Water has run without a pause for a day.' },
    });
  });

  it('escape what means something there', () => {
    const odd = { ...WATER, name: 'a, b=c\\ d\n"e"' };
    const { tags } = pointOf(influxLine(registerReading({ meter: odd }), 'my meters')!);
    expect(tags.name).toBe('a, b=c\\ d "e"');
    const message = 'say "no" \\ and\nmore';
    expect(pointOf(influxLine(meterEvent({ message }), 'e')!).fields.message).toBe('say "no" \\ and more');
  });

  it('leave out what is not known, and what has no place', () => {
    const unscaled = registerReading({ value: null, total: null, unit: null });
    expect(Object.keys(pointOf(influxLine(unscaled, 'ertd')!).fields)).toEqual([
      'counts',
      'totalCounts',
      'snrDb',
    ]);
    const missing = intervalEntry({ counts: null, value: null, quality: 'missing' });
    expect(influxLine(missing, 'ertd')).toBeNull();
    expect(influxLine({ kind: 'packet', packet: scmReading() }, 'ertd')).toBeNull();
    expect(pointOf(influxLine(meterEvent({ meter: null }), 'e')!).tags).toEqual({
      type: 'leak',
      severity: 'warning',
    });
  });
});

describe('InfluxSink', { timeout: 30_000 }, () => {
  const points = (target: HttpTarget) =>
    target.received.flatMap(({ body }) => body.trimEnd().split('\n').map(pointOf));

  const ACCOUNT = { org: 'home', bucket: 'meters', token: 'secret' };

  async function server(version: 2 | 3) {
    const made = new InfluxServer(version);
    const url = await made.start();
    cleanups.push(() => made.stop());
    return { made, url };
  }

  it.each([2, 3] as const)('writes what InfluxDB %i takes, once', async (version) => {
    const { made, url } = await server(version);
    const { ears, sink } = await influx({ ...ACCOUNT, version, url, onlyChanges: false });
    const entries = [registerReading(), registerReading({ value: null, total: null, unit: null })];
    for (const entry of [...entries, intervalEntry(), meterEvent(), meterEvent({ meter: null, id: 'x' })])
      for (let i = 0; i < 2; i++) sink.write(entry);
    await vi.waitFor(() => expect(sink.status).toMatchObject({ sent: 10, trouble: null }), PATIENCE);
    expect(made.points.size).toBe(5);
    expect(ears.troubles).toEqual([]);
  });

  it.each([
    [2, { token: 'no' }, 'let us in (401); correct influxdb.token, influxdb.tokenFile.'],
    [3, { token: 'no' }, 'let us in (401); correct influxdb.token, influxdb.tokenFile.'],
    [2, { bucket: 'no' }, '(404): bucket not found; correct influxdb.url, influxdb.org, influxdb.bucket.'],
    [2, { version: 3 }, '(404): path not found; correct influxdb.url, influxdb.bucket.'],
  ] as const)('tells in one line what InfluxDB %i does not find right: %o', async (version, wrong, line) => {
    const { made, url } = await server(version);
    const { ears, sink } = await influx({ ...ACCOUNT, version, url, ...wrong });
    sink.write(registerReading());
    await vi.waitFor(() => expect(made.requests).toBeGreaterThan(2), PATIENCE);
    expect(ears.troubles).toEqual([expect.stringContaining(line)]);
    expect(sink.status).toMatchObject({ sent: 0, queued: 1, dropped: 0 });
  });

  it('gives up the line that has a type of its own, and nothing else', async () => {
    const { made, url } = await server(2);
    const { ears, sink } = await influx({ ...ACCOUNT, url, measurement: 'm', onlyChanges: false });
    await fetch(`${url}/api/v2/write?org=home&bucket=meters&precision=ms`, {
      ...{ method: 'POST', headers: { Authorization: 'Token secret', 'Content-Type': 'text/plain' } },
      body: 'm_interval value="text" 1700000000000\n',
    });
    for (const entry of [registerReading(), intervalEntry(), meterEvent()]) sink.write(entry);
    await vi.waitFor(() => expect(sink.status).toMatchObject({ sent: 2, dropped: 1 }), PATIENCE);
    expect(made.points.size).toBe(3);
    expect(ears.troubles).toEqual([
      expect.stringMatching(/\(400\): partial write: .*Entries given up: 1\.$/),
    ]);
  });

  it('sends many in one request, and again what was not taken', async () => {
    const { target, ears, sink } = await influx({ batchIntervalMs: 50 });
    target.answers = [500, 404, 401, 204];
    for (let i = 0; i < 1000; i++) sink.write(registerReading({ counts: 123_456 + i, timeMs: HEARD_MS + i }));
    await vi.waitFor(() => expect(points(target)).toHaveLength(1000), PATIENCE);
    expect(target.received).toHaveLength(1);
    expect(ears.troubles).toEqual([
      `Cannot write to ${target.url}: it cannot now (500); see what it logs. Entries that wait: 1000.`,
    ]);
    const atPeace = { sent: 1000, queued: 0, dropped: 0, trouble: null };
    await vi.waitFor(() => expect(sink.status).toMatchObject(atPeace), PATIENCE);
  });

  it('tells what is wrong with a token, an address, a line', async () => {
    for (const [answer, sentence] of [
      [401, 'it does not let us in (401); correct influxdb.token, influxdb.tokenFile.'],
      [
        404,
        'there is nothing at that address (404): field type conflict; correct influxdb.url, influxdb.org',
      ],
      [302, 'it points elsewhere (302); name that address.'],
      [400, 'it refuses what it was sent (400): field type conflict. Entries given up: 1.'],
    ] as const) {
      const { target, ears, sink } = await influx();
      target.answers = [answer];
      target.reason = 'field type conflict\n';
      sink.write(registerReading());
      await vi.waitFor(() => expect(ears.troubles[0]).toContain(sentence), PATIENCE);
    }
  });
});

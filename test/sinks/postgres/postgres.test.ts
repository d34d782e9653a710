import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PostgresSink } from '../../../src/sinks/postgres/postgres.js';
import { HOUSE, intervalEntry, meterEvent, registerReading, WATER } from '../entry-fixture.js';
import { HEARD_MS } from '../reading-fixture.js';
import { DEFAULTS, Ears, PATIENCE } from '../sink-fixture.js';
import { hasPostgres, PostgresServer } from './postgres-server.js';
import { hypertablesOf, standInForTimescale } from './timescale.js';

describe.runIf(hasPostgres)('PostgresSink', { timeout: 30_000 }, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  }, 60_000);
  afterAll(() => server.remove());

  beforeEach(async () => {
    await server.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  });

  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function started(settings: Partial<ConstructorParameters<typeof PostgresSink>[0]> = {}) {
    const ears = new Ears();
    const all = { ...DEFAULTS.postgres, url: server.url, user: 'ertd', batchIntervalMs: 5, ...settings };
    const sink = new PostgresSink(all, ears);
    await sink.start();
    cleanups.push(() => sink.stop());
    return { sink, ears };
  }

  it('keeps readings, intervals and events, exactly', async () => {
    const { sink, ears } = await started();
    sink.write(registerReading({ value: '1234567890123.456789', counts: 4_294_967_295 }));
    sink.write(registerReading({ meter: HOUSE, value: null, total: null, unit: null }));
    sink.write(intervalEntry({ quality: 'missing', counts: null, value: null }));
    sink.write(intervalEntry());
    sink.write(meterEvent());
    sink.write(meterEvent({ endMs: HEARD_MS + 1000 }));
    await vi.waitFor(() => expect(sink.status).toMatchObject({ sent: 6, trouble: null }), PATIENCE);
    expect(
      await server.query(
        'SELECT meter, name, value::text, unit, counts, time FROM ertd_readings ORDER BY meter DESC',
      ),
    ).toEqual([
      {
        ...{ meter: 'ert-10000042', name: 'Garden', value: '1234567890123.456789', unit: 'gal' },
        ...{ counts: '4294967295', time: new Date(HEARD_MS) },
      },
      expect.objectContaining({ meter: 'ert-10000001', value: null, unit: null }),
    ]);
    expect(await server.query('SELECT quality, counts::text FROM ertd_intervals')).toEqual([
      { quality: 'measured', counts: '12' },
    ]);
    expect(await server.query('SELECT "end", evidence FROM ertd_events')).toEqual([
      { end: new Date(HEARD_MS + 1000), evidence: { leakNow: 2 } },
    ]);
    expect(ears.troubles).toEqual([]);
  });

  it('has once what is written twice, and changes what changed', async () => {
    const first = await started({ onlyChanges: false });
    for (const { sink } of [first, await started({ onlyChanges: false })]) {
      sink.write(registerReading());
      sink.write(registerReading());
      await vi.waitFor(() => expect(sink.status.sent).toBe(2), PATIENCE);
    }
    expect(await server.query('SELECT 1 FROM ertd_readings')).toHaveLength(1);
  });

  it('goes on when the server is back, and makes tables that are gone', async () => {
    const { sink, ears } = await started();
    sink.write(registerReading());
    await vi.waitFor(() => expect(sink.status.sent).toBe(1), PATIENCE);
    await server.kill();
    for (let i = 1; i < 20; i++) sink.write(registerReading({ timeMs: HEARD_MS + i, counts: 123_456 + i }));
    await vi.waitFor(() => expect(ears.troubles).toHaveLength(1), PATIENCE);
    await server.run();
    await vi.waitFor(() => expect(sink.status.sent).toBe(20), PATIENCE);
    await server.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    sink.write(registerReading({ meter: WATER, timeMs: HEARD_MS + 50, counts: 200_000 }));
    await vi.waitFor(() => expect(sink.status).toMatchObject({ sent: 21, trouble: null }), PATIENCE);
    expect(await server.query('SELECT 1 FROM ertd_readings')).toHaveLength(1);
  });

  it('says what is wrong with the password and with the name of the database', async () => {
    await server.demandPassword('strict', 'right');
    const troubleWith = async (settings: Parameters<typeof started>[0]) => {
      const { sink, ears } = await started(settings);
      sink.write(registerReading());
      await vi.waitFor(() => expect(ears.troubles).toHaveLength(1), PATIENCE);
      return ears.troubles[0];
    };
    expect(await troubleWith({ user: 'strict', password: 'wrong' })).toMatch(
      /: user name or password is wrong; correct postgres\.user, postgres\.password\. Entries that wait: 1\.$/,
    );
    expect(await troubleWith({ url: server.url.replace(/ertd$/, 'none') })).toContain(
      'it has no such database',
    );
    const { sink } = await started({ user: 'strict', password: 'right' });
    sink.write(registerReading());
    await vi.waitFor(() => expect(sink.status.sent).toBe(1), PATIENCE);
  });

  it('says that it may not make tables, and that there is no schema for them', async () => {
    await server.query('CREATE USER stranger; GRANT USAGE ON SCHEMA public TO stranger');
    const { sink, ears } = await started({ user: 'stranger' });
    sink.write(registerReading());
    await vi.waitFor(() => expect(ears.troubles).toHaveLength(1), PATIENCE);
    expect(ears.troubles[0]).toContain('this user may not write there; GRANT CREATE ON SCHEMA public TO');
    await server.query('GRANT CREATE ON SCHEMA public TO stranger');
    await vi.waitFor(() => expect(sink.status).toMatchObject({ sent: 1, trouble: null }), PATIENCE);
    await server.query('DROP SCHEMA public CASCADE');
    const bare = await started();
    bare.sink.write(registerReading());
    await vi.waitFor(() => expect(bare.ears.troubles).toHaveLength(1), PATIENCE);
    expect(bare.ears.troubles[0]).toContain(
      'it has no schema that this user may use; CREATE SCHEMA public there',
    );
    await server.query('CREATE SCHEMA public');
    await vi.waitFor(() => expect(bare.sink.status).toMatchObject({ sent: 1, trouble: null }), PATIENCE);
  });

  it('gives up what the tables do not take, and nothing else', async () => {
    const { sink, ears } = await started();
    sink.write(meterEvent({ message: 'a\u0000b' }));
    await vi.waitFor(() => expect(sink.status.dropped).toBe(1), PATIENCE);
    expect(ears.troubles[0]).toMatch(/Entries given up: 1\.$/);
    sink.write(meterEvent());
    await vi.waitFor(() => expect(sink.status.sent).toBe(1), PATIENCE);
  });

  it('makes hypertables where there is TimescaleDB, which has demands', async () => {
    await standInForTimescale(server);
    cleanups.push(() =>
      server.query("DELETE FROM pg_extension WHERE extname = 'timescaledb'; DROP SCHEMA timescale CASCADE"),
    );
    const { sink, ears } = await started({ onlyChanges: false });
    for (let i = 0; i < 2; i++) sink.write(registerReading());
    sink.write(intervalEntry({ quality: 'missing', counts: null, value: null }));
    sink.write(intervalEntry());
    await vi.waitFor(() => expect(sink.status.sent).toBe(4), PATIENCE);
    expect(ears.troubles).toEqual([]);
    expect(await hypertablesOf(server)).toEqual({
      ertd_intervals: 'start',
      ertd_readings: 'time',
      ertd_transmissions: 'time',
    });
    await server.query('CREATE TABLE other (id integer PRIMARY KEY, time timestamptz NOT NULL)');
    await expect(server.query("SELECT timescale.create_hypertable('other', 'time')")).rejects.toThrow(
      'cannot create a unique index without the column "time"',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { directoryPerTest, ownMeter, startedLedger } from '../sinks/database-fixture.js';
import { HEARD_MS } from '../sinks/reading-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();

/** A command of ertd with the database of the test. */
async function ertd(...args: string[]) {
  const context = testContext({ env: { ERTD_DATABASE_PATH: at('db') } });
  const status = await runErtd(args, context);
  return { status, out: context.out(), err: context.err() };
}

/** A street in which an electric meter was heard twice, and is nobody's. */
async function street() {
  const test = await startedLedger(at('db'), { commitIntervalMs: 0 }, { unknown: 'count' });
  const { sink, ledger } = test;
  const hear = (consumption: number, seconds: number, confidence = 0.999_99): void => {
    const fields = { tamperPhy: 0, tamperEnc: 0, relayed: false, checksum: 0 };
    const packet = {
      ...{ id: 10_000_001, type: 7, protocol: 'SCM', consumption, fields, confidence },
      commodity: 'electric' as const,
      ...{ timeMs: HEARD_MS + 1000 * seconds, seconds, sample: 0, receiver: 'roof' },
      ...{ carrierHz: 912_600_000, snrDb: 20, correctedBits: 0 },
    };
    for (const entry of ledger.take(packet)) sink.write(entry);
  };
  hear(1_234_560, 0);
  hear(1_234_561, 30);
  await sink.flush();
  return { ...test, hear };
}

describe('ertd meters add', () => {
  it('makes a meter the user’s, its scale by the dial, and a running daemon learns of it', async () => {
    const { sink, ledger, hear } = await street();
    expect(sink.userChanges()).toBeNull();
    expect(await ertd('meters', 'add', '07 10000001', '--name', 'House', '--dial', '12345.6')).toEqual({
      status: 0,
      out: expect.stringContaining('House (ert-10000001, 0.01 kWh a count) is yours'),
      err: '',
    });
    ledger.own = sink.userChanges()?.own ?? [];
    expect(sink.userChanges()).toBeNull();
    hear(1_234_570, 60);
    await sink.stop();
    const { out } = await ertd('readings', '--output', 'jsonl');
    expect(JSON.parse(out)).toMatchObject({
      name: 'House',
      counts: 1_234_570,
      value: '12345.70',
      unit: 'kWh',
    });
    expect((await ertd('meters', 'show', 'House')).out).toContain('"id": 10000001');
  });

  it('says what is odd about a label, and renames and removes', async () => {
    const { sink } = await street();
    await sink.stop();
    const { out } = await ertd('meters', 'add', '12 10000001', '--name', 'Gas');
    expect(out).toContain('Its label says type 12, but it sends 7');
    expect((await ertd('meters', 'add', '10000009', '--name', 'New')).out).toContain('not been heard yet');
    expect((await ertd('meters', 'rename', 'Gas', 'House')).out).toBe('ert-10000001 is called House now.\n');
    expect((await ertd('meters', 'remove', '10000001')).status).toBe(0);
    expect(await ertd('meters', 'remove', 'House')).toMatchObject({
      status: 64,
      err: expect.stringContaining('No meter House was added; there are: New.'),
    });
  });

  it.each([
    [['0', '--name', 'x'], '"0" is not the ID of a meter'],
    [['10000001', '--name', 'x', '--unit', 'kWh'], 'has one of unit and scale'],
    [['10000001', '--name', 'x', '--scale', 'two'], '"two" is not a number'],
    [['10000001', '--name', 'x', '--wrap', 'many'], '--wrap is wrong'],
    [['10000009', '--name', 'x', '--dial', '12345'], 'has not been heard yet, so its dial tells nothing'],
    [['10000001', '--name', 'x', '--dial', '99999'], 'No scale makes 1234561 counts'],
  ])('refuses %j in a sentence', async (args, message) => {
    const { sink } = await street();
    await sink.stop();
    expect(await ertd('meters', 'add', ...args)).toMatchObject({
      status: 64,
      err: expect.stringContaining(message),
    });
  });
});

describe('ertd quarantine', () => {
  it('lists what waits, and has it believed where its user says so', async () => {
    const { sink, ledger, hear } = await street();
    ledger.own = [ownMeter(10_000_001)];
    hear(55, 120);
    await sink.flush();
    const { out } = await ertd('quarantine', '--output', 'jsonl');
    expect(JSON.parse(out)).toMatchObject({ endpoint: 'ert-10000001', why: 'fell', outcome: 'waiting' });
    const id = String(JSON.parse(out).case);
    expect((await ertd('quarantine', 'accept', id)).status).toBe(0);
    for (const { suspect, decision } of sink.resume().decisions)
      for (const entry of ledger.decide(suspect, decision, HEARD_MS + 130_000)) sink.write(entry);
    await sink.stop();
    expect((await ertd('quarantine', 'list', '--output', 'csv')).out).toContain('accepted');
    expect(JSON.parse((await ertd('readings', '--output', 'jsonl')).out)).toMatchObject({
      counts: 55,
      beginsAnew: true,
    });
    expect(await ertd('quarantine', 'drop', id)).toMatchObject({ status: 64 });
  });
});

describe('ertd read', () => {
  it('waits for the next reading, which gets a row however soon it comes', async () => {
    const { sink, ledger, hear } = await street();
    ledger.own = [ownMeter(10_000_001)];
    expect(sink.userChanges()).toBeNull();
    const asked = ertd('read', 'ert-10000001', '--timeout', '20s');
    await expect
      .poll(() => sink.userChanges()?.wanted, { timeout: 10_000 })
      .toEqual(new Set(['ert-10000001']));
    sink.want(new Set(['ert-10000001']));
    hear(1_234_562, (Date.now() - HEARD_MS) / 1000);
    expect(await asked).toMatchObject({ status: 0, out: expect.stringContaining('1234562 counts') });
    await sink.stop();
  });

  it('gives up in time, and knows only who was heard', async () => {
    const { sink } = await street();
    await sink.stop();
    expect(await ertd('read', '10000001', '--timeout', '10ms')).toMatchObject({
      status: 69,
      err: expect.stringContaining(
        'No reading of 10000001 within 0.01 s; it was heard last before 2026-11-20',
      ),
    });
    expect((await ertd('read', 'Nobody')).status).toBe(64);
  });
});

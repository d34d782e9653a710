import { describe, expect, it } from 'vitest';
import { parseDial } from '../../src/commands/find-clues.js';
import type { Patience } from '../../src/commands/find-load.js';
import { findCommand } from '../../src/commands/meters-find.js';
import { Random } from '../../src/synth/random.js';
import { directoryPerTest, startedLedger, type TestLedger } from '../sinks/database-fixture.js';
import { runCommand } from './command-fixture.js';

const at = directoryPerTest();
const START_MS = Date.UTC(2026, 10, 20);
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const IDS = Array.from({ length: 12 }, (_, i) => 10_000_001 + i);
const MINE = 10_000_005;

/** A street that goes on as a patient user lets time pass; mine has a heater. */
class Street implements Patience {
  readonly said: string[] = [];
  readonly #counts = new Map<number, number>();
  readonly #perHour = new Map<number, number>();
  readonly #test: TestLedger;
  #nowMs = START_MS;

  constructor(test: TestLedger) {
    this.#test = test;
    const random = new Random(3);
    for (const id of IDS) {
      this.#counts.set(id, 20_000 + random.below(900_000));
      this.#perHour.set(id, random.uniform(20, 150));
    }
  }

  now = (): number => this.#nowMs;
  dialOf = (id: number): string => (Math.floor(this.#counts.get(id)! / 10) / 10).toFixed(1);
  say = (text: string): void => void this.said.push(text);

  sleep = async (ms: number): Promise<void> => {
    const isOn = this.said.at(-1)?.includes('ON now') === true;
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs; this.#nowMs += MINUTE_MS) {
      for (const id of IDS) {
        const heater = isOn && id === MINE ? 200 : 0;
        this.#counts.set(id, this.#counts.get(id)! + (this.#perHour.get(id)! + heater) / 60);
        const reading = {
          id,
          type: 7,
          commodity: 'electric',
          consumption: Math.floor(this.#counts.get(id)!),
        } as const;
        this.#test.hear({ ...reading, timeMs: this.#nowMs, snrDb: 20 });
      }
    }
    await this.#test.sink.flush();
  };
}

async function street(): Promise<{ street: Street; end: () => Promise<void> }> {
  const test = await startedLedger(at('db'), { resolutionMs: 0, now: () => START_MS });
  const it = new Street(test);
  await it.sleep(HOUR_MS);
  return { street: it, end: () => test.sink.stop() };
}

const run = (patience: Patience, ...args: string[]) =>
  runCommand((context) => findCommand(context, patience), [...args, '--db', at('db'), '--zone', 'UTC']);
const first = (out: string) => JSON.parse(out.split('\n')[0]);

describe('ertd meters find', () => {
  it('ranks by one reading of the dial', async () => {
    const { street: it, end } = await street();
    const { out, failure } = await run(
      it,
      '--dial',
      it.dialOf(MINE),
      '--commodity',
      'electric',
      '--limit',
      '3',
    );
    expect(failure).toBeNull();
    expect(out.trim().split('\n')).toHaveLength(3);
    expect(first(out)).toMatchObject({
      key: `ert-${MINE}`,
      reasons: expect.stringContaining('at 0.01 a count'),
    });
    expect(first(out).probability).toBeGreaterThan(0.9);
    expect(it.said.at(-1)).toBe(`It is this one, most likely: ertd meters add ${MINE} --name …`);
    const table = await run(it, '--dial', it.dialOf(MINE), '--output', 'table', '--limit', '1');
    expect(table.out).toMatch(
      /^ {8}ID {2}METER {11,}SURE {2}WHY\n {2}10000005 {2}Meter 10000005 {2}.* % {2}its register/,
    );
    await end();
  });

  it('ranks by two readings', async () => {
    const { street: it, end } = await street();
    const before = `${new Date(it.now()).toISOString().slice(11, 16)}=${it.dialOf(MINE)}`;
    await it.sleep(5 * HOUR_MS);
    const { out } = await run(it, '--dial', it.dialOf(MINE), '--dial', before);
    expect(first(out)).toMatchObject({
      key: `ert-${MINE}`,
      reasons: expect.stringContaining('while the dial went on by'),
    });
    await end();
  });

  it('ranks by a load that is switched', async () => {
    const { street: it, end } = await street();
    const { out, failure } = await run(it, '--load', '15m');
    expect(failure).toBeNull();
    expect(it.said.slice(0, 3)).toEqual([
      'Leave the heater off for 15m, and all else as it is.',
      'Switch the heater ON now, for 15m.',
      'Switch the heater OFF now, and leave it off for 15m.',
    ]);
    expect(first(out)).toMatchObject({
      key: `ert-${MINE}`,
      reasons: expect.stringMatching(/^it counted \d+ an hour with the load on/),
    });
    await end();
  });

  it('says what is not kept of meters that are not yours', async () => {
    const test = await startedLedger(at('db'), {}, { unknown: 'count' });
    test.ledger.own = [];
    const packet = { id: 7, type: 7, commodity: 'electric', consumption: 123_456 } as const;
    for (const minute of [0, 1, 2]) {
      for (const entry of test.ledger.take({
        ...(await import('../sinks/reading-fixture.js')).scmReading({
          ...packet,
          timeMs: START_MS + minute * MINUTE_MS,
        }),
      }))
        test.sink.write(entry);
    }
    await test.sink.stop();
    const patience: string[] = [];
    const calm = {
      now: () => START_MS + HOUR_MS,
      sleep: async () => {},
      say: (text: string) => void patience.push(text),
    };
    const { out } = await run(calm, '--dial', '00:10=1234.5', '--dial', '00:50=1240');
    expect(first(out).key).toBe('ert-7');
    expect(patience[0]).toBe(
      'Of 1 of 1 meters only the last state is known, which says nothing of how they went on: set readings.unknown = "store" for a day, or let this command listen with --source.',
    );
  });

  it('listens itself, to a recording too, and keeps nothing', async () => {
    const said: string[] = [];
    const patience = {
      now: () => START_MS,
      sleep: () => new Promise<void>(() => {}),
      say: (text: string) => void said.push(text),
    };
    const recording = new URL('../../fixtures/iq/scm-plus_912.6M_1024k.cu8', import.meta.url).pathname;
    const { out, failure } = await run(patience, '--source', recording);
    expect(failure).toBeNull();
    expect(said[0]).toBe('Listening for 5m …');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).key),
    ).toEqual(['ert-10000801']);
  });

  it('wants to know something', async () => {
    const { street: it, end } = await street();
    await end();
    expect(await run(it)).toMatchObject({
      code: 'USAGE',
      failure: 'Say what you know of your meter: --dial, --load or --commodity.',
    });
    expect((await run(it, '--dial', 'x')).failure).toContain('"x" is not a number');
    expect((await run(it, '--dial', '2030-01-01=5')).failure).toBe(
      '"2030-01-01=5" is of a time that has not come yet.',
    );
  });
});

describe('what a dial showed', () => {
  const NOW_MS = Date.UTC(2026, 10, 20, 15);
  it.each([
    ['12345.60', NOW_MS, 12345.6, 0.01],
    ['10:00=12345', Date.UTC(2026, 10, 20, 15), 12345, 1],
    ['23:30=12345,6', Date.UTC(2026, 10, 20, 4, 30), 12345.6, 0.1],
    ['2026-11-19T10:00Z=5', Date.UTC(2026, 10, 19, 10), 5, 1],
    ['2h=5', Date.UTC(2026, 10, 20, 13), 5, 1],
  ])('%s', (text, timeMs, value, resolution) => {
    expect(parseDial(text, NOW_MS, 'America/New_York')).toEqual({ timeMs, value, resolution });
  });
});

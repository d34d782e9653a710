import { describe, expect, it } from 'vitest';
import { eventsCommand } from '../../src/commands/events.js';
import type { MeterEvent } from '../../src/readings/entry.js';
import { eventOf } from '../../src/readings/events/watcher.js';
import { directoryPerTest, startedSink } from '../sinks/database-fixture.js';
import { HEARD_MS } from '../sinks/reading-fixture.js';
import { runCommand } from './command-fixture.js';

const at = directoryPerTest();
const HOUR_MS = 3_600_000;
const METER = { key: 'ert-10000042', name: 'House', commodity: 'water' } as const;

function event(given: Partial<MeterEvent>): MeterEvent {
  return eventOf({
    ...{ type: 'leak', meter: METER, timeMs: HEARD_MS, severity: 'warning', message: 'It leaks.' },
    evidence: { leakNow: 1 },
    ...given,
  });
}

async function fill(): Promise<string> {
  const { sink } = await startedSink(at('db'));
  sink.write(event({}));
  sink.write(
    event({
      type: 'tamper.tilt',
      timeMs: HEARD_MS + 2 * HOUR_MS,
      severity: 'alarm',
      message: 'It was tilted, "twice".',
    }),
  );
  sink.write(event({ type: 'outage', meter: null, timeMs: HEARD_MS + HOUR_MS, evidence: {} }));
  sink.write(
    event({
      endMs: HEARD_MS + 3 * HOUR_MS,
      severity: 'info',
      message: 'It leaks no more.',
      evidence: { leakNow: 0 },
    }),
  );
  await sink.stop();
  return at('db');
}

const run = async (...args: string[]) =>
  runCommand(
    (context) => eventsCommand(context, () => HEARD_MS + 24 * HOUR_MS),
    ['--db', await fill(), ...args],
  );
const typesOf = (out: string): string[] =>
  out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).type);

describe('ertd events', () => {
  it('lists each once, as it was told last, in the order in which they began', async () => {
    const { out, failure } = await run();
    expect(failure).toBeNull();
    expect(typesOf(out)).toEqual(['leak', 'outage', 'tamper.tilt']);
    expect(JSON.parse(out.split('\n')[0])).toEqual({
      id: 'leak/ert-10000042/2026-11-20T10:41:07.123Z',
      type: 'leak',
      meter: 'ert-10000042',
      name: null,
      time: '2026-11-20T10:41:07.123Z',
      end: '2026-11-20T13:41:07.123Z',
      severity: 'info',
      message: 'It leaks no more.',
      evidence: { leakNow: 0 },
    });
  });

  it.each([
    [['--type', 'tamper.*'], ['tamper.tilt']],
    [['--type', 'leak'], ['leak']],
    [
      ['--meter', '10000042'],
      ['leak', 'tamper.tilt'],
    ],
    [
      ['--meter', 'ert-10000042'],
      ['leak', 'tamper.tilt'],
    ],
    [['--since', '22h30m'], []],
    [
      ['--since', '2026-11-20T12:00Z'],
      ['leak', 'tamper.tilt'],
    ],
    [
      ['--until', '2026-11-20T12:00Z'],
      ['leak', 'outage'],
    ],
    [['--meter', '7'], []],
  ])('%j', async (args, types) => {
    const { out, err, failure } = await run(...args);
    if (args[1] === '22h30m') return expect(failure).toContain('is not a point in time');
    expect(typesOf(out)).toEqual(types);
    expect(err).toBe(types.length === 0 ? 'ertd: There is no such event.\n' : '');
  });

  it('prints CSV and a table', async () => {
    expect((await run('--output', 'csv', '--type', 'tamper.tilt')).out).toBe(
      'id,type,meter,name,time,end,severity,message,evidence\r\n' +
        'tamper.tilt/ert-10000042/2026-11-20T12:41:07.123Z,tamper.tilt,ert-10000042,,2026-11-20T12:41:07.123Z,,alarm,' +
        '"It was tilted, ""twice"".","{""leakNow"":1}"\r\n',
    );
    expect((await run('--output', 'table', '--type', 'outage')).out).toBe(
      'BEGAN (UTC)          ENDED (UTC)          SEVERITY  TYPE              METER           WHAT\n' +
        '2026-11-20 11:41:07                       warning   outage                            It leaks.\n',
    );
  });
});

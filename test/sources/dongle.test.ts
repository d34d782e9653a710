import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DongleSource } from '../../src/sources/dongle.js';
import type { SourceEvent, Tuning } from '../../src/sources/source.js';
import { FakeDongles } from '../fake-dongles.js';
import { failureOf } from './temporary-files.js';

const wanted: Tuning = { centerHz: 912_600_000, sampleRateHz: 1_000_000, gainDb: 28, ppm: 0 };
const PATIENCE = { timeout: 10_000, interval: 20 };

let folder = '';
let machine: FakeDongles;
const sources: DongleSource[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ertd-dongles-'));
  machine = new FakeDongles(folder);
  for (const [name, value] of Object.entries(machine.env)) vi.stubEnv(name, value);
});

afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function newSource(serial = '') {
  const events: SourceEvent[] = [];
  const onEvent = (event: SourceEvent): void => void events.push(event);
  const source = new DongleSource({ serial, machineRoot: machine.root, onEvent });
  sources.push(source);
  return { source, events };
}

/** Reads on and counts. */
function counting(source: DongleSource) {
  const counted = { samples: 0, nextSample: 0 };
  const reading = async (): Promise<void> => {
    for await (const { bytes, firstSample } of source.blocks(new AbortController().signal)) {
      counted.samples += bytes.length / 2;
      counted.nextSample = firstSample + bytes.length / 2;
    }
  };
  void reading();
  return counted;
}

async function flows(source: DongleSource): Promise<void> {
  const counted = counting(source);
  await vi.waitFor(() => expect(counted.samples).toBeGreaterThan(50_000), PATIENCE);
}

describe('DongleSource', { timeout: 60_000 }, () => {
  it('has rtl_tcp open the dongle, sets it and delivers its samples', async () => {
    machine.plug({ serial: '00000042', port: '1-1.2' });
    const { source, events } = newSource();
    expect([source.id, source.live]).toEqual(['rtlsdr', true]);
    expect(await source.open({ ...wanted, biasTee: true })).toEqual({ ...wanted, biasTee: true });
    await flows(source);
    source.retune({ ...wanted, gainDb: 30, biasTee: true });
    const commands = ['5 0', '2 1000000', '1 912600000', '3 1', '4 280', '8 0', '14 1', '4 300'];
    await vi.waitFor(() => expect(machine.commandsOf('1-1.2')).toEqual(commands), PATIENCE);
    expect(events).toEqual([]);
    await source.close();
    expect(machine.holderOf('1-1.2')).toBeNull();
  });

  it.each([
    ['00000001', '1-2'],
    ['0000', '1-2'],
    ['77', '1-3'],
  ])('opens the dongle whose serial is, begins or ends with %s, never another', async (serial, port) => {
    // rtl_tcp would take 00000001 for the index 1, which is another dongle.
    machine.plug(
      { serial: '12345678', port: '1-1' },
      { serial: '99999977', port: '1-3' },
      { serial: '00000001', port: '1-2' },
    );
    const { source } = newSource(serial);
    await source.open(wanted);
    await flows(source);
    expect(machine.holderOf(port)).not.toBeNull();
    expect(['1-1', '1-2', '1-3'].filter((each) => machine.holderOf(each) !== null)).toEqual([port]);
  });

  it('takes one that is free where none is named', async () => {
    machine.plug(
      { serial: 'A', port: '1-1', state: 'in use' },
      { serial: 'B', port: '1-2' },
      { serial: 'C', port: '1-3', state: 'in use' },
    );
    const { source } = newSource();
    await source.open(wanted);
    expect(machine.holderOf('1-2')).not.toBeNull();
  });

  it('tells two with the same serial apart by what is in use', async () => {
    machine.plug({ serial: '00000001', port: '1-1', state: 'in use' }, { serial: '00000001', port: '1-2' });
    await newSource().source.open(wanted);
    expect(machine.holderOf('1-2')).not.toBeNull();
  });
});

describe('DongleSource cannot open', { timeout: 60_000 }, () => {
  const refused = async (serial: string, message: RegExp) => {
    const failure = await failureOf(newSource(serial).source.open(wanted));
    expect(failure).toMatchObject({ code: 'SOURCE_NOT_FOUND', exitCode: 69 });
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).not.toContain('\n');
  };

  it('a dongle that is not there', async () => {
    await refused('', /^No RTL-SDR dongle is plugged into this machine: /);
    machine.plug({ serial: '00000042', port: '1-1' });
    await refused('43', /^There is no dongle with the serial 43: plugged in are 00000042\.$/);
  });

  it('one that may be another', async () => {
    machine.plug({ serial: '00000001', port: '1-1' }, { serial: '00000001', port: '1-2' });
    await refused('00000001', /fits 2 dongles: .*rtl_eeprom/);
    machine.plug({ serial: '00000001', port: '1-1' }, { serial: '00000002', port: '1-2' });
    await refused('0000', /fits 2 dongles: give more of it \(00000001, 00000002\)/);
  });

  it('one that is in use', async () => {
    machine.plug({ serial: 'A', port: '1-1', state: 'in use' });
    await refused('A', /^The dongle A is in use by another program: /);
    machine.plug(
      { serial: 'A', port: '1-1', state: 'in use' },
      { serial: 'B', port: '1-2', state: 'in use' },
    );
    await refused('', /^All 2 dongles are in use/);
  });

  it('one that rtl_tcp cannot open, or without rtl_tcp', async () => {
    machine.plug({ serial: 'A', port: '1-1', state: 'dies' });
    await refused('A', /saying "cb transfer status: 5, canceling\.\.\."\.$/);
    vi.stubEnv('PATH', '/nonexistent');
    await refused('A', /^The program rtl_tcp, which opens dongles, is missing: sudo apt install rtl-sdr\.$/);
  });
});

const realRtlTcp = ['/usr/bin/rtl_tcp', '/usr/local/bin/rtl_tcp'].find((path) => existsSync(path));

it.runIf(realRtlTcp !== undefined && !existsSync('/sys/bus/usb'))(
  'says what the real rtl_tcp says',
  async () => {
    machine.plug({ serial: 'A', port: '1-1' });
    vi.stubEnv('PATH', '/usr/bin:/usr/local/bin:/bin');
    const failure = await failureOf(newSource('A').source.open(wanted));
    expect(failure).toMatchObject({
      exitCode: 69,
      message:
        'The dongle A sends no samples: rtl_tcp ended (exit status 1), saying "No supported devices found.".',
    });
  },
);

describe('DongleSource in an outage', { timeout: 60_000 }, () => {
  it.each([
    ['its rtl_tcp is killed', 'well', /ended by SIGKILL/],
    ['its rtl_tcp ends', 'dies', /exit status 1\), saying "cb transfer/],
    ['it falls silent', 'silent', /^No samples from the dongle A for 3 s/],
    ['it falls silent and rtl_tcp does not end', 'wedged', /^No samples from the dongle A for 3 s/],
    ['it is pulled out', 'unplugged', /^No samples from the dongle A for 3 s/],
  ] as const)('opens it again where %s, and tells within 5 s', async (_what, state, why) => {
    const dongle = { serial: 'A', port: '1-1' };
    machine.plug(dongle);
    const { source, events } = newSource('A');
    await source.open(wanted);
    await flows(source);
    const began = performance.now();
    if (state === 'well') process.kill(machine.holderOf('1-1') ?? 0, 'SIGKILL');
    else machine.plug({ ...dongle, state });
    await vi.waitFor(() => expect(events).toHaveLength(1), PATIENCE);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(events[0]).toMatchObject({ kind: 'lost', message: expect.stringMatching(why) });
    expect(source.health.outage).not.toBeNull();
    machine.plug(dongle);
    await vi.waitFor(() => expect(events).toHaveLength(2), PATIENCE);
    expect(events[1]?.message).toMatch(/^Samples flow again from the dongle A, \d+\.\d s later\.$/);
    expect(source.health).toMatchObject({ outage: null, outages: 1 });
  });

  it('waits for the same dongle where another is left, and finds it in another socket', async () => {
    machine.plug({ serial: 'A', port: '1-1' }, { serial: 'B', port: '1-2' });
    const { source, events } = newSource();
    await source.open(wanted);
    await flows(source);
    machine.plug({ serial: 'B', port: '1-2' });
    await vi.waitFor(
      () => expect(source.health.outage?.why).toBe('The dongle A is not plugged in: waiting for it.'),
      PATIENCE,
    );
    expect(machine.holderOf('1-2')).toBeNull();
    machine.plug({ serial: 'B', port: '1-2' }, { serial: 'A', port: '1-4' });
    await vi.waitFor(() => expect(events).toHaveLength(2), PATIENCE);
    expect(machine.holderOf('1-4')).not.toBeNull();
  });
});

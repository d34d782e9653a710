import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/commands/context.js';
import { runErtd } from '../../src/commands/program.js';
import { synthCommand } from '../../src/commands/synth.js';
import type { Clock } from '../../src/sources/clock.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();

/** A second of a busy street, at the lowest rate. */
const STREET = ['--seconds', '1', '--period', '100ms..200ms', '--rate', '1M', '--center', '912.6M'];

async function synth(args: string[], changes: Partial<CommandContext> = {}) {
  const context = testContext(changes);
  const status = await runErtd(['synth', ...args], context);
  return { status, out: context.out(), err: context.err() };
}

/** What a command writes to standard output, as bytes. */
class Bytes extends Writable {
  readonly chunks: Uint8Array[] = [];

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }
}

function truthIn(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('ertd synth', () => {
  it('writes the same samples and the same truth every time', async () => {
    expect(await synth([at('a.cu8'), ...STREET])).toMatchObject({ status: 0, out: '' });
    await synth([at('b.cu8'), ...STREET]);
    await synth([at('c.cu8'), ...STREET, '--seed', '2']);
    const samples = readFileSync(at('a.cu8'));
    expect(samples).toHaveLength(2_000_000);
    expect(readFileSync(at('b.cu8')).equals(samples)).toBe(true);
    expect(readFileSync(at('c.cu8')).equals(samples)).toBe(false);
    expect(truthIn(at('b.truth.jsonl'))).toEqual(truthIn(at('a.truth.jsonl')));
  });

  it('lists what ertd replay then reads', async () => {
    const file = at('x_912.6M_1000k.cs16');
    await synth([file, '--seconds', '1', '--period', '0.1..0.2', '--snr', '18..30', '--ppm', '-30']);
    const truth = truthIn(at('x_912.6M_1000k.truth.jsonl'));
    const replay = testContext();
    expect(await runErtd(['replay', file, '--output', 'jsonl'], replay)).toBe(0);
    const heard = replay.out().trim().split('\n');
    const key = ({ id, consumption, checksum }: Record<string, unknown>) =>
      `${id} ${consumption} ${checksum}`;
    expect(truth.length).toBeGreaterThan(5);
    expect(heard.map((line) => key(JSON.parse(line))).sort()).toEqual(truth.map(key).sort());
  });

  it('says what it wrote, and how to read what the name does not tell', async () => {
    const { err } = await synth([at('x.cu8'), ...STREET]);
    const packets = truthIn(at('x.truth.jsonl'));
    const meters = new Set(packets.map(({ id }) => id)).size;
    expect(err.split('\n')).toEqual([
      `${at('x.cu8')}: 1000000 samples of cu8, 1.000 s of air`,
      `Packets: ${packets.length}, from ${meters} of 20 meters, listed in ${at('x.truth.jsonl')}`,
      `Read it with: ertd replay ${at('x.cu8')} --rate 1000000 --center 912600000`,
      '',
    ]);
  });

  it('takes format, rate and centre from the name, and options over it', async () => {
    const { err } = await synth([at('x_915.7M_2400k.cs8'), '--seconds', '0.01']);
    expect(err).toContain('24000 samples of cs8');
    expect(err).toMatch(/ertd replay \S+\.cs8\n/);
    expect(existsSync(at('x_915.7M_2400k.truth.jsonl'))).toBe(true);
    const over = await synth([at('x_915.7M_2359k.cu8'), '--seconds', '0.01', '--rate', '2359296']);
    expect(over.err).toMatch(/\.cu8 --rate 2359296\n/);
  });

  it.each(['x.sigmf', 'x.sigmf-data', 'x.sigmf-meta'])('writes SigMF for %s', async (name) => {
    const { err } = await synth([
      at(name),
      '--seconds',
      '0.01',
      '--format',
      'cf32',
      '--start',
      '2026-11-01T18:30Z',
    ]);
    expect(readFileSync(at('x.sigmf-data'))).toHaveLength(8 * 23_593);
    const { global, captures } = JSON.parse(readFileSync(at('x.sigmf-meta'), 'utf8'));
    expect(global).toMatchObject({ 'core:datatype': 'cf32_le', 'core:sample_rate': 2_359_296 });
    expect(captures[0]).toMatchObject({
      'core:frequency': 912.6e6,
      'core:datetime': '2026-11-01T18:30:00.000Z',
    });
    expect(existsSync(at('x.truth.jsonl'))).toBe(true);
    expect(err).toContain(`Read it with: ertd replay ${at('x.sigmf-meta')}\n`);
  });

  it('writes the same samples to standard output', async () => {
    const stdout = new Bytes();
    const { status, err } = await synth(['-', ...STREET], { stdout });
    await synth([at('a.cu8'), ...STREET]);
    expect(status).toBe(0);
    expect(Buffer.concat(stdout.chunks).equals(readFileSync(at('a.cu8')))).toBe(true);
    expect(err).toMatch(
      /^Standard output: 1000000 samples of cu8, 1\.000 s of air\nPackets: \d+, from \d+ of 20 meters\n$/,
    );
  });

  it('has a date where one is known', async () => {
    const days = async (...args: string[]) => {
      await synth([...args, '--seconds', '1', '--period', '0.1', '--force']);
      return truthIn(args[0].replace(/\.[a-z0-9]+$/, '.truth.jsonl')).map(({ time }) =>
        String(time).slice(0, 10),
      );
    };
    expect(new Set(await days(at('x.cu8')))).toEqual(new Set(['null']));
    expect(new Set(await days(at('x.cu8'), '--start', '2026-11-01'))).toEqual(new Set(['2026-11-01']));
    const named = at('gqrx_20260102_030405_912600000_1000000_fc.raw');
    expect(new Set(await days(named))).toEqual(new Set(['2026-01-02']));
  });

  it('makes noise alone where there are no meters, or none in the window, and says so', async () => {
    const none = await synth([at('x.cu8'), '--seconds', '0.1', '--meters', '0']);
    expect(none.err).toContain('Packets: 0, from 0 of 0 meters');
    expect(readFileSync(at('x.truth.jsonl'), 'utf8')).toBe('');
    const elsewhere = await synth([at('y.cu8'), '--seconds', '0.1', '--center', '433.9M']);
    expect(elsewhere).toMatchObject({
      status: 0,
      err: expect.stringMatching(/^ertd: No channel of the meters is within the window around 433\.9 MHz: /),
    });
  });

  it('has only transmitters of one class where that is asked for', async () => {
    await synth([at('x.cu8'), ...STREET, '--class', 'F']);
    expect(new Set(truthIn(at('x.truth.jsonl')).map((packet) => packet.class))).toEqual(new Set(['F']));
  });
});

describe('ertd synth --protocols', () => {
  const sentBy = async (...args: string[]) => {
    await synth([at('x.cu8'), ...STREET, ...args]);
    return new Set(truthIn(at('x.truth.jsonl')).map(({ protocol }) => protocol));
  };

  it('has all of them, or those that are asked for', async () => {
    const every = ['SCM', 'SCM+', 'IDM', 'NetIDM', 'R900', 'R900BCD'];
    expect(await sentBy('--period', '0.1', '--seconds', '2')).toEqual(new Set(every));
    expect(await sentBy('--force', '--protocols', 'SCM+,r900')).toEqual(new Set(['SCM+', 'R900']));
  });

  it('refuses what it does not know, and what nobody sends', async () => {
    const refusal = async (...args: string[]) => (await synth([at('x.cu8'), ...args])).err;
    expect(await refusal('--protocols', 'scm,zigbee')).toBe(
      `ertd: option '--protocols <names>' argument 'scm,zigbee' is invalid. "zigbee" is no message; it must be a list of scm, scm+, idm, netidm, r900, r900bcd.\n`,
    );
    expect(await refusal('--class', 'G', '--protocols', 'idm')).toBe(
      'ertd: No endpoint of class G sends IDM; name other protocols.\n',
    );
  });
});

describe('ertd synth --realtime', () => {
  it('writes no sample before it would have been taken', async () => {
    let nowMs = 500;
    const clock: Clock = {
      monotonicMs: () => nowMs,
      wallMs: () => 0,
      sleep: async (ms) => {
        nowMs += ms;
      },
    };
    const stdout = new Bytes();
    const due: number[] = [];
    stdout._write = (chunk, _encoding, done) => {
      due.push(nowMs);
      stdout.chunks.push(chunk);
      done();
    };
    const command = synthCommand(testContext({ stdout }), clock);
    await command.parseAsync(['-', '--seconds', '0.1', '--rate', '1M', '--realtime'], { from: 'user' });
    let samples = 0;
    for (const [i, chunk] of stdout.chunks.entries()) {
      samples += chunk.length / 2;
      expect(due[i] - 500).toBeCloseTo(samples / 1000, 6);
    }
    expect(stdout.chunks.map(({ length }) => length / 2)).toEqual([32_000, 32_000, 32_000, 4000]);
  });

  it('stops when it is told to, with whole samples and the truth about them', async () => {
    const stop = new AbortController();
    const clock: Clock = {
      monotonicMs: () => 0,
      wallMs: () => 0,
      sleep: async (ms) => {
        if (ms > 300) stop.abort();
      },
    };
    const command = synthCommand(testContext({ signal: stop.signal }), clock);
    await command.parseAsync([at('x.cu8'), ...STREET, '--realtime'], { from: 'user' });
    expect(readFileSync(at('x.cu8'))).toHaveLength(2 * 9 * 32_000);
    for (const packet of truthIn(at('x.truth.jsonl')))
      expect(Number(packet.seconds)).toBeLessThan(0.288 - 0.0058);
  });
});

describe('ertd synth refuses', () => {
  it('to overwrite anything without --force', async () => {
    writeFileSync(at('x.cu8'), 'dear');
    writeFileSync(at('y.truth.jsonl'), 'dear');
    for (const [out, file] of [
      ['x.cu8', 'x.cu8'],
      ['y.cu8', 'y.truth.jsonl'],
      ['y.sigmf', 'y.truth.jsonl'],
    ]) {
      expect(await synth([at(out), '--seconds', '0.01'])).toEqual({
        status: 64,
        out: '',
        err: `ertd: ${at(file)} exists: name another file, or overwrite it with --force.\n`,
      });
      expect(readFileSync(at(file), 'utf8')).toBe('dear');
    }
    expect(existsSync(at('y.cu8'))).toBe(false);
    expect(await synth([at('x.cu8'), '--seconds', '0.01', '--force'])).toMatchObject({ status: 0 });
    expect(readFileSync(at('x.cu8'))).toHaveLength(2 * 23_593);
  });

  it('to put samples on a terminal', async () => {
    const stdout = Object.assign(new Bytes(), { isTTY: true });
    expect(await synth(['-'], { stdout })).toMatchObject({
      status: 64,
      err: 'ertd: Standard output is a terminal: pipe the samples, or name a file.\n',
    });
    expect(stdout.chunks).toEqual([]);
  });

  it('a name that tells no format', async () => {
    expect(await synth([at('x.wav')])).toMatchObject({
      status: 64,
      err: `ertd: The name of ${at('x.wav')} has no known sample format: give one with --format (cu8, cs8, cs16, cf32).\n`,
    });
  });

  it('a directory, and a file in none', async () => {
    expect(await synth([at('.'), '--format', 'cu8'])).toMatchObject({
      status: 64,
      err: `ertd: ${at('.')} is a directory: name a file in it.\n`,
    });
    expect(await synth([at('none/x.cu8')])).toMatchObject({
      status: 74,
      err: `ertd: ${at('none/x.cu8')} cannot be written: its directory does not exist.\n`,
    });
  });

  it.each([
    [['--seconds', '0'], 'It must be a length of time, such as 10, 90s or 5m.'],
    [['--seconds', 'soon'], 'It must be a length of time, such as 10, 90s or 5m.'],
    [['--meters', '2.5'], 'It must be a whole number from 0 to 100000.'],
    [['--rate', '30M'], 'A sample rate of 30 MS/s is not from 1 to 20 MS/s.'],
    [['--rate', 'fast'], '"fast" is not a number of hertz; write it like 912600000, 912600k or 912.6M.'],
    [['--center', '0'], '0 Hz is no frequency to tune to.'],
    [['--format', 'wav'], 'Allowed choices are cu8, cs8, cs16, cf32.'],
    [['--noise', '0'], 'It must be a number of steps from 0.001 to 128.'],
    [['--snr', '30..8'], 'It must be one value, or a range from low to high such as 8..30.'],
    [['--snr', '8..20..30'], 'It must be one value, or a range from low to high such as 8..30.'],
    [['--snr', ''], 'It must be a number of dB from -20 to 120.'],
    [['--period', '1ms..1s'], 'It must be at least 10ms, as a packet takes 6 ms.'],
    [['--class', 'X'], 'Allowed choices are mix, P, F, G.'],
    [['--ppm', '1e9'], 'It must be a number of ppm from -1000 to 1000.'],
    [['--seed', '-1'], 'It must be a whole number from 0 to 4294967295.'],
    [['--start', 'now'], '"now" is not a point in time;'],
  ])('%j in one sentence', async (args, sentence) => {
    const { status, err } = await synth([at('x.cu8'), ...args]);
    expect(status).toBe(64);
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(existsSync(at('x.cu8'))).toBe(false);
  });

  it('a rate in the name that nothing could read', async () => {
    expect(await synth([at('x_250k.cu8')])).toMatchObject({
      status: 64,
      err: 'ertd: A sample rate of 0.25 MS/s is not from 1 to 20 MS/s.\n',
    });
  });

  it.runIf(process.platform === 'linux')('a disk that is full, with 74', async () => {
    expect(await synth(['/dev/full', '--format', 'cu8'])).toEqual({
      status: 74,
      out: '',
      err: 'ertd: /dev/full cannot be written: the disk is full.\n',
    });
  });
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CommandContext } from '../../src/commands/context.js';
import { runErtd } from '../../src/commands/program.js';
import { BandServer } from '../../src/synth/band-server.js';
import { RtlTcpPeer } from '../rtl-tcp-peer.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { DONGLE, streetBand } from '../synth/band-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const RADIO = ['--center', '912.6M', '--rate', '1.024M'];

async function record(args: readonly string[], changes: Partial<CommandContext> = {}) {
  const context = testContext({ env: { HOME: at('home') }, ...changes });
  const status = await runErtd(['record', ...args], context);
  return { status, out: context.out(), err: context.err() };
}

/** A street that is easily heard, served. @returns its address */
async function served(): Promise<{ readonly server: BandServer; readonly uri: string }> {
  const server = new BandServer({ band: streetBand(), dongle: DONGLE, seed: 1 });
  cleanups.push(() => server.close());
  return { server, uri: `rtltcp://127.0.0.1:${await server.listen('127.0.0.1', 0)}` };
}

interface Annotation {
  readonly 'core:sample_start': number;
  readonly 'core:sample_count': number;
  readonly 'core:label': string;
}

interface Meta {
  readonly global: Readonly<Record<string, unknown>>;
  readonly captures: readonly Readonly<Record<string, number>>[];
  readonly annotations: readonly Annotation[];
}

const metaOf = (base: string): Meta => JSON.parse(readFileSync(at(`${base}.sigmf-meta`), 'utf8'));

/** Makes a second of air. @returns its path */
async function recording(): Promise<string> {
  const path = at('x_912.6M_1024k.cu8');
  const args = ['synth', path, '--seconds', '1', '--period', '100ms..200ms', '--snr', '20..30'];
  expect(await runErtd(args, testContext())).toBe(0);
  return path;
}

describe('ertd record', { timeout: 30_000 }, () => {
  it('keeps the samples as they are, and notes the packets in them', async () => {
    const path = await recording();
    const { status, err } = await record([path, at('out')]);
    expect(status).toBe(0);
    expect(readFileSync(at('out.sigmf-data')).equals(readFileSync(path))).toBe(true);
    const { global, captures, annotations } = metaOf('out');
    expect(global).toMatchObject({ 'core:datatype': 'cu8', 'core:sample_rate': 1_024_000 });
    expect(captures).toEqual([
      { 'core:sample_start': 0, 'core:global_index': 0, 'core:frequency': 912_600_000 },
    ]);
    const truth = readFileSync(at('x_912.6M_1024k.truth.jsonl'), 'utf8').trim().split('\n');
    const sent = truth
      .map((line) => JSON.parse(line))
      .map(({ protocol, id, sample }) => [`${protocol} ${id}`, sample]);
    expect(annotations.map((one) => one['core:label'])).toEqual(sent.map(([label]) => label));
    for (const [i, one] of annotations.entries()) {
      expect(Math.abs(one['core:sample_start'] - sent[i][1])).toBeLessThan(40);
      if (one['core:label'].startsWith('SCM ')) expect(one['core:sample_count']).toBeCloseTo(6000, -2);
    }
    expect(err).toBe(
      `${at('out.sigmf-data')}: 2.05 MB, 1.0 s of air\n` +
        `Packets: ${sent.length}, noted in ${at('out.sigmf-meta')}\nRead it with: ertd replay ${at('out.sigmf-meta')}\n`,
    );
  });

  it('records a radio for so long, and what it wrote can be replayed', async () => {
    const { uri } = await served();
    expect(await record([uri, at('night.sigmf'), ...RADIO, '--for', '1500ms'])).toMatchObject({ status: 0 });
    expect(readFileSync(at('night.sigmf-data'))).toHaveLength(2 * 1_536_000);
    const { captures, annotations } = metaOf('night');
    expect(captures[0]['core:frequency']).toBe(912_600_000);
    expect(Math.abs(Date.parse(String(captures[0]['core:datetime'])) - Date.now())).toBeLessThan(10_000);
    expect(annotations.length).toBeGreaterThan(5);
    const replay = testContext();
    expect(await runErtd(['replay', at('night.sigmf-meta'), '--output', 'jsonl'], replay)).toBe(0);
    const heard = replay
      .out()
      .trim()
      .split('\n')
      .map((line) => `SCM ${JSON.parse(line).id}`);
    expect(heard).toEqual(annotations.map((one) => one['core:label']));
  });

  it('finds the gain, and notes what it changed', async () => {
    const dongle = { ...DONGLE, noiseRms: 4 };
    const server = new BandServer({ band: streetBand(), dongle, seed: 1, speed: 6 });
    cleanups.push(() => server.close());
    const uri = `rtltcp://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    const { status, err } = await record([uri, at('loud'), ...RADIO, '--for', '12s']);
    expect(status).toBe(0);
    expect(err).toMatch(/ertd: Gain from 28\.0 to 22\.0 dB: .* % of the samples clip\n/);
    const [note] = metaOf('loud').annotations.filter((one) => one['core:label'] === 'gain 22.0 dB');
    expect(note['core:sample_start']).toBeGreaterThanOrEqual(10 * 1_024_000);
    expect(note['core:sample_start']).toBeLessThan(12 * 1_024_000);
    expect(err).toContain('Packets: ');
  });

  it('sets the radio as ertd run does', async () => {
    const peer = new RtlTcpPeer();
    const over = new AbortController();
    cleanups.push(
      () => peer.kill(),
      () => over.abort(),
    );
    const uri = `rtltcp://127.0.0.1:${await peer.listen()}`;
    void peer.play(Array(100).fill(new Uint8Array(65_536).fill(127)), {
      bytesPerSecond: 2e6,
      signal: over.signal,
    });
    const radio = ['--bias-tee', 'true', '--bandwidth', '1.5M', '--ppm', '3', '--no-decode'];
    expect(await record([uri, at('out'), ...RADIO, ...radio, '--for', '100ms'])).toMatchObject({ status: 0 });
    const commands = peer.clients[0].map(({ op, value }) => `${op} ${value}`);
    expect(commands).toEqual([
      '5 3',
      '2 1024000',
      '1 912600000',
      '3 1',
      '4 280',
      '8 0',
      '14 1',
      '64 1500000',
    ]);
  });

  it('ends where the samples would take too much', async () => {
    const path = await recording();
    await record([path, at('out'), '--max-size', '100k', '--no-decode']);
    expect(readFileSync(at('out.sigmf-data')).equals(readFileSync(path).subarray(0, 100_000))).toBe(true);
    expect(metaOf('out').annotations).toEqual([]);
  });

  it('keeps what has come when it is stopped', async () => {
    const { uri } = await served();
    const stop = new AbortController();
    const ended = record([uri, at('out'), ...RADIO], { signal: stop.signal });
    await vi.waitFor(() => expect(readFileSync(at('out.sigmf-data')).length).toBeGreaterThan(2_000_000), {
      timeout: 10_000,
    });
    // What a crash would leave can be read too.
    expect(metaOf('out').global).toMatchObject({ 'core:datatype': 'cu8' });
    stop.abort();
    const { status, err } = await ended;
    expect(status).toBe(0);
    expect(err).toContain('Read it with: ');
    expect(metaOf('out').annotations.length).toBeGreaterThan(2);
  });

  it('begins another capture after a gap, and finds its packets where they are', async () => {
    const { server, uri } = await served();
    const ended = record([uri, at('out'), ...RADIO, '--for', '3s']);
    await vi.waitFor(() => expect(server.clients.size).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await server.inject({ kind: 'disconnect', lengthMs: 300 });
    expect((await ended).err).toContain('Gaps: 1\n');
    const { captures, annotations } = metaOf('out');
    expect(captures).toHaveLength(2);
    const [first, second] = captures;
    const missing = second['core:global_index'] - second['core:sample_start'] - first['core:global_index'];
    expect(missing / 1_024_000).toBeGreaterThan(0.2);
    const replay = testContext();
    await runErtd(['replay', at('out.sigmf-meta'), '--output', 'jsonl'], replay);
    const samples = replay
      .out()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).sample);
    const late = annotations.filter((one) => one['core:sample_start'] > second['core:sample_start']);
    expect(late.length).toBeGreaterThan(3);
    const found = late.filter((one) => samples.some((at) => Math.abs(at - one['core:sample_start']) < 64));
    expect(found.length).toBeGreaterThanOrEqual(late.length - 1);
  });

  it('names a recording for the time and the tuning', async () => {
    const path = await recording();
    const before = process.cwd();
    process.chdir(at('.'));
    cleanups.push(() => process.chdir(before));
    const { err } = await record([path, '--for', '10ms', '--no-decode']);
    expect(err).toMatch(/^ertd_\d{8}T\d{6}Z_912\.6M_1024k\.sigmf-data: /);
  });

  it('overwrites nothing but with --force', async () => {
    const path = await recording();
    writeFileSync(at('out.sigmf-data'), 'mine');
    expect(await record([path, at('out')])).toEqual({
      status: 64,
      out: '',
      err: `ertd: ${at('out.sigmf-data')} exists: name another file, or overwrite it with --force.\n`,
    });
    expect(readFileSync(at('out.sigmf-data'), 'utf8')).toBe('mine');
    expect(await record([path, at('out'), '--force'])).toMatchObject({ status: 0 });
  });

  it.each([
    [['nothing.cu8'], 66, 'nothing.cu8 does not exist: check the path.'],
    [['rtltcp://127.0.0.1:1'], 69, 'No rtl_tcp server answers at 127.0.0.1:1:'],
    [['x.cu8', '--max-size', 'big'], 64, '"big" is not a size; write it like 500M or 2G.'],
    [['x.cu8', '--for', '0'], 64, '--for and --max-size leave no room for a sample.'],
  ])('%j is told in one sentence', async (args, status, sentence) => {
    if (args[0] === 'x.cu8') args = [await recording(), ...args.slice(1)];
    const said = await record([args[0], at('out'), ...args.slice(1)]);
    expect(said.status).toBe(status);
    expect(said.err).toContain(sentence);
    expect(said.err.trim().split('\n')).toHaveLength(1);
    expect(existsSync(at('out.sigmf-data'))).toBe(false);
  });

  it('says that a folder is missing', async () => {
    expect(await record([await recording(), at('no/such/out')])).toMatchObject({
      status: 74,
      err: expect.stringContaining('its directory does not exist'),
    });
  });
});

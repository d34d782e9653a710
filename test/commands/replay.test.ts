import { copyFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/commands/context.js';
import { runErtd } from '../../src/commands/program.js';
import { directoryPerTest, rowsOf } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();

/** Three meters at 2.4 MS/s around 912.6 MHz, 40 ms of cu8. */
const CLIPPED = fileURLToPath(new URL('../../fixtures/iq/clipped_912.6M_2400k.cu8', import.meta.url));
const RELAYED = fileURLToPath(new URL('../../fixtures/iq/relayed.sigmf-meta', import.meta.url));

const KEYS = [
  ...['time', 'seconds', 'sample', 'receiver', 'protocol', 'id', 'type', 'commodity', 'consumption'],
  ...['tamperPhy', 'tamperEnc', 'relayed', 'checksum', 'carrierHz', 'snrDb', 'correctedBits', 'confidence'],
];

async function replay(args: string[], changes: Partial<CommandContext> = {}) {
  const context = testContext(changes);
  const status = await runErtd(['replay', ...args], context);
  const lines = context.out().split('\n').slice(0, -1);
  return { status, out: context.out(), err: context.err(), lines };
}

describe('ertd replay', () => {
  it('prints JSON lines where stdout is no terminal: the same every time, keys in order', async () => {
    const first = await replay([CLIPPED]);
    expect(first.status).toBe(0);
    expect(first.lines).toHaveLength(3);
    for (const line of first.lines) expect(Object.keys(JSON.parse(line))).toEqual(KEYS);
    expect(JSON.parse(first.lines[0])).toMatchObject({ time: null, protocol: 'SCM', relayed: false });
    expect((await replay([CLIPPED])).out).toBe(first.out);
  });

  it.each([
    ['table', 4, /^TIME/],
    ['csv', 4, /^time,seconds,sample/],
    ['none', 0, /^$/],
  ])('prints %s', async (format, lines, head) => {
    const { out } = await replay([CLIPPED, '--output', format]);
    expect(out).toMatch(head);
    expect(out.split('\n').filter((line) => line !== '')).toHaveLength(lines);
  });

  it('prints as rtlamr does, of chosen meters, and stops when it has one of each', async () => {
    const street = fileURLToPath(new URL('../../fixtures/iq/street_912.6M_2400k.cu8', import.meta.url));
    const ids = ['--filter-id', '10000002,10000004', '--single'];
    const { status, lines, err } = await replay([street, '--output', 'rtlamr-json', ...ids]);
    expect(status).toBe(0);
    expect(lines.map((line) => JSON.parse(line).Message.ID)).toEqual([10_000_002, 10_000_004]);
    expect(err).toMatch(/ samples, 0\.\d+ s of air/);
    const { lines: early } = await replay([street, '--output', 'rtlamr-plain', '--duration', '60ms']);
    expect(early.map((line) => /ID:(\d+)/.exec(line)?.[1])).toEqual(['10000005', '10000002']);
  });

  it('takes long packets of named meters for what they are said to be', async () => {
    const recording = fileURLToPath(new URL('../../fixtures/iq/idm_912.6M_1024k.cu8', import.meta.url));
    const { lines } = await replay([recording, '--net-idm-meters', '10000811', '--idm-meters', '10000813']);
    const packets = lines.map((line) => JSON.parse(line)).map(({ id, protocol }) => `${id} ${protocol}`);
    expect(packets.slice(0, 4)).toEqual(['10000811 SCM', '10000811 NetIDM', '10000812 IDM', '10000813 IDM']);
  });

  it('ends with a summary on stderr', async () => {
    const { err } = await replay([CLIPPED]);
    expect(err).toMatch(/^96000 samples, 0\.040 s of air, [\d.]+× real time$/m);
    expect(err).toMatch(/^3 packets from 3 meters$/m);
    expect(err).toMatch(/^\d+ candidates; \d+ repeated a packet; refused: /m);
    expect(err).toMatch(/^0 samples lost, [\d.]+ % clipped$/m);
  });

  it('takes the wall clock from --start and from SigMF', async () => {
    const { lines } = await replay([CLIPPED, '--start', '2026-05-01T12:00:00Z']);
    expect(JSON.parse(lines[0]).time).toMatch(/^2026-05-01T12:00:00\.0/);
    const [first] = (await replay([RELAYED])).lines;
    expect(JSON.parse(first).time).toMatch(/^2026-01-02T03:04:05\./);
  });

  it('reads standard input, and says what it needs to know of it', { timeout: 30_000 }, async () => {
    const stdin = (): Readable => Readable.from([readFileSync(CLIPPED)]);
    const told = ['-', '--format', 'cu8', '--rate', '2.4M', '--center', '912.6M'];
    const ids = (out: string): number[] => [...out.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id));
    expect(ids((await replay(told, { stdin: stdin() })).out)).toEqual(ids((await replay([CLIPPED])).out));
    const untold = await replay(['-'], { stdin: stdin() });
    expect(untold.status).toBe(64);
    expect(untold.err).toMatch(/^ertd: .*--format.*\n$/);
  });

  it('decodes what is whole of a file that ends inside a sample, and says so', async () => {
    const bytes = readFileSync(CLIPPED);
    writeFileSync(at('odd_912.6M_2400k.cu8'), bytes.subarray(0, bytes.length - 1));
    const { status, err, lines } = await replay([at('odd_912.6M_2400k.cu8')]);
    expect(status).toBe(0);
    expect(lines).toHaveLength(3);
    expect(err).toMatch(/ends inside a sample/);
  });

  it('reads on where one of several files cannot be read, and fails in the end', async () => {
    const { status, err, lines } = await replay([at('a.cu8'), CLIPPED, at('b.cu8')]);
    expect(lines).toHaveLength(3);
    expect(status).toBe(66);
    expect(err.match(/does not exist/g)).toHaveLength(2);
    expect(err).toMatch(/3 packets/);
  });

  it.each([
    ['a missing file', 'missing_912.6M_2400k.cu8', 66, /does not exist/],
    ['a folder', '.', 66, /is a directory/],
  ])('refuses %s in one sentence', async (_what, name, status, sentence) => {
    const result = await replay([at(name)]);
    expect(result.status).toBe(status);
    expect(result.err).toMatch(sentence);
    expect(result.err.trim().split('\n')).toHaveLength(1);
  });

  it.each([['0'], ['30M'], ['abc']])('refuses a rate of %s', async (rate) => {
    const result = await replay([CLIPPED, '--rate', rate]);
    expect(result.status).toBe(64);
    expect(result.err).toMatch(/^ertd: .+\n$/);
  });
});

describe('ertd replay --db', () => {
  it('stores a file with no known start as ending when it was last changed, and says so', async () => {
    const path = at('old_912.6M_2400k.cu8');
    copyFileSync(CLIPPED, path);
    const changed = new Date('2026-03-01T00:00:01Z');
    utimesSync(path, changed, changed);
    const { err, lines } = await replay([path, '--db', at('db')], {
      env: { ERTD_DATABASE_STORE_PACKETS: 'true', ERTD_READINGS_UNKNOWN: 'store' },
    });
    expect(err).toMatch(/stored as from 2026-03-01T00:00:00\.960Z/);
    expect(JSON.parse(lines[0]).time).toBeNull();
    const rows = rowsOf(at('db'), 'SELECT time_ms AS ms FROM packets ORDER BY ms') as { ms: number }[];
    expect(rows).toHaveLength(3);
    for (const { ms } of rows) {
      expect(ms).toBeGreaterThanOrEqual(changed.getTime() - 40);
      expect(ms).toBeLessThan(changed.getTime());
    }
  });

  it('stores a recording once, unless told otherwise', async () => {
    const packets = () => rowsOf(at('db'), 'SELECT number, count(*) AS packets FROM packets GROUP BY number');
    const args = [CLIPPED, '--start', '2026-03-01T00:00Z', '--db', at('db')];
    const env = { ERTD_DATABASE_STORE_PACKETS: 'true', ERTD_READINGS_UNKNOWN: 'store' };
    const first = await replay(args, { env });
    const stored = packets();
    const second = await replay(args, { env });
    expect(second.lines).toEqual(first.lines);
    expect(second.err).toMatch(
      /from 2026-03-01T00:00:00\.000Z, is in the database: nothing of it is stored twice/,
    );
    expect(packets()).toEqual(stored);
    await replay([...args, '--again'], { env });
    const doubled = (stored as { number: number; packets: number }[]).map((row) => ({
      ...row,
      packets: 2 * row.packets,
    }));
    expect(packets()).toEqual(doubled);
    const other = await replay([CLIPPED, '--start', '2026-03-02T00:00Z', '--db', at('db')]);
    expect(other.err).not.toContain('stored twice');
  });

  it('stores what was cut short as a whole', async () => {
    const long = at('long_912.6M_2400k.cu8');
    writeFileSync(long, Buffer.concat(Array(40).fill(readFileSync(CLIPPED))));
    const args = [long, '--start', '2026-03-01T00:00Z', '--db', at('db')];
    await replay([...args, '--duration', '100ms']);
    expect((await replay(args)).err).not.toContain('stored twice');
  });

  it('has no database unless told, and none for an empty name', async () => {
    expect((await replay([CLIPPED, '--db', ''])).status).toBe(0);
  });

  it('refuses a file that is no database before anything is read', async () => {
    writeFileSync(at('db'), 'not a database at all, but long enough to look at');
    const { status, err, lines } = await replay([CLIPPED, '--db', at('db')]);
    expect(status).toBe(78);
    expect(err).toMatch(/^ertd: .+\n$/);
    expect(lines).toEqual([]);
  });
});

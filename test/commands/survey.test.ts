import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { readSurvey } from '../../src/survey/survey-file.js';
import { BandServer } from '../../src/synth/band-server.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { DONGLE, streetBand } from '../synth/band-fixture.js';
import { testContext } from './test-context.js';

const pathOf = directoryPerTest();
const servers: BandServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function survey(...args: string[]) {
  const context = testContext({ env: { HOME: pathOf('home') } });
  const status = await runErtd(['survey', ...args, '--db', pathOf('ertd.db')], context);
  return { status, out: context.out(), err: context.err() };
}

describe('ertd survey', () => {
  it('surveys the virtual band, draws it and writes a configuration', { timeout: 120_000 }, async () => {
    const band = streetBand({ meters: 30, periodSeconds: { least: 0.15, most: 0.3 } });
    const server = new BandServer({ band, dongle: DONGLE, seed: 1 });
    servers.push(server);
    const port = await server.listen('127.0.0.1', 0);
    const files = { picture: pathOf('band.png'), config: pathOf('ertd.toml') };
    const { status, out, err } = await survey(
      ...['--source', `rtltcp://127.0.0.1:${port}`, '--rate', '3.2M', '--protocols', 'scm', '--for', '4s'],
      ...['--output', 'jsonl', '--picture', files.picture, '--write-config', files.config],
    );
    expect(status, err).toBe(0);
    const records: { readonly kind: string; readonly [key: string]: unknown }[] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const countOf = (kind: string): number => records.filter((record) => record.kind === kind).length;
    expect([countOf('survey'), countOf('window'), countOf('channel'), countOf('best')]).toEqual([
      1, 5, 50, 1,
    ]);
    const windows = records.filter(({ kind }) => kind === 'window');
    for (const { seconds } of windows) expect(seconds).toBeGreaterThan(0.7);
    expect(windows.filter(({ packets }) => Number(packets) > 0).length).toBeGreaterThan(3);
    const ids = new Set(band.meters.map(({ id }) => id));
    const meters = records.filter(({ kind }) => kind === 'meter');
    expect(meters.length).toBeGreaterThan(10);
    for (const { id } of meters) expect(ids.has(Number(id)), `${id}`).toBe(true);
    expect(readFileSync(files.picture).subarray(1, 4).toString()).toBe('PNG');
    const context = testContext({ env: {} });
    expect(await runErtd(['config', 'check', files.config], context), context.err()).toBe(0);
    expect(readFileSync(files.config, 'utf8')).toMatch(/centerHz = 9\d{8}\n/);
    // For the dashboard, without anybody's number.
    const kept = readSurvey(pathOf('survey.json'));
    expect([kept?.windows.length, kept?.channels.length]).toEqual([5, 50]);
    expect(kept).toMatchObject({ packets: records[0]!.packets, meters: meters.length });
    const text = readFileSync(pathOf('survey.json'), 'utf8');
    for (const id of ids) expect(text).not.toContain(String(id));
  });

  it('says why it cannot begin', async () => {
    const recording = pathOf('x_912.6M_1024k.cu8');
    writeFileSync(recording, new Uint8Array(2000));
    const cases: [string[], RegExp][] = [
      [['--source', recording], /cannot be tuned while it runs, as a survey has to: name a radio/],
      [['--source', 'exec:cat /dev/zero', '--picture', 'x.gif'], /"x.gif" is neither/],
      [['--write-config', recording], /exists, and nothing is overwritten/],
      [['--for', '5ms'], /give it 1s at least/],
      [['--meter', 'mine'], /"mine" is no ID of a meter/],
    ];
    for (const [args, message] of cases) {
      const { status, err } = await survey(...args);
      expect(status, err).toBe(64);
      expect(err).toMatch(message);
    }
    expect(existsSync('x.gif')).toBe(false);
  });

  it('ends with 69 where there is no radio', async () => {
    const { status, err } = await survey('--source', 'rtltcp://127.0.0.1:1', '--for', '2s');
    expect(status).toBe(69);
    expect(err).toContain('127.0.0.1:1');
  });
});

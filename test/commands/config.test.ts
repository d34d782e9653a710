import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { loadConfig } from '../../src/config/layers.js';
import { SETTINGS } from '../../src/config/settings.js';
import { testContext } from './test-context.js';

const folder = mkdtempSync(join(tmpdir(), 'ertd-config-'));
const file = join(folder, 'ertd.toml');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => writeFileSync(file, '[receiver]\ncenterHz = "910M"\nname = "roof \\"A\\""\n'));

async function config(args: readonly string[], env: Record<string, string> = {}) {
  const context = testContext({ env: { XDG_CONFIG_HOME: folder, ...env } });
  const status = await runErtd(['config', ...args], context);
  return { status, out: context.out(), err: context.err() };
}

describe('ertd config check', () => {
  it('says ok of a right file, named either way', async () => {
    expect(await config(['check', file])).toEqual({ status: 0, out: `ok: ${file}\n`, err: '' });
    expect(await config(['check', '--config', file])).toEqual({ status: 0, out: `ok: ${file}\n`, err: '' });
  });

  it('says so where there is none', async () => {
    expect(await config(['check'])).toMatchObject({
      status: 0,
      out: 'ok: there is no configuration file, the defaults count\n',
    });
  });

  it('lists the problems and exits with 78', async () => {
    writeFileSync(file, '[receiver]\npmp = 3\ngainDb = "loud"');
    const { status, out, err } = await config(['check', file]);
    expect(status).toBe(78);
    expect(out).toBe('');
    expect(err.trimEnd().split('\n')).toEqual([
      'ertd: The configuration has 2 problems:',
      `  There is no setting "receiver.pmp" (${file}, line 2); did you mean "receiver.ppm"?`,
      `  receiver.gainDb (${file}, line 3) is "loud"; it must be "auto", "agc" or a gain from 0 to 60 dB.`,
    ]);
  });
});

describe('ertd config show', () => {
  it('tells where each value came from', async () => {
    const { out } = await config(['show', '--config', file, '--gain', '32.8'], { ERTD_RECEIVER_PPM: '3' });
    expect(out).toMatch(/^centerHz = "910M" +# .*ertd\.toml, line 2$/m);
    expect(out).toMatch(/^gainDb = 32\.8 +# --gain$/m);
    expect(out).toMatch(/^ppm = 3 +# ERTD_RECEIVER_PPM$/m);
    expect(out).toMatch(/^level = "info" +# default$/m);
    expect(out).toMatch(/^# format = +# not set$/m);
  });

  it('prints a file that gives the same configuration', async () => {
    const args = [
      '--config',
      file,
      '--db',
      '',
      '--protocols',
      'scm',
      '--store-packets',
      'true',
      '--rate',
      '2.4M',
    ];
    const { out } = await config(['show', ...args, '--commit-interval', '500ms']);
    const copy = join(folder, 'copy.toml');
    writeFileSync(copy, out);
    const again = loadConfig({ file: copy, env: {} }).config;
    expect(again).toMatchObject({
      receiver: { centerHz: 910_000_000, sampleRateHz: 2_400_000, name: 'roof "A"' },
      database: { path: '', storePackets: true, commitIntervalMs: 500 },
    });
    const { out: third } = await config(['show', '--config', copy]);
    expect(third.replace(/ +#.*/g, '')).toBe(out.replace(/ +#.*/g, ''));
    expect(readFileSync(copy, 'utf8')).toBe(out);
  });

  it.each([
    ['--ppm', '999', 'It must be a whole number from -200 to 200.'],
    ['--center', 'fast', 'It must be a frequency from 1 MHz to 6 GHz, such as "912.6M".'],
    ['--rate', '30M', 'It must be a sample rate from 1 MHz to 20 MHz, such as 2359296.'],
  ])('refuses %s %s as a usage error that names the flag', async (flag, value, sentence) => {
    const { status, err } = await config(['show', flag, value]);
    expect(status).toBe(64);
    expect(err).toMatch(new RegExp(`^ertd: option '${flag} <.*>' argument '${value}' is invalid\\.`));
    expect(err).toContain(sentence);
  });

  it('takes a negative number as a value', async () => {
    expect((await config(['show', '--ppm', '-5'])).out).toMatch(/^ppm = -5 +# --ppm$/m);
  });
});

describe('ertd config schema', () => {
  it('describes every setting with its default', async () => {
    const { status, out } = await config(['schema']);
    expect(status).toBe(0);
    const schema = JSON.parse(out);
    expect(schema.additionalProperties).toBe(false);
    for (const { section, key, description, initial } of SETTINGS) {
      expect(schema.properties[section].properties[key]).toMatchObject({
        description,
        ...(initial !== undefined && { default: initial }),
      });
    }
  });
});

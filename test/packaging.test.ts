import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { toJSONSchema } from 'zod';
import { loadConfig } from '../src/config/layers.js';
import { SECTION_NAMES, SETTINGS, type Setting } from '../src/config/settings.js';
import { configSchema, LISTS } from '../src/config.js';
import { ServiceNotifier } from '../src/daemon/service-notifier.js';
import { EXIT } from '../src/errors.js';
import { DONGLE_IDS } from '../src/sources/dongle-list.js';
import { directoryPerTest } from './sinks/database-fixture.js';

const packaged = (name: string) => fileURLToPath(new URL(`../packaging/${name}`, import.meta.url));

const HEAD = [
  'Configuration of ertd: put it at /etc/ertd/config.toml or ~/.config/ertd/config.toml; "ertd config check" and "ertd config show" tell what ertd makes of it.',
  'Every setting stands here as a comment with its default, or with an example where it has none. Environment variables (ERTD_RECEIVER_GAIN_DB=28) count more than this file, and flags (--gain 28) more than both.',
];

/** What stands for settings without a default. */
const EXAMPLES: Readonly<Record<string, unknown>> = { 'receiver.name': 'roof', 'receiver.format': 'cu8' };

/** An item of each list of tables; examples as they have no default. */
const LIST_EXAMPLES: Readonly<Record<keyof typeof LISTS, string>> = {
  meters: [
    '[[meters]]',
    'id = "07 10000001"',
    'name = "house"',
    'commodity = "electric"',
    'unit = "kWh"',
    'scale = "0.01"',
  ].join('\n'),
  tariffs: [
    '[[tariffs]]',
    'name = "home"',
    'meters = ["house"]',
    'unit = "kWh"',
    'currency = "USD"',
    'prices = { peak = "0.32", off-peak = "0.115" }',
    'seasons = { summer = "06-01..09-30", winter = "10-01..05-31" }',
    'holidays = ["07-04"]',
    'otherwise = "off-peak"',
    'standingCharge = "12.50"',
    '[[tariffs.periods]]',
    'rate = "peak"',
    'season = "summer"',
    'days = ["mon-fri"]',
    'from = "14:00"',
    'until = "19:00"',
  ].join('\n'),
};

function comment(text: string): string {
  return text.replace(/(?=\S)(.{1,96})(\s+|$)/g, '# $1\n').trimEnd();
}

function settingText({ name, key, initial, description, wants }: Setting): string {
  const value = stringify({ [key]: initial ?? EXAMPLES[name] }).trimEnd();
  const allowed = wants.replace(/, such as .*/, '');
  return `${comment(description)}\n${comment(`It must be ${allowed}.`)}\n#${value}`;
}

/** The example that belongs to the schema. */
function exampleText(): string {
  const { properties = {} } = toJSONSchema(configSchema, { io: 'input' });
  const sections = SECTION_NAMES.flatMap((section) => {
    const about = properties[section];
    const description = typeof about === 'object' ? (about.description ?? '') : '';
    const settings = SETTINGS.filter((setting) => setting.section === section);
    return [`\n${comment(description)}\n[${section}]`, ...settings.map(settingText)];
  });
  for (const [name, example] of Object.entries(LIST_EXAMPLES)) {
    const about = properties[name];
    const description = typeof about === 'object' ? (about.description ?? '') : '';
    sections.push(`\n${comment(description)}\n${example.replace(/^/gm, '# ')}`);
  }
  return `${[HEAD.map(comment).join('\n#\n'), ...sections].join('\n\n')}\n`;
}

describe('packaging/config.example.toml', () => {
  const pathOf = directoryPerTest();
  const load = (text: string) => {
    writeFileSync(pathOf('config.toml'), text);
    return loadConfig({ file: pathOf('config.toml'), env: {} });
  };
  const defaults = () => load('').config;

  it('is what the schema says (vitest -u renews it)', async () => {
    await expect(exampleText()).toMatchFileSnapshot(packaged('config.example.toml'));
  });

  it('has examples of lists that are right', () => {
    expect(Object.keys(LIST_EXAMPLES)).toEqual(Object.keys(LISTS));
    for (const example of Object.values(LIST_EXAMPLES)) expect(() => load(example)).not.toThrow();
  });

  it('changes nothing as it is', () => {
    expect(load(exampleText()).config).toEqual(defaults());
  });

  it('sets every setting, to its default, once each # is taken away', () => {
    const { config, effective } = load(exampleText().replace(/^#(?! )/gm, ''));
    expect(effective.filter(({ origin }) => origin.layer !== 'file')).toEqual([]);
    expect(config).toEqual({
      ...defaults(),
      receiver: { ...defaults().receiver, name: 'roof', format: 'cu8' },
    });
  });
});

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('packaging/systemd/ertd.service', () => {
  const unit = readFileSync(packaged('systemd/ertd.service'), 'utf8');
  const pathOf = directoryPerTest();

  it.runIf(hasAnalyze)('is right in the eyes of systemd, and exposes little', () => {
    const path = pathOf('ertd.service');
    writeFileSync(path, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
    const analyze = (...args: string[]) =>
      spawnSync('systemd-analyze', [...args, path], { encoding: 'utf8' });
    const { status, stderr } = analyze('verify', '--man=no');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [, level] =
      /Overall exposure level.*: (\d+\.\d)/.exec(analyze('security', '--offline=true').stdout) ?? [];
    expect(Number(level)).toBeLessThanOrEqual(2.5);
  });

  it('lets systemd-notify speak, and waits for more than two signs of life', () => {
    expect(unit).toMatch(/^Type=notify$/m);
    expect(unit).toMatch(/^NotifyAccess=all$/m);
    const [, seconds] = /^WatchdogSec=(\d+)$/m.exec(unit) ?? [];
    const { intervalMs } = new ServiceNotifier({ WATCHDOG_USEC: `${seconds}000000` }, () => {});
    expect(2 * intervalMs).toBeLessThan(1000 * Number(seconds));
  });

  it('does not start again what only the user can mend', () => {
    const [, numbers] = /^RestartPreventExitStatus=(.*)$/m.exec(unit) ?? [];
    expect(numbers?.split(' ').map(Number)).toEqual([EXIT.usage, EXIT.noInput, EXIT.config]);
  });

  it('lets it write where the database is by default', () => {
    const { path } = loadConfig({ env: { HOME: '/nonexistent' } }).config.database;
    const [, directory] = /^StateDirectory=(.*)$/m.exec(unit) ?? [];
    expect(path.startsWith(`/var/lib/${directory}/`)).toBe(true);
  });
});

it('has a udev rule for every dongle that ertd knows', () => {
  const rules = readFileSync(packaged('udev/61-ertd-rtlsdr.rules'), 'utf8');
  const ids = [...rules.matchAll(/idVendor}=="(\w+)".*idProduct}=="([\w|]+)"/g)].flatMap(
    ([, vendor, products]) => products.split('|').map((product) => `${vendor}:${product}`),
  );
  expect(ids.sort()).toEqual([...DONGLE_IDS].sort());
});

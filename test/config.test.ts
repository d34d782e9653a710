import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configSearchPath } from '../src/config/file.js';
import { type ConfigRequest, type LoadedConfig, loadConfig } from '../src/config/layers.js';
import { SECTION_NAMES, SETTINGS } from '../src/config/settings.js';
import { configSchema } from '../src/config.js';
import { Fault } from '../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'ertd-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const path = join(folder, 'config.toml');
  writeFileSync(path, text);
  return path;
}

function load(text: string, request: Partial<ConfigRequest> = {}): LoadedConfig {
  return loadConfig({ file: fileWith(text), env: {}, ...request });
}

/** The sentence a configuration is refused with, with the file's path left out. */
function refusalOf(text: string, env: ConfigRequest['env'] = {}): string {
  try {
    load(text, { env });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 });
    return error.message.replaceAll(join(folder, 'config.toml'), 'FILE');
  }
  throw new Error('the configuration was accepted');
}

function originOf(loaded: LoadedConfig, name: string): string | undefined {
  return loaded.effective.find((entry) => entry.setting.name === name)?.origin.where;
}

const RATE = { meters: 'named', onlyChanges: true, atMostEveryMs: 0, atLeastEveryMs: 3_600_000 };

describe('defaults', () => {
  it('are complete and pass their own checks', () => {
    expect(load('').config).toEqual({
      receiver: {
        source: 'rtlsdr',
        moreSources: [],
        centerHz: 912_600_000,
        listen: 'fixed',
        listenFor: [],
        sampleRateHz: 2_359_296,
        gainDb: 'auto',
        bandwidthHz: 'auto',
        biasTee: false,
        ppm: 0,
        kernel: 'auto',
        threads: 'auto',
      },
      decode: {
        protocols: ['scm', 'scm+', 'idm', 'r900'],
        minConfidence: 0.995,
        idmMeters: [],
        netIdmMeters: [],
      },
      readings: { unknown: 'count', pseudonymKey: '' },
      meters: [],
      database: {
        path: '/var/lib/ertd/ertd.db',
        commitIntervalMs: 10_000,
        storePackets: false,
        packetRetentionMs: 2_592_000_000,
        resolutionMs: 300_000,
        readingIntervalMs: 3_600_000,
      },
      output: { format: 'none' },
      record: {
        bursts: '',
        kinds: ['meters', 'refused', 'anomalies'],
        meters: [],
        limitBytes: 500_000_000,
      },
      mqtt: {
        url: '',
        user: '',
        password: '',
        passwordFile: '',
        caFile: '',
        certFile: '',
        keyFile: '',
        topic: 'ertd',
        qos: 1,
        packets: false,
        compatibility: 'none',
        outboxLimit: 100_000,
        ...RATE,
        atLeastEveryMs: 300_000,
      },
      homeassistant: { discovery: true, topic: 'homeassistant', stateClass: 'total_increasing' },
      prometheus: { listen: '' },
      influxdb: {
        url: '',
        version: 2,
        org: '',
        bucket: 'ertd',
        token: '',
        tokenFile: '',
        measurement: 'ertd',
        batchIntervalMs: 10_000,
        ...RATE,
      },
      webhook: { url: '', secret: '', secretFile: '', kinds: ['event'], timeoutMs: 10_000, ...RATE },
      email: {
        server: '',
        user: '',
        password: '',
        passwordFile: '',
        from: 'ertd@localhost',
        to: [],
        mostAnHour: 5,
        digestIntervalMs: 86_400_000,
        meters: 'named',
      },
      postgres: {
        url: '',
        user: '',
        password: '',
        passwordFile: '',
        caFile: '',
        batchIntervalMs: 5000,
        ...RATE,
      },
      collect: { topics: ['+/packets'], group: 'ertd', member: 'collector' },
      events: {
        filters: [],
        night: { fromMinute: 60, toMinute: 300 },
        nightFlow: ['water'],
        budgets: [],
      },
      usage: {
        zone: expect.any(String),
        intervals: ['15m', '1h', '1d'],
        demandInterval: '15m',
        billingDay: 1,
      },
      http: { listen: '', names: [], authFile: '', tlsCertificate: '', tlsKey: '' },
      log: { level: 'info', format: 'auto' },
      tariffs: [],
    });
    expect(configSchema.parse({})).toEqual(load('').config);
  });

  it('come with a description and a demand for every setting', () => {
    for (const { name, description, wants, variable } of SETTINGS) {
      expect(description, name).toMatch(/\.$/);
      expect(wants, name).not.toBe('');
      expect(variable, name).toMatch(/^ERTD_[A-Z]+(_[A-Z]+)*$/);
    }
  });
});

describe('precedence', () => {
  const text = '[receiver]\nppm = 1\ncenterHz = "910M"\n[database]\ncommitInterval = "2s"';

  it('is file < environment < flags, and each value knows its origin', () => {
    const loaded = load(text, {
      env: {
        ERTD_RECEIVER_PPM: '2',
        ERTD_DATABASE_COMMIT_INTERVAL: '3s',
        ERTD_LOG_LEVEL: 'debug',
        HOME: '/',
      },
      flags: new Map([['receiver.ppm', { flag: '--ppm', value: 3 }]]),
    });
    expect(loaded.config.receiver).toMatchObject({ ppm: 3, centerHz: 910_000_000 });
    expect(loaded.config.database.commitIntervalMs).toBe(3000);
    expect(originOf(loaded, 'receiver.ppm')).toBe('--ppm');
    expect(originOf(loaded, 'receiver.centerHz')).toBe(`${join(folder, 'config.toml')}, line 3`);
    expect(originOf(loaded, 'database.commitInterval')).toBe('ERTD_DATABASE_COMMIT_INTERVAL');
    expect(originOf(loaded, 'log.format')).toBe('default');
  });

  it('does not hide a bad value under a good one', () => {
    expect(refusalOf('[receiver]\nppm = 1.5', { ERTD_RECEIVER_PPM: '2' })).toContain(
      'receiver.ppm (FILE, line 2) is 1.5',
    );
  });
});

describe('environment', () => {
  it('gives texts the type of their setting', () => {
    const { config } = load('', {
      env: {
        ERTD_RECEIVER_CENTER_HZ: '912.6M',
        ERTD_RECEIVER_SAMPLE_RATE_HZ: '2400000',
        ERTD_RECEIVER_GAIN_DB: '32.8',
        ERTD_RECEIVER_NAME: '12',
        ERTD_DECODE_PROTOCOLS: 'scm,scm',
        ERTD_DATABASE_STORE_PACKETS: 'true',
        ERTD_DATABASE_PATH: '',
      },
    });
    expect(config.receiver).toMatchObject({
      centerHz: 912_600_000,
      sampleRateHz: 2_400_000,
      gainDb: 32.8,
      name: '12',
    });
    expect(config.decode.protocols).toEqual(['scm', 'scm']);
    expect(config.database).toMatchObject({ storePackets: true, path: '' });
  });

  it.each([
    [
      { ERTD_RECEIVER_GAIN_DB: 'loud' },
      'ERTD_RECEIVER_GAIN_DB is "loud"; it must be "auto", "agc" or a gain from 0 to 60 dB.',
    ],
    [{ ERTD_RECEIVER_PPM: '' }, 'ERTD_RECEIVER_PPM is ""; it must be a whole number from -200 to 200.'],
    [
      { ERTD_RECIEVER_CENTER_HZ: '1' },
      'There is no environment variable "ERTD_RECIEVER_CENTER_HZ"; did you mean "ERTD_RECEIVER_CENTER_HZ"?',
    ],
    [
      { ERTD_CENTER_HZ: '1' },
      'There is no environment variable "ERTD_CENTER_HZ"; did you mean "ERTD_RECEIVER_CENTER_HZ"?',
    ],
    [
      { ERTD_XYZZY: '1' },
      'There is no environment variable "ERTD_XYZZY"; the variables are named like ERTD_RECEIVER_SOURCE.',
    ],
  ])('is refused in one sentence: %o', (env, sentence) => {
    expect(refusalOf('', env)).toBe(sentence);
  });
});

describe('file', () => {
  it.each([
    [
      '[receiver]\ngainDb = 99',
      'receiver.gainDb (FILE, line 2) is 99; it must be "auto", "agc" or a gain from 0 to 60 dB.',
    ],
    [
      '[receiver]\n\nsampleRateHz = "30M"',
      'receiver.sampleRateHz (FILE, line 3) is "30M"; it must be a sample rate from 1 MHz to 20 MHz, such as 2359296.',
    ],
    [
      'receiver.centerHz = "fast"',
      'receiver.centerHz (FILE, line 1) is "fast"; it must be a frequency from 1 MHz to 6 GHz, such as "912.6M".',
    ],
    [
      '[database]\ncommitInterval = 10',
      'database.commitInterval (FILE, line 2) is 10; it must be a length of time from 0s to 1h, such as "10s".',
    ],
    [
      '[database]\nstorePackets = "yes"',
      'database.storePackets (FILE, line 2) is "yes"; it must be true or false.',
    ],
    [
      '[[meters]]\nid = "House"\nname = "House"',
      'meters.id (FILE, from line 1) is "House"; it must be an ID, such as 10000001, or what the label says, such as "07 10000001".',
    ],
    [
      '[decode]\nprotocols = ["smc"]',
      'decode.protocols (FILE, line 2) is ["smc"]; it must be a list of at least one of "scm", "scm+", "idm", "r900", such as ["scm"].',
    ],
    [
      '[decode]\nidmMeters = [10000001]\nnetIdmMeters = [10000002, 10000001]',
      'The meter 10000001 is in decode.idmMeters and in decode.netIdmMeters; leave it in one of them.',
    ],
    [
      '[decode]\nminConfidence = nan',
      'decode.minConfidence (FILE, line 2) is NaN; it must be a probability from 0 to 1.',
    ],
    [
      '[log]\nlevel = 1979-05-27',
      'log.level (FILE, line 2) is "1979-05-27"; it must be one of "trace", "debug", "info", "warn", "error", "fatal", "silent".',
    ],
    ['receiver = 3', 'receiver (FILE, line 1) is a value; it must be a section, [receiver].'],
    ['[[receiver]]\nppm = 1', 'receiver (FILE, line 1) is a value; it must be a section, [receiver].'],
  ])('names the key, what it got and what it wants: %s', (text, sentence) => {
    expect(refusalOf(text)).toBe(sentence);
  });

  it.each([
    [
      '[receiver]\ncentreHz = 1',
      'There is no setting "receiver.centreHz" (FILE, line 2); did you mean "receiver.centerHz"?',
    ],
    [
      '[receiver]\ncenter_hz = 1',
      'There is no setting "receiver.center_hz" (FILE, line 2); did you mean "receiver.centerHz"?',
    ],
    [
      '[receiver]\nrate = 1',
      'There is no setting "receiver.rate" (FILE, line 2); did you mean "receiver.sampleRateHz"?',
    ],
    [
      '[database]\nlevel = "info"',
      'There is no setting "database.level" (FILE, line 2); did you mean "log.level"?',
    ],
    [
      '[log]\nxyzzy = 1',
      'There is no setting "log.xyzzy" (FILE, line 2); the settings of [log] are level, format.',
    ],
    ['[reciever]\nppm = 1', 'There is no "reciever" (FILE, line 1); did you mean "receiver"?'],
    [
      'centerHz = 1',
      'There is no "centerHz" (FILE, line 1); did you mean "centerHz" in the section [receiver]?',
    ],
    ['[xyzzy]', `There is no "xyzzy" (FILE, line 1); the sections are ${SECTION_NAMES.join(', ')}.`],
    [
      '[log]\n"__proto__" = 1',
      'There is no setting "log.__proto__" (FILE, line 2); the settings of [log] are level, format.',
    ],
    ['log = { levle = "info" }', 'There is no setting "log.levle" (FILE); did you mean "log.level"?'],
  ])('names an unknown key and the nearest right one: %s', (text, sentence) => {
    expect(refusalOf(text)).toBe(sentence);
  });

  it('lists several problems, one a line', () => {
    expect(refusalOf('[receiver]\nppm = 999\nnaem = "x"', { ERTD_LOG_LEVEL: 'loud' }).split('\n')).toEqual([
      'The configuration has 3 problems:',
      '  There is no setting "receiver.naem" (FILE, line 3); did you mean "receiver.name"?',
      '  receiver.ppm (FILE, line 2) is 999; it must be a whole number from -200 to 200.',
      expect.stringMatching(/^ {2}ERTD_LOG_LEVEL is "loud"; it must be one of /),
    ]);
  });

  it('that is not TOML is refused with line and column', () => {
    expect(refusalOf('[receiver]\nppm = = 1')).toMatch(/^FILE, line 2, column \d+, is not TOML: .+\.$/);
    expect(refusalOf('[receiver]\nppm = 1\nppm = 2')).toMatch(/^FILE, line 3, column 1, is not TOML: .+\.$/);
  });

  it('may begin with a byte order mark', () => {
    expect(load('\uFEFF[receiver]\nppm = 7').config.receiver.ppm).toBe(7);
  });

  it('that is named must exist and be a file', () => {
    const missing = join(folder, 'missing.toml');
    expect(() => loadConfig({ file: missing, env: {} })).toThrow(
      `The configuration file ${missing} does not exist; check --config.`,
    );
    expect(() => loadConfig({ file: folder, env: {} })).toThrow(
      `The configuration file ${folder} cannot be read: it is a directory.`,
    );
  });

  it('is looked for in /etc, then in the home', () => {
    expect(configSearchPath({ HOME: '/home/a' })).toEqual([
      '/etc/ertd/config.toml',
      '/home/a/.config/ertd/config.toml',
    ]);
    expect(configSearchPath({ HOME: '/home/a', XDG_CONFIG_HOME: '/x' })[1]).toBe('/x/ertd/config.toml');
    expect(configSearchPath({ HOME: '/home/a', XDG_CONFIG_HOME: 'x' })[1]).toBe(
      '/home/a/.config/ertd/config.toml',
    );
  });

  it('may be missing where none is named, and is found where one exists', () => {
    const home = join(folder, 'xdg');
    expect(loadConfig({ env: { XDG_CONFIG_HOME: home } }).file).toBeNull();
    mkdirSync(join(home, 'ertd'), { recursive: true });
    writeFileSync(join(home, 'ertd', 'config.toml'), '[receiver]\nppm = 9');
    expect(loadConfig({ env: { XDG_CONFIG_HOME: home } })).toMatchObject({
      file: join(home, 'ertd', 'config.toml'),
      config: { receiver: { ppm: 9 } },
    });
  });
});

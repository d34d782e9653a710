import * as z from 'zod';
import { EVENTS } from './config/event-section.js';
import { HTTP } from './config/http-section.js';
import { METER } from './config/meter-schema.js';
import { duration, hertz, listed, meterIds, oneOf, path, setting } from './config/setting-schema.js';
import {
  COLLECT,
  EMAIL,
  HOME_ASSISTANT,
  INFLUXDB,
  MQTT,
  POSTGRES,
  PROMETHEUS,
  rateInMs,
  WEBHOOK,
} from './config/sink-sections.js';
import { TARIFF } from './config/tariff-section.js';
import { USAGE, usageHere } from './config/usage-section.js';
import { PROTOCOLS } from './decode/protocols/index.js';
import { HERTZ_TEXT, parseHertz, parseSize, SIZE_TEXT } from './quantity.js';
import { MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ, SAMPLE_BYTES, type SampleFormat } from './sources/source.js';

const SAMPLE_FORMATS = Object.keys(SAMPLE_BYTES) as SampleFormat[];
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const PROTOCOL_NAMES = PROTOCOLS.map(({ name }) => name.toLowerCase());

const receiver = z.strictObject({
  source: setting(
    z.string().min(1).prefault('rtlsdr'),
    'the address of a source, such as "rtlsdr"',
    'Where samples come from: "rtlsdr" is a dongle of this machine, "rtlsdr:SERIAL" a certain one, "usb:SERIAL" opens it without rtl_tcp, "rtltcp://HOST:PORT" one that an rtl_tcp server has, "exec:COMMAND" a program that writes samples; else a recording.',
  ),
  moreSources: setting(
    z.array(z.string().min(1)).prefault([]),
    'a list of addresses of sources, such as ["rtlsdr:B@915M"]',
    'More radios to receive from at the same time, each with the centre of its band after an @ where that is another. For the rest they are set as the first one; what two of them hear counts once.',
  ),
  name: setting(
    z.string().min(1).optional(),
    'a name of at least one letter',
    'What this receiver is called in readings and logs. Without one it is called what its source is called.',
  ),
  centerHz: hertz(1e6, 6e9, '912.6M', 'a frequency', 'Centre of the band listened to.'),
  listen: oneOf(
    ['fixed', 'auto'],
    'fixed',
    'Whether a radio stays at its centre, or is moved about by what is heard where: most of the time where most readings come from, and now and then over all of the band.',
  ),
  listenFor: meterIds(
    'The meters that "auto" listens for; without any, those that are yours, and without those all that are heard.',
  ),
  sampleRateHz: hertz(
    MIN_SAMPLE_RATE_HZ,
    MAX_SAMPLE_RATE_HZ,
    2_359_296,
    'a sample rate',
    'Samples per second, and so the width of the band.',
  ),
  gainDb: setting(
    z.union([z.literal('auto'), z.literal('agc'), z.number().min(0).max(60)]).prefault('auto'),
    '"auto", "agc" or a gain from 0 to 60 dB',
    'Gain of the tuner in dB; the tuner takes the nearest it has. "auto": ertd finds it, by the noise and by what clips. "agc" leaves it to the tuner.',
  ),
  biasTee: setting(
    z.boolean().prefault(false),
    'true or false',
    'Whether the dongle feeds an amplifier through the antenna cable (4.5 V; not with an antenna that is a short circuit).',
  ),
  bandwidthHz: setting(
    z
      .union([z.literal('auto'), z.number(), z.string().regex(HERTZ_TEXT).transform(parseHertz)])
      .pipe(z.union([z.literal('auto'), z.number().min(200e3).max(10e6)]))
      .prefault('auto'),
    '"auto" or a width from 200 kHz to 10 MHz, such as "2M"',
    'Width of the tuner\'s filter. "auto" follows the sample rate. Debian\'s rtl_tcp cannot set it otherwise; the one of the project librtlsdr/librtlsdr can.',
  ),
  ppm: setting(
    z.int().min(-200).max(200).prefault(0),
    'a whole number from -200 to 200',
    "Correction of the tuner's reference, parts per million.",
  ),
  format: setting(
    z.enum(SAMPLE_FORMATS).optional(),
    listed(SAMPLE_FORMATS),
    'Sample format, for a source that does not tell it.',
  ),
  threads: setting(
    z.union([z.literal('auto'), z.int().min(1).max(64)]).prefault('auto'),
    '"auto" or a whole number from 1 to 64',
    'Threads that search the samples; what they find does not depend on how many there are. "auto" is 1 for a radio of up to 6 MS/s, and otherwise as many as there are cores, 4 at most.',
  ),
  kernel: oneOf(
    ['auto', 'simd', 'reference'],
    'auto',
    'What does the signal processing: WebAssembly with SIMD, or the plain reference, ten times slower. "auto" takes the fastest that this machine has.',
    'ERTD_KERNEL',
  ),
});

const decode = z.strictObject({
  protocols: setting(
    z.array(z.enum(PROTOCOL_NAMES)).min(1).prefault(PROTOCOL_NAMES),
    `a list of at least ${listed(PROTOCOL_NAMES)}, such as ["scm"]`,
    'The kinds of packet to look for.',
  ),
  minConfidence: setting(
    z.number().min(0).max(1).prefault(0.995),
    'a probability from 0 to 1',
    'Packets less likely than this to be what was sent are refused. The documentation gives the number of false packets to expect.',
  ),
  idmMeters: meterIds(
    'Meters whose long packets are IDM, whatever their type and their values say. IDM and NetIDM look alike on the air.',
  ),
  netIdmMeters: meterIds('Meters whose long packets are NetIDM, likewise.'),
});

const readings = z.strictObject({
  unknown: oneOf(
    ['off', 'count', 'store'],
    'count',
    'What is kept of meters that are not yours: nothing; who they are, how they are heard and their last value; or all their readings.',
  ),
  pseudonymKey: path(
    'A file with a key, readable by ertd alone: meters that are not yours are then kept under numbers made with it. It is made where it does not exist.',
  ),
});

const database = z.strictObject({
  path: setting(
    z.string().prefault('/var/lib/ertd/ertd.db'),
    'the path of a file, or "" for no database',
    'SQLite file that keeps meters and readings; "" for none.',
  ),
  commitInterval: duration(
    '0s',
    '1h',
    '10s',
    'Readings are written together, this often; "0s" writes each at once. A crash loses no more.',
  ),
  storePackets: setting(
    z.boolean().prefault(false),
    'true or false',
    'Whether every packet is kept too, with its signal values.',
  ),
  packetRetention: duration('1h', '3650d', '30d', 'Stored packets older than this are deleted.'),
  resolution: duration(
    '0s',
    '1d',
    '5m',
    'A register that goes on changing gets a row in each stretch of this length; with "0s" every change has one.',
  ),
  readingInterval: duration(
    '1s',
    '366d',
    '1h',
    'A register that is heard but does not change gets a row this often.',
  ),
});

/** How packets are printed. */
export const OUTPUT_FORMATS = [
  'table',
  'jsonl',
  'csv',
  'rtlamr-json',
  'rtlamr-csv',
  'rtlamr-plain',
  'rtl433-json',
  'none',
] as const;

const output = z.strictObject({
  format: oneOf(
    OUTPUT_FORMATS,
    'none',
    'How packets are printed to standard output as they come; the longer names are as rtlamr and rtl_433 print them.',
  ),
});

const BURST_KINDS = ['meters', 'refused', 'anomalies'] as const;

const record = z.strictObject({
  bursts: setting(
    z.string().prefault(''),
    'the path of a folder, or "" for none',
    'Folder for short recordings of the air around packets and candidates that are worth a look; "" for none.',
  ),
  kinds: setting(
    z
      .array(z.enum(BURST_KINDS))
      .min(1)
      .prefault([...BURST_KINDS]),
    `a list of at least ${listed(BURST_KINDS)}`,
    'What is recorded there: packets of the chosen meters; candidates that were strong and refused; packets whose type, tamper counters or falling register are strange.',
  ),
  meters: meterIds('The chosen meters.'),
  limit: setting(
    z.string().regex(SIZE_TEXT).transform(parseSize).pipe(z.number().min(1e6)).prefault('500M'),
    'a size from 1M up, such as "500M"',
    'What the folder may take; the oldest recordings go first.',
  ),
});

const log = z.strictObject({
  level: oneOf(LOG_LEVELS, 'info', 'Least important messages that are logged.'),
  format: oneOf(
    ['auto', 'pretty', 'json'],
    'auto',
    '"auto" is pretty on a terminal and JSON lines elsewhere.',
  ),
});

/** Everything that can be set: types, defaults, checks and descriptions. Lengths of time come out as `…Ms`. */
export const configSchema = z
  .strictObject({
    receiver: receiver.prefault({}).describe('The radio.'),
    decode: decode.prefault({}).describe('What is made of its samples.'),
    readings: readings.prefault({}).describe('What is made of packets.'),
    database: database
      .prefault({})
      .transform(({ commitInterval, packetRetention, resolution, readingInterval, ...rest }) => ({
        ...rest,
        commitIntervalMs: commitInterval,
        packetRetentionMs: packetRetention,
        resolutionMs: resolution,
        readingIntervalMs: readingInterval,
      }))
      .describe('Where readings are kept.'),
    output: output.prefault({}).describe('What is printed.'),
    record: record
      .prefault({})
      .transform(({ limit, ...rest }) => ({ ...rest, limitBytes: limit }))
      .describe('What is recorded while ertd runs.'),
    meters: z.array(METER).prefault([]).describe('Your meters.'),
    mqtt: MQTT.prefault({}).transform(rateInMs).describe('An MQTT broker that readings and events go to.'),
    homeassistant: HOME_ASSISTANT.prefault({}).describe('Home Assistant, by way of that broker.'),
    prometheus: PROMETHEUS.prefault({}).describe('Metrics for Prometheus.'),
    influxdb: INFLUXDB.prefault({})
      .transform(rateInMs)
      .transform(({ batchInterval, ...rest }) => ({ ...rest, batchIntervalMs: batchInterval }))
      .describe('An InfluxDB that readings, intervals and events are written to.'),
    webhook: WEBHOOK.prefault({})
      .transform(rateInMs)
      .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
      .describe('A server that events, or more, are posted to as JSON.'),
    email: EMAIL.prefault({})
      .transform(({ digestInterval, ...rest }) => ({ ...rest, digestIntervalMs: digestInterval }))
      .describe('E-mail that tells of events.'),
    postgres: POSTGRES.prefault({})
      .transform(rateInMs)
      .transform(({ batchInterval, ...rest }) => ({ ...rest, batchIntervalMs: batchInterval }))
      .describe('A PostgreSQL that readings, intervals and events are written to, or what a fleet hears.'),
    collect: COLLECT.prefault({}).describe('ertd collect: one database of what many receivers hear.'),
    events: EVENTS.prefault({}).describe('What is concluded from what is heard, and told: docs/events.md.'),
    usage: USAGE.prefault({})
      .transform(usageHere)
      .describe('What is made of readings: intervals, days, bills.'),
    http: HTTP.prefault({}).describe('The dashboard and the HTTP interface.'),
    log: log.prefault({}).describe('What is logged.'),
    tariffs: z
      .array(TARIFF)
      .prefault([])
      .describe('What is paid for what is used, by the time of day: docs/tariffs.md.'),
  })
  .describe('Configuration of ertd.');

/** A complete, checked configuration. */
export type Config = z.output<typeof configSchema>;

/** The settings by section, each with its own schema. */
export const SECTIONS = {
  receiver,
  decode,
  readings,
  database,
  output,
  record,
  mqtt: MQTT,
  homeassistant: HOME_ASSISTANT,
  prometheus: PROMETHEUS,
  influxdb: INFLUXDB,
  webhook: WEBHOOK,
  email: EMAIL,
  postgres: POSTGRES,
  collect: COLLECT,
  events: EVENTS,
  usage: USAGE,
  http: HTTP,
  log,
};

/** Lists of tables, such as `[[tariffs]]`, each with the schema of an item. */
export const LISTS = { meters: METER, tariffs: TARIFF };

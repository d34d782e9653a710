import * as z from 'zod';
import {
  address,
  duration,
  listed,
  oneOf,
  path,
  secret,
  setting,
  text,
  whole,
  yesOrNo,
} from './setting-schema.js';

/** Which readings a sink is given, and how often; every sink has these of its own. */
const rate = (atLeastEvery: string) => ({
  meters: oneOf(
    ['named', 'all'],
    'named',
    'Whose readings: those of meters that have a name, or of every meter that is believed.',
  ),
  onlyChanges: yesOrNo(true, 'Whether a reading that is as the one before is left out.'),
  atMostEvery: duration('0s', '1d', '0s', 'A meter is told no more often than this, changed or not.'),
  atLeastEvery: duration(
    '1s',
    '31d',
    atLeastEvery,
    'A meter that is heard is told at least this often, changed or not.',
  ),
});

interface RateSettings {
  readonly atMostEvery: number;
  readonly atLeastEvery: number;
}

/** Gives the lengths of time of a section their unit. */
export function rateInMs<Section extends RateSettings>(section: Section) {
  const { atMostEvery, atLeastEvery, ...rest } = section;
  return { ...rest, atMostEveryMs: atMostEvery, atLeastEveryMs: atLeastEvery };
}

export const MQTT = z.strictObject({
  url: address(
    ['mqtt', 'mqtts', 'ws', 'wss'],
    'mqtt://localhost:1883',
    'The broker; mqtts:// is with TLS. "" for none.',
  ),
  user: text('', 'a name', 'User name at the broker.'),
  password: secret('Password at the broker.'),
  passwordFile: path('A file with the password in it, instead.'),
  caFile: path('Certificates that the broker may be signed by, PEM, beside those of the system.'),
  certFile: path('Certificate that ertd shows the broker, PEM.'),
  keyFile: path('The key of that certificate, PEM.'),
  topic: text('ertd', 'a topic without wildcards', 'What all topics of this ertd begin with.'),
  qos: whole(0, 2, 1, 'Quality of service: with 1 every reading arrives, with 0 some may not.'),
  packets: yesOrNo(false, 'Whether every packet is published too, as ertd collect needs them.'),
  compatibility: oneOf(
    ['none', 'rtlamr2mqtt'],
    'none',
    'Whether readings are also published on the topics that rtlamr2mqtt has.',
  ),
  outboxLimit: whole(
    100,
    10_000_000,
    100_000,
    'Messages kept while the broker is away, in the database; then the oldest go.',
  ),
  ...rate('5m'),
});

export const HOME_ASSISTANT = z.strictObject({
  discovery: yesOrNo(true, 'Whether Home Assistant is told of the meters that have a name.'),
  topic: text('homeassistant', 'a topic without wildcards', 'Discovery prefix, as set in Home Assistant.'),
  stateClass: oneOf(
    ['total_increasing', 'total'],
    'total_increasing',
    'What registers are called that only grow; the documentation says when "total" is better.',
  ),
});

const KINDS = ['reading', 'interval', 'event'] as const;

export const PROMETHEUS = z.strictObject({
  listen: text(
    '',
    'an address such as "127.0.0.1:9464", or "" for none',
    'Where metrics are told at /metrics, to whoever asks; "" for nowhere but at the dashboard.',
  ),
});

export const INFLUXDB = z.strictObject({
  url: address(['http', 'https'], 'http://localhost:8086', 'The server.'),
  version: setting(
    z.union([z.literal(2), z.literal(3)]).prefault(2),
    '2 or 3',
    'Which InfluxDB it is: 2 has organisations and buckets, 3 has databases.',
  ),
  org: text('', 'a name', 'Organisation, of version 2.'),
  bucket: text('ertd', 'a name', 'Bucket, or the database of version 3.'),
  token: secret('Token that may write there.'),
  tokenFile: path('A file with the token in it, instead.'),
  measurement: text('ertd', 'a name', 'What all measurements begin with.'),
  batchInterval: duration('1s', '1h', '10s', 'Readings are sent together, this often.'),
  ...rate('1h'),
});

export const WEBHOOK = z.strictObject({
  url: address(['http', 'https'], 'https://example.org/hook', 'Where JSON is posted to.'),
  secret: secret('What the posts are signed with.'),
  secretFile: path('A file with the secret in it, instead.'),
  kinds: setting(
    z.array(z.enum(KINDS)).min(1).prefault(['event']),
    `a list of at least ${listed(KINDS)}`,
    'What is posted.',
  ),
  timeout: duration('1s', '5m', '10s', 'How long an answer is waited for.'),
  ...rate('1h'),
});

export const EMAIL = z.strictObject({
  server: address(
    ['smtp', 'smtps'],
    'smtp://mail.example.org:587',
    'The mail server; smtps:// is with TLS from the start, smtp:// with TLS where it offers it.',
  ),
  user: text('', 'a name', 'User name there.'),
  password: secret('Password there.'),
  passwordFile: path('A file with the password in it, instead.'),
  from: text('ertd@localhost', 'an address', 'Sender.'),
  to: setting(
    z.array(z.string().min(3)).prefault([]),
    'a list of addresses, such as ["me@example.org"]',
    'Who is told of events.',
  ),
  mostAnHour: whole(
    0,
    1000,
    5,
    'Alarms told at once in an hour, at most; what is more comes with the digest.',
  ),
  digestInterval: duration('1m', '31d', '1d', 'How long events that can wait are collected.'),
  meters: oneOf(
    ['named', 'all'],
    'named',
    'Whose events: those of meters that have a name, or of every meter.',
  ),
});

export const POSTGRES = z.strictObject({
  url: address(
    ['postgres', 'postgresql'],
    'postgresql://localhost:5432/meters',
    'The database; its tables are made by ertd. ?host=/run/postgresql goes by a socket.',
  ),
  user: text('', 'a name', 'User name there; else that of the process.'),
  password: secret('Password there.'),
  passwordFile: path('A file with the password in it, instead.'),
  caFile: path('Certificates that the server may be signed by, PEM; with one there is no talk without TLS.'),
  batchInterval: duration('100ms', '1h', '5s', 'Readings are written together, this often.'),
  ...rate('1h'),
});

export const COLLECT = z.strictObject({
  topics: setting(
    z.array(z.string().min(1)).min(1).prefault(['+/packets']),
    'a list of topics, such as ["fleet/+/packets"]',
    'Where the receivers of the fleet publish their packets.',
  ),
  group: text('ertd', 'a name', 'Collectors of one group share the work.'),
  member: text('collector', 'a name', 'What this collector is called; each of a group needs another name.'),
});

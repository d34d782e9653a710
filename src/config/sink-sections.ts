import * as z from 'zod';
import { address, duration, oneOf, path, secret, text, whole, yesOrNo } from './setting-schema.js';

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

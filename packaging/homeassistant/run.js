// Starts ertd as an add-on of Home Assistant: makes settings of the add-on's options and of the broker that Home Assistant
// has, beside a config.toml in the add-on's folder, which may have all the others.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'smol-toml';

/** Where an add-on finds its options and may keep things, where its user does, and whom it asks. */
const {
  ADDON_DATA: DATA = '/data',
  ADDON_CONFIG: CONFIG = '/config',
  SUPERVISOR_URL: SUPERVISOR = 'http://supervisor',
  SUPERVISOR_TOKEN: TOKEN = '',
} = process.env;

/** The broker of Home Assistant as variables; none where it has none. */
async function brokerVariables() {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${SUPERVISOR}/services/mqtt`, { headers }).catch(() => null);
  if (!answer?.ok) {
    console.error('Home Assistant names no MQTT broker: start the add-on Mosquitto, or set mqtt.url.');
    return {};
  }
  const { host, port, ssl, username, password } = (await answer.json()).data;
  return {
    ERTD_MQTT_URL: `${ssl ? 'mqtts' : 'mqtt'}://${host}:${port}`,
    ...(username && { ERTD_MQTT_USER: username, ERTD_MQTT_PASSWORD: password }),
  };
}

const options = JSON.parse(readFileSync(join(DATA, 'options.json'), 'utf8'));
const own = join(CONFIG, 'config.toml');
const text = existsSync(own) ? readFileSync(own, 'utf8') : '';
const file = join(DATA, 'config.toml');
const meters = options.meters ?? [];
writeFileSync(file, meters.length > 0 ? `${text}\n${stringify({ meters })}` : text);
let ownBroker = false;
try {
  ownBroker = Boolean(parse(text).mqtt?.url);
} catch {
  // ertd says what is wrong with the file, and where.
}
Object.assign(process.env, {
  ...(options.source && { ERTD_RECEIVER_SOURCE: options.source }),
  ...(options.log_level && { ERTD_LOG_LEVEL: options.log_level }),
  ...(ownBroker ? {} : await brokerVariables()),
});
process.argv.push('--config', file);
await import('../../bin/ertd.js');

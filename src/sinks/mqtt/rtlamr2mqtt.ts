import { DateTime } from 'luxon';
import type { RegisterReading } from '../../readings/entry.js';
import { rtlamrFields, rtlamrTypeName } from '../formats/rtlamr-message.js';
import type { Publication } from './link.js';

const BASE = 'rtlamr';
export const RTLAMR2MQTT_STATUS = `${BASE}/status`;

/** Where rtlamr has the register that rtlamr2mqtt publishes as the reading. */
const REGISTER_FIELDS = ['Consumption', 'LastConsumptionCount', 'LastConsumption'];

/** A reading on the topics that rtlamr2mqtt has; not retained, as there. It knows one register a meter. */
export function rtlamr2mqttPublications(reading: RegisterReading): readonly Publication[] {
  const { register, packet, value, counts, timeMs } = reading;
  if (register !== 'consumption') return [];
  const state = { reading: value ?? String(counts), lastseen: DateTime.fromMillis(timeMs).toISO() };
  const fields = rtlamrFields(packet).filter(({ name }) => !REGISTER_FIELDS.includes(name));
  const attributes = {
    protocol: rtlamrTypeName(packet),
    ...Object.fromEntries(fields.map(({ name, json }) => [name, json])),
  };
  return [
    { topic: `${BASE}/${packet.id}/state`, payload: JSON.stringify(state), retain: false },
    { topic: `${BASE}/${packet.id}/attributes`, payload: JSON.stringify(attributes), retain: false },
  ];
}

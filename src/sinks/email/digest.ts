import type { MeterEvent } from '../../readings/entry.js';
import { tableTime } from '../layout.js';

/** A message to be sent. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** Events told one by one in a digest; of more only the number is told. */
const MOST_TOLD = 200;

function lineOf({ timeMs, severity, meter, message }: MeterEvent): string {
  const who = meter === null ? '' : `${meter.name ?? meter.key}: `;
  return `${tableTime(timeMs)} UTC  ${severity.padEnd(7)}  ${who}${message}`;
}

/** One event that cannot wait. */
export function urgentMail(event: MeterEvent): Mail {
  const who = event.meter === null ? 'ertd' : (event.meter.name ?? event.meter.key);
  const evidence = Object.entries(event.evidence).map(([name, value]) => `  ${name}: ${value}`);
  return {
    subject: oneLine(`${who}: ${event.message}`),
    text: [lineOf(event), '', ...evidence, ''].join('\n'),
  };
}

/** What happened since the last digest. @param untold events that there was no room for */
export function digestMail(events: readonly MeterEvent[], untold: number): Mail {
  const count = events.length + untold;
  const told = events.slice(0, MOST_TOLD).map(lineOf);
  const more = count - told.length;
  return {
    subject: `ertd: ${count} ${count === 1 ? 'event' : 'events'}`,
    text: [...told, ...(more > 0 ? [`… and ${more} more`] : []), ''].join('\n'),
  };
}

/** A header is one line, whatever a meter is called. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 200);
}

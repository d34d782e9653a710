import { isoTime, type Layout, tableTime } from './layout.js';
import type { EventRow } from './sqlite-events.js';

/** How events are printed. */
export const EVENT_LAYOUT: Layout<EventRow> = {
  columns: [
    { title: 'BEGAN (UTC)', width: 19, align: 'left', text: ({ timeMs }) => tableTime(timeMs) },
    {
      title: 'ENDED (UTC)',
      width: 19,
      align: 'left',
      text: ({ endMs }) => (endMs === null ? '' : tableTime(endMs)),
    },
    { title: 'SEVERITY', width: 8, align: 'left', text: ({ severity }) => severity },
    { title: 'TYPE', width: 16, align: 'left', text: ({ type }) => type },
    { title: 'METER', width: 14, align: 'left', text: ({ name, meter }) => name ?? meter ?? '' },
    { title: 'WHAT', width: 0, align: 'left', text: ({ message }) => message },
  ],
  csvNames: ['id', 'type', 'meter', 'name', 'time', 'end', 'severity', 'message', 'evidence'],
  record: ({ id, type, meter, name, timeMs, endMs, severity, message, evidence }) => ({
    ...{ id, type, meter, name, time: isoTime(timeMs), end: endMs === null ? null : isoTime(endMs) },
    ...{ severity, message, evidence },
  }),
};

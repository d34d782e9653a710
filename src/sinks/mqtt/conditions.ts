import { Fault } from '../../errors.js';
import type { EventRow } from '../sqlite-events.js';
import { DatabaseReader } from '../sqlite-read.js';

/** Events that say how a meter is now, not only that something happened to it. */
const TYPES = ['leak', 'outage', 'power-loss', 'tamper.*'];

/**
 * What goes on by the database: who is told of events as they begin and end is not told a second time after a restart.
 * @param path null where there is none
 * @returns nothing where it cannot be read
 */
export function ongoingConditions(path: string | null): readonly EventRow[] {
  if (path === null) return [];
  try {
    const reader = DatabaseReader.open(path);
    try {
      const all = { meter: null, sinceMs: null, untilMs: null };
      return TYPES.flatMap((type) => reader.events({ ...all, type })).filter(({ endMs }) => endMs === null);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}
